"""A pytest plugin: makes docs/fidelity.md of the tests that are marked with rules, and fails for a rule without one.

`pytest -m rule -p tests.fidelity.plugin --fidelity docs/fidelity.md`
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from tests.fidelity.rules import RULES

HEAD = """# Fidelity

Every route, field, rule and message of seeds 000 (JOFI's Invitations), 001 (its Setup Checklist) and 002 (Yardstik's
Invitations), and the tests that hold it. Made by `nox -s docs` of the marks on tests that passed; a rule without a
passing test fails it. What JOFI's other pages say of events and webhooks, to which seed 001 refers, is in
[webhooks.md](webhooks.md).

| rule | what the documentation says | held by |
| --- | --- | --- |
"""


class Fidelity:
    """Collects which tests hold which rule, and how they ended.

    Attributes:
        passed: The tests that passed, by rule.
        broken: Rules of which a test did not pass.
    """

    def __init__(self) -> None:
        self.passed: defaultdict[str, set[str]] = defaultdict(set)
        self.broken: set[str] = set()
        self._rules: dict[str, tuple[str, ...]] = {}

    def pytest_collection_modifyitems(self, items: Iterable[pytest.Item]) -> None:
        """Note the marks."""
        for item in items:
            names = tuple(str(name) for mark in item.iter_markers("rule") for name in mark.args)
            if names:
                self._rules[item.nodeid] = names

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note how a marked test ended."""
        for name in self._rules.get(report.nodeid, ()):
            if report.failed or report.skipped:
                self.broken.add(name)
            elif report.when == "call":
                self.passed[name].add(report.nodeid.partition("[")[0])

    def missing(self) -> list[str]:
        """The rules that no test holds."""
        return [name for name in RULES if name not in self.passed or name in self.broken]


class Writer(Fidelity):
    """Writes the table at the end, and fails the run for what is missing."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the table."""
        self._path.write_text(table(self.passed), encoding="utf-8")
        if self.missing():
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say what is missing."""
        for name in self.missing():
            terminalreporter.write_line(f"No passing test holds {name}: {RULES[name]}", red=True)


def table(passed: Mapping[str, Iterable[str]]) -> str:
    """The document, of the tests by rule."""
    lines = [f"| {name} | {_cell(text)} | {_tests(passed.get(name, ()))} |" for name, text in RULES.items()]
    return HEAD + "\n".join(lines) + "\n"


def _tests(nodes: Iterable[str]) -> str:
    found = (node.removeprefix("tests/").partition("::") for node in sorted(nodes))
    return "<br>".join(f"{file}: `{test}`" for file, _, test in found) or "**nothing**"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option."""
    parser.addoption("--fidelity", type=Path, metavar="PATH", help="Where to write the table of documented rules.")


def pytest_configure(config: pytest.Config) -> None:
    """Begin, if asked to."""
    path: Path | None = config.getoption("--fidelity")
    if path is not None:
        config.pluginmanager.register(Writer(path))
