"""JOFI's events by type, with their objects; what is not known passes through."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from attrs import define

from jofi_async import FakeJofi
from jofi_async.core.codec import DecodeError
from jofi_async.fakes.events import Event as Told
from jofi_async.jofi.events import (
    JOFI_EVENTS,
    AssessmentCompleted,
    CareerNavigationProfileCreated,
    InvitationAccepted,
    InvitationCreated,
    InvitationEvent,
    JofiEvent,
    OtherEvent,
    TestTakerCreated,
    TestTakerEvent,
)
from tests.fidelity.rules import rule
from tests.webhooks.support import body_of

CLASSES: dict[str, type[JofiEvent]] = {
    "invitation.created": InvitationCreated,
    "invitation.accepted": InvitationAccepted,
    "test_taker.created": TestTakerCreated,
    "test_taker.assessment_completed": AssessmentCompleted,
    "career_navigation_profile.created": CareerNavigationProfileCreated,
}


@pytest.mark.parametrize("kind", CLASSES)
def test_an_event_is_of_the_class_of_its_type(kind: str) -> None:
    event = JOFI_EVENTS.parse(body_of(kind))
    assert type(event) is CLASSES[kind]
    assert event.id == "evt_1a2b3c4d5e6f"
    assert event.created_at == datetime(2026, 2, 3, 12, 43, 36, 744_000, UTC)
    assert event.api_version == "2.3.0"
    assert repr(event) == f"{CLASSES[kind].__name__}(type={kind!r}, id='evt_1a2b3c4d5e6f')"
    assert not hasattr(event, "__dict__")


def test_each_object_has_its_shortcut() -> None:
    accepted, completed = (JOFI_EVENTS.parse(body_of(kind)) for kind in list(CLASSES)[1:4:2])
    assert isinstance(accepted, InvitationEvent)
    assert accepted.invitation is accepted.data.object
    assert accepted.invitation.email == "linda.sample@jofiscore.com"
    assert isinstance(completed, TestTakerEvent)
    assert completed.test_taker.id == 777
    profile = JOFI_EVENTS.parse(body_of("career_navigation_profile.created"))
    assert isinstance(profile, CareerNavigationProfileCreated)
    assert profile.career_navigation_profile.id == "CNP1234567890"


def test_the_whole_story_of_a_person_goes_there_and_back() -> None:
    fake, told = FakeJofi(), list[Told]()
    fake.subscribe(told.append)
    fake.complete(fake.invite("linda@example.org").id)
    assert {one.type for one in told} == CLASSES.keys()
    for one in told:
        event = JOFI_EVENTS.parse(json.dumps(one.body).encode())
        assert type(event) is CLASSES[one.type]
        assert (event.id, event.extra) == (one.id, {})
        assert JOFI_EVENTS.parse(JOFI_EVENTS.encode(event)) == event


@rule("001/event-types")
@pytest.mark.parametrize("kind", ["invitation.created", "test_taker.assessment_completed"])
def test_the_types_that_the_checklist_names(kind: str) -> None:
    assert type(JOFI_EVENTS.parse(body_of(kind))) is CLASSES[kind]


@pytest.mark.parametrize("data", [None, {}, {"object": {"object": "scorecard", "score": [1]}}, "text", [1]])
def test_a_type_that_is_not_known_passes_through(data: Any) -> None:
    event = JOFI_EVENTS.parse(body_of("scorecard.created", data=data, news={"a": [1]}))
    assert isinstance(event, OtherEvent)
    assert (event.type, event.data, event.extra) == ("scorecard.created", data, {"news": {"a": [1]}})


def test_fields_that_are_not_known_pass_through_and_back() -> None:
    body = body_of(
        webhook_url="https://example.org/hook", news=[1], data={"more": 1, "object": {"id": 1, "x": {"y": 2}}}
    )
    event = JOFI_EVENTS.parse(body.replace(b"invitation.accepted", b"test_taker.created"))
    assert isinstance(event, TestTakerEvent)
    assert (event.extra, event.data.extra) == ({"news": [1]}, {"more": 1})
    assert event.test_taker.extra == {"x": {"y": 2}}
    assert event.webhook_url == "https://example.org/hook"
    assert JOFI_EVENTS.parse(JOFI_EVENTS.encode(event)) == event


@pytest.mark.parametrize("kind", CLASSES)
def test_an_object_of_another_kind_is_not_taken_for_it(kind: str) -> None:
    with pytest.raises(DecodeError):
        JOFI_EVENTS.parse(body_of(kind, data={"object": {"object": "scorecard", "id": 1}}))


@define(kw_only=True)
class ScorecardCreated(JofiEvent):
    data: dict[str, Any]


def test_a_type_that_jofi_adds_for_you_gets_a_class_of_yours() -> None:
    vocabulary = JOFI_EVENTS.including({"scorecard.created": ScorecardCreated})
    event = vocabulary.parse(body_of("scorecard.created", data={"x": 1}))
    assert isinstance(event, ScorecardCreated)
    assert event.data == {"x": 1}
    assert isinstance(JOFI_EVENTS.parse(body_of("scorecard.created")), OtherEvent)


def test_a_name_without_a_dot_stands_for_all_types_of_a_resource() -> None:
    vocabulary = JOFI_EVENTS.including({"scorecard": ScorecardCreated, "invitation": OtherEvent})
    kinds = ["scorecard.created", "scorecard.gone", "scorecard", "invitation.created", "invitation.gone"]
    classes = [type(vocabulary.parse(body_of(kind))) for kind in kinds]
    assert classes == [ScorecardCreated, ScorecardCreated, ScorecardCreated, InvitationCreated, OtherEvent]
