"""The frozen surface: names, keywords, and that what belongs together agrees."""

import ast
import inspect
import re
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import attrs
import pytest

import jofi_async
from jofi_async import UNSET, BulkJob, JofiClient, NewInvitation, Outcome, OutcomeKind, Summary
from jofi_async.core import errors
from jofi_async.core.client import ClientOptions
from jofi_async.jofi.client import JofiOptions
from jofi_async.jofi.resources.invitations import Invitations
from jofi_async.jofi.resources.results import TestTakers
from tests.fidelity.rules import rule

# Seed 000: "Required request fields", "Optional request fields", "Updatable fields".
REQUIRED = ["first_name", "last_name", "email", "created_by_user_email"]
OPTIONAL = [
    "person_id",
    "custom_id",
    "phone",
    "team_id",
    "assessments_to_assign",
    "send_via_email",
    "send_via_sms",
    "email_template_id",
    "ref_text",
]
UPDATABLE = [
    "first_name",
    "last_name",
    "email",
    "phone",
    "custom_id",
    "person_id",
    "ref_text",
    "send_via_email",
    "send_via_sms",
    "email_template_id",
    "send_congrats_notification",
    "congrats_email_template_id",
    "assessments_to_assign",
]
FIXED = {"base_url", "transport", "rate_limit", "expect_mode", "validate"}  # what with_options cannot change


def keywords(function: Callable[..., Any]) -> dict[str, inspect.Parameter]:
    parameters = inspect.signature(function).parameters
    return {name: one for name, one in parameters.items() if one.kind is inspect.Parameter.KEYWORD_ONLY}


def test_all_is_what_is_there() -> None:
    assert {*jofi_async.__all__} <= {*dir(jofi_async)}
    assert len(set(jofi_async.__all__)) == len(jofi_async.__all__)


def test_what_type_checkers_see_is_what_is_imported() -> None:
    """Each name of `__all__` is imported for them from the module from which it comes when it is asked for."""
    tree = ast.parse(Path(jofi_async.__file__).read_text("utf-8"))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.level == 0]
    seen = {alias.name: node.module or "" for node in imports for alias in node.names}
    ours = {name for name, module in seen.items() if module.startswith("jofi_async.")}
    assert {*jofi_async.__all__} == ours - {"lazily"}
    for name in jofi_async.__all__:
        assert getattr(jofi_async, name) is getattr(import_module(seen[name]), name)


