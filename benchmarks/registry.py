"""Which benchmarks there are: every module of `benchmarks.suite`, under its own name."""

from importlib import import_module
from pkgutil import iter_modules
from typing import Protocol, cast

from benchmarks import suite
from benchmarks.measure import Effort
from benchmarks.report import Report


class Benchmark(Protocol):
    """What a module of `benchmarks.suite` offers; its docstring's first line says what is measured."""

    __doc__: str | None

    def run(self, effort: Effort) -> Report:
        """Measure."""
        ...


def names() -> list[str]:
    """The names of all benchmarks."""
    return sorted(module.name for module in iter_modules(suite.__path__))


def find(name: str) -> Benchmark:
    """The benchmark of a name."""
    return cast("Benchmark", import_module(f"{suite.__name__}.{name}"))


def about(name: str) -> str:
    """What a benchmark measures, in a line."""
    return (find(name).__doc__ or "").partition("\n")[0]
