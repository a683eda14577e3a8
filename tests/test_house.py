"""The rules of the house (docs/design.md): imports only go down, and who may name a vendor."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import jofi_async

HOUSE = Path(jofi_async.__file__).parent
MODULES = {".".join(path.relative_to(HOUSE).with_suffix("").parts): path for path in sorted(HOUSE.rglob("*.py"))}

STOREYS = {
    "core": 1,
    "storage": 2,
    "fakes": 2,
    "transports": 2,
    "sharing": 3,
    "bulk": 3,
    "webhooks": 3,
    "reconcile": 4,
    "tables": 4,
    "jofi": 5,
    "yardstik": 5,
    "sandbox": 6,
    "cli": 7,
}
VENDORS = frozenset({"jofi", "yardstik"})
EVERYWHERE = frozenset({"_version"})
ASIDE = frozenset({"__init__", "testing"})  # the front door, and what users' tests import
NAMELESS = frozenset({"core", "fakes", "sharing", "storage", "bulk", "reconcile", "webhooks", "transports", "tables"})

_OURS = re.compile(r"jofi[_-]?async", re.IGNORECASE)  # the package's own name
_VENDOR = re.compile(r"jofi|yardstik", re.IGNORECASE)


def room_of(module: str) -> str:
    return module.partition(".")[0]


def tree_of(module: str) -> ast.Module:
    return ast.parse(MODULES[module].read_text("utf-8"))


def imports_of(module: str) -> Iterator[str]:
    """The modules of the house that a module imports, anywhere in it, without the package's name."""
    for node in ast.walk(tree_of(module)):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports by a relative name"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        yield from (name.removeprefix("jofi_async.") for name in names if name.partition(".")[0] == "jofi_async")


def docstrings_of(tree: ast.Module) -> set[int]:
    """The ids of the docstrings, attributes' too: every text that stands for itself."""
    return {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}


def names_of(module: str) -> Iterator[str]:
    """Every identifier and every string literal besides docstrings; imports are looked at elsewhere."""
    tree = tree_of(module)
    prose = docstrings_of(tree)
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str() as text) if id(node) not in prose:
                yield text
            case ast.Name(id=name) | ast.arg(arg=name) | ast.Attribute(attr=name) | ast.keyword(arg=str() as name):
                yield name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.alias(name=name, asname=other):
                yield name
                yield other or ""
            case _:
                pass


def run_python(code: str) -> str:
    """Run code in a new interpreter, in which every warning is an error."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], cwd=HOUSE.parent, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_there_is_a_house() -> None:
    assert {"core.call", "bulk.job", "jofi.client", "transports.aiohttp"} <= MODULES.keys()


@pytest.mark.parametrize("module", MODULES)
def test_every_room_is_in_the_drawing(module: str) -> None:
    assert room_of(module) in STOREYS.keys() | EVERYWHERE | ASIDE


@pytest.mark.parametrize("module", MODULES)
def test_imports_only_go_down(module: str) -> None:
    here = room_of(module)
    if here in ASIDE | EVERYWHERE:
        return
    for name in imports_of(module):
        there = room_of(name)
        if there in EVERYWHERE or there == here:
            continue
        assert there in STOREYS, f"{module} imports {name}"
        assert STOREYS[there] < STOREYS[here], f"{module} imports {name}, which is not below it"


@pytest.mark.parametrize("module", [module for module in MODULES if room_of(module) in VENDORS])
def test_vendors_do_not_know_each_other(module: str) -> None:
    others = VENDORS - {room_of(module)}
    assert not others & {room_of(name) for name in imports_of(module)}
    said = [_OURS.sub("", name).lower() for name in names_of(module)]
    assert not [name for name in said if any(other in name for other in others)]


@pytest.mark.parametrize("module", [module for module in MODULES if room_of(module) in NAMELESS])
def test_what_is_below_the_vendors_names_none(module: str) -> None:
    named = [name for name in names_of(module) if _VENDOR.search(_OURS.sub("", name))]
    assert not named, f"{module} names a vendor: {named}"


@pytest.mark.parametrize("module", [module for module in MODULES if ".fake" in module and room_of(module) in VENDORS])
def test_a_fake_shares_nothing_with_the_client(module: str) -> None:
    vendor = room_of(module)
    for name in imports_of(module):
        assert name.startswith((f"{vendor}.fake", "fakes.", "core.")), f"{module} imports {name}"


LIVE = [
    module
    for module in MODULES
    if room_of(module) in STOREYS.keys() - {"fakes", "sandbox", "cli"} and ".fake" not in module
]


@pytest.mark.parametrize("module", LIVE)
def test_the_live_path_imports_no_fake(module: str) -> None:
    assert not [name for name in imports_of(module) if "fake" in name or room_of(name) == "testing"]


@pytest.mark.parametrize("room", ["sandbox", "cli"])
@pytest.mark.parametrize("vendor", sorted(VENDORS))
def test_a_vendor_is_registered_in_one_line(room: str, vendor: str) -> None:
    """Besides a module or folder of the vendor's own name, one line of the room names the module of a vendor."""
    path = re.compile(rf"(jofi_async\.)?({room}\.)?{vendor}[.:]")
    found = [
        (module, name)
        for module in MODULES
        if room_of(module) == room and vendor not in module.split(".")
        for name in {*imports_of(module), *names_of(module)}
        if path.match(name)
    ]
    assert len(found) <= 1, found