@pytest.mark.parametrize("first", ["JofiClient", "reconcile"])
def test_reconcile_is_the_function_whatever_is_imported_first(first: str) -> None:
    code = (
        f"from jofi_async import {first}; from jofi_async import reconcile; assert reconcile.__kwdefaults__ is not None"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("name", jofi_async.__all__)
def test_every_public_name_can_be_had_and_is_documented(name: str) -> None:
    value = getattr(jofi_async, name)
    if inspect.isclass(value):
        assert value.__doc__


def test_what_is_not_there_is_not_there() -> None:
    with pytest.raises(AttributeError, match="no attribute 'FakeNothing'"):
        _ = jofi_async.FakeNothing


def test_every_error_is_public() -> None:
    defined = {
        name
        for name, value in vars(errors).items()
        if inspect.isclass(value) and issubclass(value, errors.JofiAsyncError)
    }
    assert defined <= set(jofi_async.__all__)


def test_the_tree_of_errors_is_drawn_as_it_is() -> None:
    drawn = re.findall(r"^([ │├└─]*)(\w+Error)\b", errors.__doc__ or "", re.MULTILINE)
    parents: list[str] = []
    for indent, name in drawn:
        depth = len(indent) // 4 - 1
        del parents[max(depth, 0) :]
        if parents:
            assert getattr(errors, name).__bases__[0].__name__ == parents[-1]
        parents.append(name)
    assert len(drawn) == len({name for _, name in drawn}) >= 20


def test_a_clients_options() -> None:
    options = keywords(JofiClient.__init__)
    assert {*JofiOptions.__annotations__, "base_url"} == options.keys()
    assert ClientOptions.__annotations__.keys() < options.keys()
    changeable = keywords(JofiClient.with_options)
    assert changeable.keys() == (options.keys() - FIXED) | {"priority"}
    assert {one.default for one in changeable.values()} == {UNSET}


@rule("000/default-scheduling", "000/default-congrats")
def test_creates_keywords_are_the_fields_of_a_new_invitation() -> None:
    create = keywords(Invitations.create)
    fields = {one.name: one for one in attrs.fields(NewInvitation)}
    assert list(create) == list(fields) == REQUIRED + OPTIONAL
    for name, one in fields.items():
        has_default = create[name].default is not inspect.Parameter.empty
        assert has_default == (one.default is not attrs.NOTHING) == (name in OPTIONAL)
        assert not has_default or create[name].default is one.default is UNSET
        assert create[name].annotation == one.type


def test_updates_keywords_are_the_fields_that_can_be_updated() -> None:
    update = keywords(Invitations.update)
    assert list(update) == UPDATABLE
    assert {one.default for one in update.values()} == {UNSET}


def test_a_jobs_options_have_one_default() -> None:
    init: Callable[..., None] = BulkJob.__init__  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    method, job = keywords(Invitations.create_many), keywords(init)
    assert (method.pop("journal").default, job.pop("ledger").default) == (None, None)
    assert job.pop("effect").default is OutcomeKind.CREATED
    assert method.keys() == job.keys()
    assert method.pop("max_in_flight").default is None
    assert {name: one.default for name, one in method.items()} == {
        name: one.default for name, one in job.items() if name != "max_in_flight"
    }


RESOURCES = {
    "accounts": ["get"],
    "users": ["list"],
    "teams": ["list"],
    "assessments": ["list"],
    "email_templates": ["list"],
    "score_profiles": ["list"],
    "test_takers": ["get", "job_fit_report", "list", "scorecard"],
    "career_navigation_profiles": ["get", "list"],
}


@pytest.mark.parametrize("name", RESOURCES)
async def test_the_resources_that_only_read(name: str) -> None:
    async with JofiClient("sk_live_x") as client:
        resource = getattr(client, name)
        assert type(resource) is not type(client.invitations)
    methods = [one for one in dir(resource) if not one.startswith("_")]
    assert methods == RESOURCES[name]
    for method in methods:
        assert "Raises:" in (getattr(resource, method).__doc__ or "")
    assert re.search(rf"^\s+{name}: ", JofiClient.__doc__ or "", re.MULTILINE)


@pytest.mark.parametrize(
    "function",
    [
        JofiClient.__init__,
        JofiClient.with_options,
        JofiClient.check_setup,
        TestTakers.scorecard,
        Invitations.create,
        Invitations.update,
        Invitations.create_many,
    ],
)
def test_every_keyword_is_documented(function: Callable[..., Any]) -> None:
    owner = JofiClient.__doc__ if function is JofiClient.__init__ else function.__doc__
    for name in keywords(function):
        assert re.search(rf"^\s+{name}: ", owner or "", re.MULTILINE), name


def test_the_six_outcomes() -> None:
    assert [kind.value for kind in OutcomeKind] == [
        "created",
        "existed",
        "updated",
        "refused",
        "unknown",
        "not_attempted",
    ]


def test_an_outcome_and_a_summary_show_no_person() -> None:
    assert {one.name for one in attrs.fields(Summary)} == {"counts", "total", "seconds", "stopped", "error"}
    outcome = Outcome[str, str](3, jofi_async.SourceRow("linda@example.org", 5), OutcomeKind.CREATED, "linda")
    assert repr(outcome) == "Outcome(index=3, kind='created')"
    assert repr(outcome.source) == "SourceRow(line=5)"
    assert (outcome.row, outcome.line) == ("linda@example.org", 5)
