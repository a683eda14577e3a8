"""The OpenAPI document: made of the routes that are served, and a fuzzer finds no answer that contradicts it."""

import copy
from collections import Counter
from datetime import timedelta
from importlib import import_module
from typing import Any, cast

import pytest
import schemathesis
from attrs import frozen
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.core.failures import FailureGroup

from jofi_async import FakeJofi, FakeYardstik
from jofi_async.jofi.fake import JofiMount
from jofi_async.sandbox import Sandbox
from jofi_async.sandbox.mounts import Mount
from jofi_async.sandbox.openapi import document
from jofi_async.yardstik.fake import YardstikMount
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


@frozen
class Fuzzed:
    """A fake with people in it, each as far as some route needs it.

    Attributes:
        mount: The fake as it is served.
        keys: What stands in `Authorization`: of the account of the people, and others.
        real: What makes a body or a query that the schema allows one that the world allows, too.
        ids: The ids of what is there.
    """

    mount: Mount
    keys: list[str]
    real: Json
    ids: list[object]


def jofi() -> Fuzzed:
    fake = FakeJofi()
    fake.complete(fake.invite().id)
    keys = ["sk_live_sandbox", "sk_test_sandbox", "sk_live_other", "sk_live_unknown"]
    real: Json = {
        "created_by_user_email": "jane.recruiter@jofiscore.com",
        "team_id": 100,
        "email_template_id": 1000,
        "congrats_email_template_id": 1001,
        "assessments_to_assign": [{"test_id": 6}],
        "phone": "5551234567",
        "sp": "JOFI-295-AS",
    }
    return Fuzzed(JofiMount(fake), [f"Bearer {key}" for key in keys], real, [12345])


def yardstik() -> Fuzzed:
    fake = FakeYardstik()
    sent, ended, submitted = (fake.invite(f"p{number}@example.org") for number in range(3))
    fake.expire(ended.id)
    fake.complete(submitted.id)
    keys = ["Account yardstik_sandbox", "User yardstik_user_sandbox", "Account yardstik_unknown"]
    real: Json = {
        "account_package_id": sent.account_package_id,
        "candidate_id": sent.candidate_id,
        "expires_at": (fake.clock.now() + timedelta(days=2)).isoformat(),
        "email": "joe.clean@example.com",
    }
    return Fuzzed(YardstikMount(fake), keys, real, [sent.id, ended.id, submitted.id, sent.candidate_id])


VENDORS = {"jofi": jofi, "yardstik": yardstik}
DOCUMENTS = {name: document([make().mount], "http://127.0.0.1") for name, make in VENDORS.items()}


def operations(described: Json) -> dict[str, Any]:
    schema: Any = schemathesis.openapi.from_dict(described)
    return {found.ok().label: found.ok() for found in schema.get_all_operations()}


OPERATIONS = {(name, label): found for name in VENDORS for label, found in operations(DOCUMENTS[name]).items()}


def fuzz(fuzzed: Fuzzed, operation: Any, examples: int) -> Counter[int]:
    """Send what the schema allows, what it does not, and what the world allows, too; count the statuses."""
    statuses, real = Counter[int](), fuzzed.real
    cases: list[Any] = [operation.as_strategy(generation_mode=mode) for mode in GenerationMode]

    def realistic(part: Any, left: set[str]) -> Any:
        if not isinstance(part, dict):
            return part
        given = cast("Json", part)
        return {name: value if name in left else real.get(name, value) for name, value in given.items()}

    @settings(max_examples=examples, suppress_health_check=GENERATORS)
    @given(
        case=st.one_of(*cases),
        key=st.sampled_from([*fuzzed.keys[:1] * 3, *fuzzed.keys]),
        left=st.sampled_from([set[str](), *({name} for name in real), set(real)]),
        known=st.sampled_from([*fuzzed.ids, None]),
    )
    def send(case: Any, key: str, left: set[str], known: object) -> None:
        case.body, case.query = realistic(case.body, left), realistic(case.query, left)
        if known is not None and case.path_parameters:
            case.path_parameters = dict.fromkeys(case.path_parameters, known)
        response = case.call_and_validate(base_url=url, headers={"Authorization": key}, checks=CHECKS)
        statuses[response.status_code] += 1

    with served(fuzzed.mount) as base_url:
        url = base_url.removesuffix("/api/v2")
        send()
    return statuses


@pytest.mark.parametrize(("name", "label"), OPERATIONS)
def test_all_documented_statuses_come_and_no_answer_contradicts_the_document(name: str, label: str) -> None:
    operation = OPERATIONS[name, label]
    statuses = fuzz(VENDORS[name](), operation, settings().max_examples * 3 // 10)
    assert {str(status) for status in statuses} == operation.definition.raw["responses"].keys()


def test_the_fuzzer_finds_an_answer_that_does_contradict() -> None:
    wrong = copy.deepcopy(DOCUMENTS["jofi"])
    wrong["components"]["schemas"]["jofi.team_list_item"]["properties"]["users_count"] = {"type": "string"}
    with pytest.raises(FailureGroup):
        fuzz(jofi(), operations(wrong)["GET /api/v2/teams"], 20)


@pytest.mark.parametrize(("name", "routes"), [("jofi", 16), ("yardstik", 11)])
def test_every_route_is_described(name: str, routes: int) -> None:
    paths = DOCUMENTS[name]["paths"]
    described = {(method.upper(), path) for path, methods in paths.items() for method in methods}
    assert len(described) == routes
    listed = [entry for methods in paths.values() for entry in methods.values()]
    assert len({entry["operationId"] for entry in listed}) == routes


def test_the_bounds_of_filters_are_described() -> None:
    filters = DOCUMENTS["jofi"]["paths"]["/api/v2/invitations"]["get"]["parameters"]
    assert [(one["name"], one["schema"]["maxLength"]) for one in filters] == [("custom_id", 50), ("email", 255)]


async def test_the_sandbox_serves_it() -> None:
    async with Sandbox(JofiMount()) as sandbox:
        answer = await ask(sandbox, "GET", "/openapi.json", key=None)
        assert (answer.status, answer.kind) == (200, "application/json; charset=utf-8")
        assert answer.json == document(sandbox.mounts, sandbox.url)
        assert answer.json["openapi"].startswith("3.1")
