"""A mirror that is fed by events: they keep it fresh, in whatever order, and a listing finds what they missed."""

import json
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from operator import attrgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jofi_async import FakeJofi, FakeTransport, Invitation, JofiClient
from jofi_async.fakes.events import Event as Told
from jofi_async.jofi.events import JOFI_EVENTS, InvitationData, InvitationEvent, JofiEvent
from jofi_async.testing import run_virtual
from jofi_async.webhooks import EventRouter, Handling
from tests.webhooks.vendor import SCHEME


async def deliver(
    router: EventRouter[JofiEvent], kind: str, invitation: Invitation, created_at: datetime | None
) -> Handling:
    event = InvitationEvent(
        type=kind, id=f"{kind} {invitation.id}", created_at=created_at, data=InvitationData(invitation)
    )
    body = JOFI_EVENTS.encode(event)
    return (await router.handle(body, SCHEME.sign(body))).handling


def held(path: Path) -> list[Any]:
    """What stands in the file of a mirror, without asking anybody."""
    with closing(sqlite3.connect(path)) as connection:
        return [json.loads(body) for (body,) in connection.execute("SELECT body FROM item")]


@pytest.mark.parametrize("order", [[0, 1], [1, 0]], ids=["in order", "the later first"])
async def test_events_keep_a_mirror_fresh_in_any_order(tmp_path: Path, order: list[int]) -> None:
    fake = FakeJofi()
    async with (
        JofiClient("sk_live_sandbox", transport=FakeTransport(fake), rate_limit=None) as client,
        client.invitations.mirror(tmp_path / "mirror") as mirror,
    ):
        events = EventRouter(JOFI_EVENTS, SCHEME)

        @events.on(InvitationEvent)
        async def keep(event: InvitationEvent) -> None:
            await mirror.remember(event.invitation, event.as_of)

        known, missed = fake.invite("linda@example.org").id, fake.invite("li@example.org").id
        created = await client.invitations.get(known)
        fake.clock.advance(60)
        fake.accept(known)
        accepted = await client.invitations.get(known)
        assert accepted.accepted_at is not None
        deliveries = [
            ("invitation.created", created, created.created_at),
            ("invitation.accepted", accepted, accepted.accepted_at),
        ]
        for place in order:
            assert await deliver(events, *deliveries[place]) is Handling.HANDLED
        assert [one["accepted_at"] for one in held(tmp_path / "mirror")] == [accepted.accepted_at.isoformat()]
        found = {item.id: item async for item in mirror.iter_all()}
        assert found.keys() == {known, missed}
        assert found[known].accepted_at == accepted.accepted_at


async def test_an_event_without_a_time_replaces_nothing(tmp_path: Path) -> None:
    fake = FakeJofi()
    async with (
        JofiClient("sk_live_sandbox", transport=FakeTransport(fake), rate_limit=None) as client,
        client.invitations.mirror(tmp_path / "mirror") as mirror,
    ):
        old = await client.invitations.get(fake.invite("linda@example.org").id)
        fake.accept(old.id)
        await mirror.list_all()
        event = InvitationEvent(type="invitation.created", data=InvitationData(old))
        await mirror.remember(event.invitation, event.as_of)
        assert [item.accepted_at is None async for item in mirror.iter_all()] == [False]
        event.created_at = old.created_at + timedelta(days=36_500)
        await mirror.remember(event.invitation, event.as_of)
        assert [item.accepted_at is None async for item in mirror.iter_all()] == [True]


@given(data=st.data())
@settings(max_examples=settings().max_examples // 8)
def test_whatever_is_lost_repeated_or_late_the_newest_that_came_stands_and_a_listing_finds_the_rest(
    data: st.DataObject,
) -> None:
    fake, told = FakeJofi(), list[Told]()
    fake.subscribe(told.append)
    people = [fake.invite(f"linda{number}@example.org").id for number in range(4)]
    for person in people[:3]:
        fake.clock.advance(60)
        fake.accept(person)
    told = [one for one in told if one.type.startswith("invitation.")]
    came = data.draw(st.lists(st.sampled_from(told), max_size=12))
    newest = {one.about: one for one in sorted(came, key=attrgetter("at"))}

    async def main(path: Path) -> None:
        client = JofiClient("sk_live_sandbox", transport=FakeTransport(fake), rate_limit=None)
        async with client, client.invitations.mirror(path) as mirror:
            events = EventRouter(JOFI_EVENTS, SCHEME)

            @events.on(InvitationEvent)
            async def keep(event: InvitationEvent) -> None:
                await mirror.remember(event.invitation, event.as_of)

            for one in came:
                body = json.dumps(one.body).encode()
                assert (await events.handle(body, SCHEME.sign(body))).status == 200
            stands = {str(one["id"]): one["accepted_at"] is not None for one in held(path)}
            assert stands == {about: one.type == "invitation.accepted" for about, one in newest.items()}
            whole = await mirror.list_all()
            assert whole.complete
            assert sorted(item.id for item in whole.items) == sorted(people)

    with TemporaryDirectory() as folder:
        run_virtual(main(Path(folder) / "mirror"))