@pytest.mark.parametrize("module", MODULES)
def test_every_module_says_what_it_is_for(module: str) -> None:
    assert ast.get_docstring(tree_of(module))


@pytest.mark.parametrize("module", MODULES)
def test_no_module_is_long(module: str) -> None:
    assert len(MODULES[module].read_text("utf-8").splitlines()) <= 500


def test_making_a_client_imports_no_fake_and_nothing_of_an_extra() -> None:
    clients = "j.YardstikClient; j.JofiClient('sk_live_x', transport=object())"
    code = f"import sys, jofi_async as j; {clients}; print(*sys.modules)"
    everything = run_python(code).split()
    assert not {"click", "rich", "charset_normalizer", "jinja2", "phonenumbers"} & set(everything)
    loaded = [name for name in everything if name.startswith("jofi_async")]
    assert {"jofi_async.jofi.client", "jofi_async.yardstik.client"} <= set(loaded)
    assert not [name for name in loaded if "fake" in name or room_of(name.removeprefix("jofi_async.")) == "testing"]


def test_asking_for_a_client_imports_nothing_that_waits_for_its_use() -> None:
    loaded = set(run_python("import sys; from jofi_async import JofiClient; print(*sys.modules)").split())
    assert {"aiohttp", "jofi_async.core.events"} <= loaded
    waiting = {"core.events.kinds", "core.events.lines", "core.repeating", "bulk", "reconcile.plan"}
    assert not {"tenacity", "cattrs", "email_validator", *(f"jofi_async.{name}" for name in waiting)} & loaded


def test_reading_webhooks_imports_no_framework_and_no_store_on_disk() -> None:
    loaded = set(run_python("import sys, jofi_async.webhooks, jofi_async.jofi.events; print(*sys.modules)").split())
    assert "jofi_async.webhooks.router" in loaded
    assert not {"redis", "flask", "django", "starlette", "fastapi", "sqlite3"} & loaded
    assert "jofi_async.webhooks" not in run_python("import sys, jofi_async; print(*sys.modules)").split()


def test_the_fakes_are_there_when_they_are_asked_for() -> None:
    assert run_python(
        "import jofi_async as j; print(j.FakeJofi.__name__, j.FakeTransport.__name__, j.FakeYardstik.__name__)"
    ) == ("FakeJofi FakeTransport FakeYardstik")


def test_what_users_tests_import_brings_no_test_framework() -> None:
    loaded = run_python("import sys, jofi_async.testing; print(*sys.modules)").split()
    assert "jofi_async.testing" in loaded
    assert not {"pytest", "_pytest", "unittest", "hypothesis", "nose"} & set(loaded)
