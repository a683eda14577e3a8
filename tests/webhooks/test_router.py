"""Which handler gets an event, what the sender is answered, and what the log says."""

import asyncio
import logging
from typing import Any

import pytest

from jofi_async import ConfigurationError
from jofi_async.jofi.events import JOFI_EVENTS, InvitationAccepted, InvitationEvent, JofiEvent, OtherEvent
from jofi_async.webhooks import Answer, EventRouter, Handling, MemoryReplays, Refusal, StatusCodes
from jofi_async.webhooks.sqlite import SqliteReplays
from tests.fidelity.rules import rule
from tests.webhooks.support import HEADER, aged_signature, body_of, plain_signature
from tests.webhooks.vendor import SCHEME

SECRETS = ("linda", "whsec", "sample", "12345")


class Taken:
    """Handlers that note what they get."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, JofiEvent]] = []

    def by(self, name: str) -> Any:
        async def handler(event: JofiEvent) -> None:
            self.seen.append((name, event))

        return handler

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.seen]


def make(**options: Any) -> EventRouter[JofiEvent]:
    return EventRouter(JOFI_EVENTS, SCHEME, **options)


async def deliver(router: EventRouter[Any], kind: str = "invitation.accepted", **changes: Any) -> Answer:
    body = body_of(kind, **changes)
    return await router.handle(body, SCHEME.sign(body))


@rule("001/events")
@pytest.mark.parametrize(
    "kind", ["invitation.accepted", "test_taker.assessment_completed", "career_navigation_profile.created"]
)
async def test_a_handler_gets_the_events_of_its_type(kind: str) -> None:
    events, taken = make(), Taken()
    events.on(kind)(taken.by("it"))
    assert await deliver(events, kind) == Answer(200, Handling.HANDLED)
    assert await deliver(events, "invitation.created", id="evt_2") == Answer(200, Handling.UNHANDLED)
    assert [(name, event.type) for name, event in taken.seen] == [("it", kind)]


async def test_a_type_goes_before_a_class_and_a_class_before_its_base() -> None:
    events, taken = make(), Taken()
    events.on(JofiEvent)(taken.by("any"))
    events.on(InvitationEvent)(taken.by("invitation"))
    events.on("invitation.accepted", "scorecard.created")(taken.by("type"))
    for number, kind in enumerate(
        ["invitation.accepted", "invitation.created", "test_taker.created", "scorecard.created"]
    ):
        await deliver(events, kind, id=str(number))
    assert taken.names == ["type", "invitation", "any", "type"]


async def test_handlers_are_typed_by_their_class() -> None:
    events = make()
    emails: list[str] = []

    @events.on(InvitationAccepted)
    async def accepted(event: InvitationAccepted) -> None:
        emails.append(event.invitation.email)

    @events.on("invitation.created")
    async def created(event: InvitationEvent) -> None:
        emails.append(event.invitation.first_name)

    await deliver(events)
    await deliver(events, "invitation.created", id="evt_2")
    assert emails == ["linda.sample@jofiscore.com", "Linda"]


async def test_what_nobody_asked_for_goes_to_otherwise_and_else_is_not_remembered() -> None:
    events, taken = make(), Taken()
    assert (await deliver(events, "scorecard.created")).handling is Handling.UNHANDLED
    assert (await deliver(events, "scorecard.created")).handling is Handling.UNHANDLED
    events.otherwise(taken.by("otherwise"))
    assert (await deliver(events, "scorecard.created", data=[1])).handling is Handling.HANDLED
    assert (await deliver(events, "scorecard.created")).handling is Handling.REPEATED
    ((_, event),) = taken.seen
    assert isinstance(event, OtherEvent)
    assert event.data == [1]


async def test_an_event_without_an_id_is_known_by_its_bytes() -> None:
    events, taken = make(), Taken()
    events.otherwise(taken.by("it"))
    answers = [await deliver(events, id=None), await deliver(events, id=None), await deliver(events, id=None, x=1)]
    assert [answer.handling for answer in answers] == [Handling.HANDLED, Handling.REPEATED, Handling.HANDLED]


def created_at(event: JofiEvent, _: bytes) -> str:
    return f"{event.type} {event.created_at}"


async def test_what_makes_deliveries_one_event_can_be_chosen() -> None:
    events, taken = make(identify=created_at), Taken()
    events.otherwise(taken.by("it"))
    assert (await deliver(events, id="evt_1")).handling is Handling.HANDLED
    assert (await deliver(events, id="evt_2")).handling is Handling.REPEATED


def fail_on(name: str) -> Any:
    def fail(*_: Any) -> str:
        raise ValueError(f"{name} of linda.sample@jofiscore.com")

    return fail


async def test_whoever_identifies_wrongly_breaks_nothing(caplog: pytest.LogCaptureFixture) -> None:
    events, taken = make(identify=fail_on("identify")), Taken()
    events.otherwise(taken.by("it"))
    answer = await deliver(events)
    assert (answer.status, answer.refusal, taken.seen) == (500, Refusal.UNREADABLE, [])
    assert "linda" not in caplog.text


REFUSED: dict[Refusal, tuple[bytes, dict[str, str], int]] = {
    Refusal.UNSIGNED: (body_of(), {}, 401),
    Refusal.FORGED: (body_of(), {HEADER: "0" * 64}, 401),
    Refusal.TOO_LARGE: (b" " * 300_000, {}, 413),
    Refusal.UNREADABLE: (b"{}", SCHEME.sign(b"{}"), 500),
}


@pytest.mark.parametrize("refusal", REFUSED)
async def test_a_refusal_is_an_answer(refusal: Refusal) -> None:
    events, taken = make(), Taken()
    events.otherwise(taken.by("it"))
    body, headers, status = REFUSED[refusal]
    assert await events.handle(body, headers) == Answer(status, Handling.REFUSED, refusal)
    assert not taken.seen


async def test_a_stale_delivery_is_answered() -> None:
    scheme = aged_signature()
    events = EventRouter(JOFI_EVENTS, scheme)
    answer = await events.handle(body_of(), scheme.sign(body_of(), {"X-Timestamp": "1000"}))
    assert (answer.status, answer.refusal) == (401, Refusal.STALE)


async def test_status_codes_are_settings() -> None:
    """A vendor that delivers again whatever was refused is told to stop."""
    events = make(status=StatusCodes(forged=200, handled=204, failed=503))
    taken = Taken()
    events.on("invitation.accepted")(taken.by("it"))

    @events.on("invitation.created")
    async def fail(_: JofiEvent) -> None:
        raise OSError

    assert (await events.handle(body_of(), {HEADER: "0"})).status == 200
    assert (await deliver(events)).status == 204
    assert (await deliver(events, "invitation.created", id="evt_2")).status == 503


async def test_a_failed_event_is_delivered_again_unless_it_is_given_up() -> None:
    events = make()
    decided: list[tuple[str | None, str]] = []

    @events.on("invitation.accepted")
    async def fail(_: JofiEvent) -> None:
        raise ValueError("no")

    assert (await deliver(events)).handling is Handling.FAILED

    @events.on_failure
    async def decide(event: JofiEvent, error: Exception) -> bool:
        decided.append((event.id, str(error)))
        return len(decided) == 2

    assert (await deliver(events)).handling is Handling.FAILED
    assert (await deliver(events)).handling is Handling.HANDLED
    assert (await deliver(events)).handling is Handling.REPEATED
    assert decided == [("evt_1a2b3c4d5e6f", "no")] * 2


async def test_something_cancelled_inside_a_handler_is_a_failure(caplog: pytest.LogCaptureFixture) -> None:
    events = make()
    decided: list[type[Exception]] = []

    @events.otherwise
    async def waits_for_what_is_cancelled(_: JofiEvent) -> None:
        inner = asyncio.ensure_future(asyncio.Event().wait())
        asyncio.get_running_loop().call_soon(inner.cancel)
        await inner

    @events.on_failure
    async def decide(_: JofiEvent, error: Exception) -> bool:
        decided.append(type(error))
        return False

    assert (await deliver(events)).handling is Handling.FAILED
    assert (await deliver(events)).handling is Handling.FAILED
    assert decided == [RuntimeError] * 2
    assert "the handler failed: RuntimeError" in caplog.text


async def test_who_fails_to_decide_gives_nothing_up() -> None:
    events = make()
    fail = fail_on("handler")

    async def broken(*arguments: Any) -> bool:
        return bool(fail(*arguments))

    events.otherwise(broken)
    events.on_failure(broken)
    assert (await deliver(events)).handling is Handling.FAILED
    assert (await deliver(events)).handling is Handling.FAILED


@pytest.mark.parametrize("timeout", [0, -40.0, float("inf"), float("nan")])
def test_a_timeout_ends(timeout: float) -> None:
    with pytest.raises(ConfigurationError, match="seconds"):
        make(timeout=timeout)


def test_a_handler_is_async_and_alone() -> None:
    events, taken = make(), Taken()
    events.on("a", InvitationAccepted.__name__)(taken.by("a"))
    with pytest.raises(ConfigurationError, match="already"):
        events.on("a")(taken.by("b"))

    anything: Any = events.on
    for named in ([], [taken.by("c")], [InvitationAccepted, None]):  # the second is a decorator without its brackets
        with pytest.raises(ConfigurationError, match="Name what is handled"):
            anything(*named)

    def blocking(*_: Any) -> Any: ...

    for register in (events.on("b"), events.otherwise, events.on_failure):
        with pytest.raises(ConfigurationError, match="async"):
            register(blocking)


class Broken(MemoryReplays):
    """A store that fails at one step."""

    def __init__(self, step: str) -> None:
        super().__init__()

        async def fail(*_: Any) -> Any:
            raise ConnectionError("redis://linda@example.org")

        setattr(self, step, fail)


@pytest.mark.parametrize(("step", "handling"), [("claim", Handling.FAILED), ("finish", Handling.HANDLED)])
async def test_a_store_that_fails(step: str, handling: Handling, caplog: pytest.LogCaptureFixture) -> None:
    events, taken = make(store=Broken(step)), Taken()
    events.otherwise(taken.by("it"))
    assert (await deliver(events)).handling is handling
    assert len(taken.seen) == (step == "finish")
    assert "the store of replays failed: ConnectionError" in caplog.text
    assert "linda" not in caplog.text


async def test_a_file_that_cannot_be_used_is_named(tmp_path: Any, caplog: pytest.LogCaptureFixture) -> None:
    store = SqliteReplays(tmp_path / "nowhere" / "events.db")
    events, taken = make(store=store), Taken()
    events.otherwise(taken.by("it"))
    assert (await deliver(events)).handling is Handling.FAILED
    store.close()
    assert not taken.seen
    assert "cannot be opened: No such file or directory" in caplog.text


async def test_the_log_names_the_event_and_nobody(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    events = make()
    fail = fail_on("handler")

    @events.on("invitation.created")
    async def broken(event: JofiEvent) -> None:
        fail(event)

    events.otherwise(Taken().by("it"))
    for kind in ("invitation.created", "invitation.accepted"):
        await deliver(events, kind)
    await deliver(events, "linda@example.org", id="linda.sample@jofiscore.com\nERROR forged line " + "x" * 999)
    await events.handle(body_of(), plain_signature(secrets="whsec-other").sign(body_of()))
    await events.handle(b'{"type": "linda"', SCHEME.sign(b'{"type": "linda"'))
    records = [(record.levelname, record.getMessage()) for record in caplog.records]
    assert [level for level, _ in records] == ["ERROR", "INFO", "INFO", "INFO", "WARNING", "WARNING"]
    assert records[0][1].startswith("Event 'evt_1a2b3c4d5e6f' ('invitation.created'): the handler failed: ValueError (")
    assert records[1][1] == "Event 'evt_1a2b3c4d5e6f' ('invitation.created'): failed"
    assert all("\n" not in message and len(message) < 400 for _, message in records)
    shown = caplog.text.lower()
    assert "l***@jofiscore.com" in shown
    assert not [secret for secret in SECRETS if secret in shown]
