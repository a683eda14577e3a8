"""The OpenAPI document: made of the routes that are served, and a fuzzer finds no answer that contradicts it."""

import copy
from collections import Counter
from collections.abc import Generator
from importlib import import_module
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.core.failures import FailureGroup

from jofi_async import FakeJofi
from jofi_async.jofi.fake import JofiMount
from jofi_async.jofi.fake.routes import ROUTES
from jofi_async.sandbox import Sandbox
from jofi_async.sandbox.openapi import document
from tests.cli.support import served
from tests.sandbox.support import ask

Json = dict[str, Any]

_checks: Any = import_module("schemathesis.checks")
_openapi_checks: Any = import_module("schemathesis.specs.openapi.checks")
CHECKS = [
    _checks.not_a_server_error,
    _openapi_checks.status_code_conformance,
    _openapi_checks.content_type_conformance,
    _openapi_checks.response_schema_conformance,
]
GENERATORS = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
DOCUMENT: Json = document([JofiMount()], "http://127.0.0.1")
KEYS = st.sampled_from(["sk_live_sandbox", "sk_test_sandbox", "sk_live_other", "sk_live_unknown"])
# What makes a body that the schema allows one that the world allows, too.
REAL: Json = {
    "created_by_user_email": "jane.recruiter@jofiscore.com",
    "team_id": 100,
    "email_template_id": 1000,
    "congrats_email_template_id": 1001,
    "assessments_to_assign": [{"test_id": 6}],
    "phone": "5551234567",
}


def operations(described: Json) -> dict[str, Any]:
    schema: Any = schemathesis.openapi.from_dict(described)
    return {found.ok().label: found.ok() for found in schema.get_all_operations()}


OPERATIONS = operations(DOCUMENT)


@pytest.fixture(scope="module")
def base_url() -> Generator[str]:
    """A fake on a thread of its own, with someone in it."""
    fake = FakeJofi()
    fake.complete(fake.invite().id)
    with served(fake) as url:
        yield url.removesuffix("/api/v2")


def fuzz(operation: Any, base_url: str, examples: int) -> Counter[int]:
    """Send what the schema allows, what it does not, and what the world allows, too; count the statuses."""
    statuses = Counter[int]()
    cases: list[Any] = [operation.as_strategy(generation_mode=mode) for mode in GenerationMode]

    @settings(max_examples=examples, suppress_health_check=GENERATORS)
    @given(case=st.one_of(*cases), key=KEYS, real=st.booleans(), known=st.booleans())
    def send(case: Any, key: str, real: bool, known: bool) -> None:
        if real and isinstance(case.body, dict):
            case.body = {name: REAL.get(name, value) for name, value in case.body.items()}  # pyright: ignore
        if known and case.path_parameters:
            case.path_parameters = dict.fromkeys(case.path_parameters, 12345)
        headers = {"Authorization": f"Bearer {key}"}
        response = case.call_and_validate(base_url=base_url, headers=headers, checks=CHECKS)
        statuses[response.status_code] += 1

    send()
    return statuses


@pytest.mark.parametrize("label", OPERATIONS)
def test_no_answer_contradicts_the_document(label: str, base_url: str) -> None:
    statuses = fuzz(OPERATIONS[label], base_url, 60)
    assert statuses[201 if label.startswith("POST") else 200]
    assert statuses[404]
    takes_something = "{" in label or label.startswith("POST") or label.endswith("/invitations")
    assert statuses[400] or not takes_something or "career" in label


def test_the_fuzzer_finds_an_answer_that_does_contradict(base_url: str) -> None:
    wrong = copy.deepcopy(DOCUMENT)
    wrong["components"]["schemas"]["jofi.team_list_item"]["properties"]["users_count"] = {"type": "string"}
    with pytest.raises(FailureGroup):
        fuzz(operations(wrong)["GET /api/v2/teams"], base_url, 20)


def test_every_route_is_described() -> None:
    described = {(method.upper(), path) for path, methods in DOCUMENT["paths"].items() for method in methods}
    assert len(described) == len(ROUTES) == 16
    listed = [entry for methods in DOCUMENT["paths"].values() for entry in methods.values()]
    assert len({entry["operationId"] for entry in listed}) == 16
    filters = DOCUMENT["paths"]["/api/v2/invitations"]["get"]["parameters"]
    assert [(one["name"], one["schema"]["maxLength"]) for one in filters] == [("custom_id", 50), ("email", 255)]


async def test_the_sandbox_serves_it() -> None:
    async with Sandbox(JofiMount()) as sandbox:
        answer = await ask(sandbox, "GET", "/openapi.json", key=None)
        assert (answer.status, answer.kind) == (200, "application/json; charset=utf-8")
        assert answer.json == document(sandbox.mounts, sandbox.url)
        assert answer.json["openapi"].startswith("3.1")
