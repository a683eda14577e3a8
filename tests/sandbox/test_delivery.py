"""Events on their way to endpoints: order, repetition, faults."""

import asyncio
import json
from datetime import UTC, datetime
from typing import Any, cast

import aiohttp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jofi_async.core.errors import ConfigurationError
from jofi_async.fakes.events import Event
from jofi_async.jofi.events import JOFI_EVENTS
from jofi_async.jofi.fake import FakeJofi, JofiMount
from jofi_async.sandbox.delivery.courier import DELAYS, LATE, Courier
from jofi_async.sandbox.delivery.endpoint import Endpoint, endpoint_of
from jofi_async.sandbox.delivery.faults import WebhookFaults
from jofi_async.sandbox.delivery.records import Delivery, Occurrence, Progress
from jofi_async.testing import run_virtual
from jofi_async.webhooks import DeliveryRefusedError, EventReader, HmacSignature
from jofi_async.yardstik.fake import FakeYardstik


class Receiver:
    """An endpoint whose answers are scripted; it keeps what it took."""

    url = place = "http://handler.example.org/webhooks"
    service = "jofi"

    def __init__(self, *answers: int | Exception) -> None:
        self.answers = list(answers)
        self.seen: list[tuple[str, bool]] = []
        self.taken: list[str] = []

    async def push(self, session: aiohttp.ClientSession, body: bytes, *, forged: bool = False) -> int:
        name = body.decode().split('"')[3]
        self.seen.append((name, forged))
        answer = 401 if forged else self.answers.pop(0) if self.answers else 200
        if isinstance(answer, Exception):
            raise answer
        if 200 <= answer < 300:
            self.taken.append(name)
        return answer


def event(name: str, about: str = "1") -> Event:
    return Event(id=name, type="x", about=about, at=datetime(2026, 12, 11, tzinfo=UTC), body={"id": name})


def courier(receiver: Receiver, *faults: str) -> Courier:
    return Courier([cast("Endpoint", receiver)], WebhookFaults.of(faults), told)


def told(_: Occurrence, __: Delivery | None) -> None:
    """Nobody looks."""


async def delivered(one: Courier, *events: Event, seconds: float = 3600) -> None:
    one.open()
    for each in events:
        one.take("jofi", each)
    await asyncio.sleep(seconds)
    await one.close()


FAILURE = st.sampled_from([500, 302, 401, TimeoutError(), aiohttp.ClientPayloadError(), OSError()])


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 3), st.lists(FAILURE, max_size=len(DELAYS))), max_size=12))
def test_each_person_s_events_are_taken_once_and_in_order(story: list[tuple[int, list[Any]]]) -> None:
    class Flaky(Receiver):
        async def push(self, session: aiohttp.ClientSession, body: bytes, *, forged: bool = False) -> int:
            self.answers = [trouble.pop()] if (trouble := troubles[body.decode().split('"')[3]]) else []
            return await super().push(session, body, forged=forged)

    events = [event(f"e{number}", str(person)) for number, (person, _) in enumerate(story)]
    troubles = {f"e{number}": list(trouble) for number, (_, trouble) in enumerate(story)}
    receiver = Flaky()
    one = courier(receiver)
    run_virtual(delivered(one, *events, seconds=1e6))
    for person in "0123":
        mine = [each.id for each in events if each.about == person]
        assert [name for name in receiver.taken if name in mine] == mine
    assert all(occurrence.deliveries[0].progress is Progress.DELIVERED for occurrence in one.log.after(0))
    for occurrence, (_, trouble) in zip(one.log.after(0), story, strict=True):
        assert len(occurrence.deliveries[0].attempts) == len(trouble) + 1


def test_what_nobody_takes_is_given_up_and_holds_nobody_up_for_ever() -> None:
    receiver = Receiver(*([500] * (len(DELAYS) + 1)))
    one = courier(receiver)
    run_virtual(delivered(one, event("first"), event("second")))
    first, second = (occurrence.deliveries[0] for occurrence in one.log.after(0))
    assert (first.progress, len(first.attempts), first.next_in) == (Progress.GIVEN_UP, len(DELAYS) + 1, None)
    assert second.progress is Progress.DELIVERED


def test_one_person_s_trouble_is_no_other_s() -> None:
    receiver = Receiver(500)
    run_virtual(delivered(courier(receiver), event("a", "1"), event("b", "2"), seconds=0.1))
    assert receiver.taken == ["b"]


