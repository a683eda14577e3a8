"""The table of docs/fidelity.md is of these rules and these tests, and a rule without one is told."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fidelity.plugin import Fidelity, table
from tests.fidelity.rules import RULES, rule

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "docs" / "fidelity.md"


def test_the_table_is_of_these_rules() -> None:
    rows = re.findall(r"^\| (00\d/\S+) \| (.+) \| (.+) \|$", TABLE.read_text("utf-8"), re.MULTILINE)
    assert [name for name, _, _ in rows] == list(RULES)
    assert not [name for name, _, tests in rows if tests == "**nothing**"]


def test_every_test_of_the_table_is_there() -> None:
    named = set(re.findall(r"([\w/]+\.py): `(\w+)`", TABLE.read_text("utf-8")))
    assert named
    for file, test in named:
        assert f"def {test}(" in (ROOT / "tests" / file).read_text("utf-8"), f"{file}: {test}"


def test_a_rule_that_is_none_cannot_be_marked() -> None:
    with pytest.raises(KeyError):
        rule("000/nothing")


def test_a_rule_without_a_passing_test_is_missing() -> None:
    fidelity = Fidelity()
    assert fidelity.missing() == list(RULES)
    fidelity.passed["000/create-201"].add("tests/x.py::test_x")
    assert "000/create-201" not in fidelity.missing()
    fidelity.broken.add("000/create-201")
    assert "000/create-201" in fidelity.missing()
    assert "| **nothing** |" in table({})


def test_the_run_fails_for_what_is_missing(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pytest", "-p", "tests.fidelity.plugin", "--fidelity", str(tmp_path / "table.md")]
    done = subprocess.run(
        [*command, "tests/fidelity/test_table.py::test_the_table_is_of_these_rules"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert f"No passing test holds 000/create-201: {RULES['000/create-201']}" in done.stdout
    assert "**nothing**" in (tmp_path / "table.md").read_text("utf-8")
