"""One row for a web service: it looks, it settles, and a caller who hangs up leaves nothing unheard."""

import asyncio
from typing import Any

import pytest

from jofi_async import Abandoned, OutcomeKind, UnknownOutcomeError
from tests.bulk.support import (
    INVITER,
    ONCE,
    TEST,
    Fault,
    Vendor,
    answer,
    client_of,
    done_then,
    drop_after,
    drop_before,
    refuse,
    run,
    stuck,
)

LINDA: dict[str, Any] = {
    "first_name": "Linda",
    "last_name": "Sample",
    "email": "linda.sample@jofiscore.com",
    "created_by_user_email": INVITER,
}


def linda(**changes: Any) -> dict[str, Any]:
    return {**LINDA, **changes}


def test_a_person_is_invited_and_then_existed() -> None:
    async def main() -> None:
        vendor = Vendor()
        client = client_of(vendor)
        first = await client.invitations.ensure(**LINDA)
        second = await client.invitations.ensure(**linda(email=" Linda.Sample@JOFIscore.com"))
        assert (first.kind, second.kind) == (OutcomeKind.CREATED, OutcomeKind.EXISTED)
        assert first.item is not None
        assert second.item is not None
        assert first.item.id == second.item.id
        assert len(vendor.fake.invitations) == 1

    run(main())


@pytest.mark.parametrize("fault", [drop_after, done_then(502, b"<html>"), done_then(500)], ids=["reset", "502", "500"])
def test_what_got_no_answer_is_found_and_created_once(fault: Fault) -> None:
    async def main() -> None:
        vendor = Vendor(creates=[fault])
        outcome = await client_of(vendor, retry=ONCE).invitations.ensure(**LINDA)
        assert outcome.kind is OutcomeKind.CREATED
        assert outcome.item is not None
        assert outcome.item.id == vendor.fake.invitations[0].id
        assert outcome.attempts == 1

    run(main())


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (drop_before, OutcomeKind.NOT_ATTEMPTED),
        (answer(429), OutcomeKind.NOT_ATTEMPTED),
        (refuse("first_name: First name is required"), OutcomeKind.REFUSED),
        (answer(403), OutcomeKind.NOT_ATTEMPTED),
    ],
)
def test_every_failure_is_an_outcome(fault: Fault, kind: OutcomeKind) -> None:
    async def main() -> None:
        outcome = await client_of(Vendor(otherwise=fault), retry=ONCE).invitations.ensure(**LINDA)
        assert outcome.kind is kind
        assert outcome.reason

    run(main())


def test_a_row_that_cannot_be_right_is_refused_unsent() -> None:
    async def main() -> None:
        vendor = Vendor()
        outcome = await client_of(vendor).invitations.ensure(**linda(email="linda"))
        assert (outcome.kind, outcome.field) == (OutcomeKind.REFUSED, "email")
        assert not vendor.sent
        assert not vendor.lists

    run(main())


def test_the_watermark_is_read_once_a_minute() -> None:
    async def main() -> None:
        vendor = Vendor()
        client = client_of(vendor)
        for number in range(3):
            await client.invitations.ensure(**linda(email=f"linda{number}@example.org"))
        assert vendor.lists == 1
        await asyncio.sleep(61)
        await client.invitations.ensure(**linda(email="linda@example.org"))
        assert vendor.lists == 2

    run(main())


def test_under_a_test_key_nothing_is_looked_for() -> None:
    async def main() -> None:
        vendor = Vendor(creates=[drop_after])
        outcome = await client_of(vendor, TEST, retry=ONCE).invitations.ensure(**LINDA)
        assert (outcome.kind, outcome.attempts, vendor.lists) == (OutcomeKind.CREATED, 2, 0)

    run(main())


def test_a_caller_who_hangs_up_is_told_to_the_hooks_with_what_became_of_the_row() -> None:
    async def main() -> None:
        told: list[Any] = []
        vendor = Vendor(creates=[stuck])
        client = client_of(vendor, hooks=[told.append], retry=ONCE)
        caller = asyncio.create_task(client.invitations.ensure(**LINDA))
        await asyncio.sleep(1)
        caller.cancel()
        with pytest.raises(asyncio.CancelledError):
            await caller
        outcomes: list[Any] = [event.outcome for event in told if isinstance(event, Abandoned) and event.outcome]
        assert [(outcome.kind, outcome.row.email) for outcome in outcomes] == [(OutcomeKind.UNKNOWN, LINDA["email"])]

    run(main())


def test_a_shielded_caller_leaves_it_to_its_end() -> None:
    async def main() -> None:
        vendor = Vendor(creates=[drop_after])
        ensuring = asyncio.create_task(client_of(vendor, retry=ONCE).invitations.ensure(**LINDA))

        async def call() -> None:
            await asyncio.shield(ensuring)

        caller = asyncio.create_task(call())
        await asyncio.sleep(0)
        caller.cancel()
        assert (await ensuring).kind is OutcomeKind.CREATED

    run(main())


@pytest.mark.parametrize(("fault", "expected"), [(stuck, 1), (drop_before, 0)], ids=["in flight", "not sent"])
def test_a_create_that_is_cancelled_in_flight_is_abandoned(fault: Fault, expected: int) -> None:
    async def main() -> None:
        told: list[Any] = []
        client = client_of(Vendor(otherwise=fault), hooks=[told.append])
        caller = asyncio.create_task(client.invitations.create(**LINDA))
        await asyncio.sleep(0.01)
        caller.cancel()
        with pytest.raises(asyncio.CancelledError):
            await caller
        abandoned = [event for event in told if isinstance(event, Abandoned)]
        assert len(abandoned) == expected
        for event in abandoned:
            assert event.outcome is None
            assert getattr(event.row, "email", None) == LINDA["email"]
            assert "linda" not in repr(event).lower()

    run(main())


def test_a_single_create_raises_and_never_sends_again() -> None:
    async def main() -> None:
        vendor = Vendor(otherwise=drop_after)
        with pytest.raises(UnknownOutcomeError) as caught:
            await client_of(vendor).invitations.create(**LINDA)
        assert vendor.sent.total() == 1
        assert getattr(caught.value.row, "email", None) == LINDA["email"]

    run(main())


@pytest.mark.parametrize("steps", range(40))
def test_whenever_its_caller_hangs_up_an_invitation_that_was_made_is_told(steps: int) -> None:
    async def main() -> None:
        told: list[Any] = []
        vendor = Vendor()
        caller = asyncio.create_task(client_of(vendor, hooks=[told.append]).invitations.ensure(**LINDA))
        for _ in range(steps):
            await asyncio.sleep(0)
        caller.cancel()
        (result,) = await asyncio.gather(caller, return_exceptions=True)
        heard = not isinstance(result, BaseException) or any(isinstance(event, Abandoned) for event in told)
        assert heard or not vendor.fake.invitations

    run(main())