@pytest.mark.parametrize(
    ("fault", "seen"),
    [
        ("duplicate", ["a", "a", "b", "b"]),
        ("out_of_order", ["b", "a"]),
        ("late", ["a", "b"]),
        ("bad_signature", ["a forged", "a", "b forged", "b"]),
        ("duplicate:0", ["a", "b"]),
    ],
)
def test_faults(fault: str, seen: list[str]) -> None:
    receiver = Receiver()
    run_virtual(delivered(courier(receiver, fault), event("a"), event("b")))
    assert [f"{name}{' forged' if forged else ''}" for name, forged in receiver.seen] == seen


def test_a_late_one_is_late() -> None:
    receiver = Receiver()
    run_virtual(delivered(courier(receiver, "late"), event("a"), seconds=LATE - 0.1))
    assert receiver.seen == []


@pytest.mark.parametrize("text", ["", "nonsense", "late:2", "late:x", "duplicate:", "duplicate:-1"])
def test_what_is_no_fault(text: str) -> None:
    faults = WebhookFaults.of(["late:0.5"])
    with pytest.raises(ConfigurationError):
        faults.set("duplicate", text)
    assert [str(rule) for rule in faults.rules] == ["late:0.5"]


def test_a_signature_is_the_sender_s_and_a_forged_one_is_not() -> None:
    mounts = [JofiMount(FakeJofi())]
    endpoint = endpoint_of("http://localhost:1/x?token=t", mounts, "secret", None)
    assert (endpoint.service, endpoint.place) == ("jofi", "http://localhost:1/x")
    body = b'{"type": "x"}'
    reader = EventReader(JOFI_EVENTS, HmacSignature(secrets="secret", header="x-signature"))
    assert reader.read(body, endpoint.signer.sign(body)).event.type == "x"
    with pytest.raises(DeliveryRefusedError):
        reader.read(body, endpoint.forger.sign(body))
    assert endpoint_of("jofi=http://localhost:1/x", mounts, "s", "me").signer.sign(b"") == {
        "authorization": "Basic bWU6cw=="
    }
    for wrong in ("localhost:1", "ftp://x", "http://", "other=http://x", "http://u:p@x/"):
        with pytest.raises(ConfigurationError):
            endpoint_of(wrong, mounts, "secret", None)


def test_the_fake_tells_what_happens() -> None:
    fake, events = FakeJofi(), list[Event]()
    fake.invite()  # nobody listens yet
    end = fake.subscribe(events.append)
    invited = fake.invite("b@x.org")
    fake.accept(invited.id)
    fake.complete(invited.id, 6)
    fake.complete(invited.id)
    fake.complete(invited.id)
    end()
    fake.invite("c@x.org")
    assert [one.type for one in events] == [
        "invitation.created",
        "invitation.accepted",
        "test_taker.created",
        "test_taker.assessment_completed",
        "test_taker.assessment_completed",
        "career_navigation_profile.created",
    ]
    assert {one.about for one in events} == {str(invited.id)}
    assert len({one.id for one in events}) == len(events)


def test_a_fake_of_candidates_tells_pointers() -> None:
    fake, events = FakeYardstik(), list[Event]()
    end = fake.subscribe(events.append)
    invited = fake.invite()
    for play in (fake.view, fake.view, fake.complete, fake.complete, fake.expire):
        play(invited.id)
    other = fake.invite("other@x.org")
    fake.expire(other.id)
    fake.expire(other.id)
    end()
    fake.invite("late@x.org")
    told = [(one.type, one.body["status"]) for one in events if one.about == invited.candidate_id]
    assert told == [
        ("candidate.created", None),
        ("invitation.created", "sent"),
        ("report.created", "created"),
        ("invitation.updated", "viewed"),
        ("invitation.updated", "completed"),
        ("report.submitted", "created"),
    ]
    assert events[-1].body["status"] == "expired"
    assert len({one.id for one in events}) == len(events) == 10
    assert {one.body["resource_id"] for one in events if one.type == "invitation.updated"} == {invited.id, other.id}


def test_the_sdk_reads_what_the_fake_tells() -> None:
    fake, events = FakeJofi(), list[Event]()
    fake.subscribe(events.append)
    fake.complete(fake.invite().id)
    for one in events:
        read = JOFI_EVENTS.parse(json.dumps(one.body).encode())
        assert (read.id, read.type) == (one.id, one.type)
        assert type(read) is JOFI_EVENTS.types[one.type]
