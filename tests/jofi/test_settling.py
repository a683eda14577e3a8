"""JOFI's side of settling: where it looks, what it finds, and whom it takes for its own."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from attrs import define, evolve, field

from jofi_async import (
    FakeJofi,
    FakeTransport,
    Invitation,
    InvitationListItem,
    JofiClient,
    NewInvitation,
    OutcomeKind,
)
from jofi_async.core.call import CallRecord
from jofi_async.jofi.bulk import InvitationsInBulk
from jofi_async.jofi.journal import JournalledInvitations
from jofi_async.jofi.models import InvitationList, Mode

MARK = datetime(2026, 12, 11, 22, 23, 5, tzinfo=UTC)
YOUNGER = MARK + timedelta(microseconds=1)
ROW = NewInvitation(
    first_name="Linda",
    last_name="Sample",
    email="linda@example.org",
    created_by_user_email="jane.recruiter@jofiscore.com",
    custom_id="REQ-1",
    person_id="P1",
)
ITEM = InvitationListItem(
    id=1,
    created_at=YOUNGER,
    first_name="Linda",
    last_name="Sample",
    email="linda@example.org",
    custom_id="REQ-1",
    person_id="P1",
)


@define
class Lists:
    """Answers each list with the next page, and notes what it was narrowed to."""

    pages: list[InvitationList]
    asked: list[tuple[str | None, str | None]] = field(factory=list[tuple[str | None, str | None]])

    async def find(self, *, custom_id: str | None = None, email: str | None = None) -> InvitationList:
        """List the newest."""
        self.asked.append((custom_id, email))
        return self.pages.pop(0)


async def create(given: Mapping[str, Any], record: CallRecord) -> Invitation:
    raise AssertionError("nothing is created here")


async def nothing() -> None:
    return None


def bulk(*pages: InvitationList) -> tuple[InvitationsInBulk, Lists]:
    lists = Lists([*pages])
    resource = InvitationsInBulk(
        create=create, find=lists.find, mark=nothing, spend=lambda: True, looks_prove=True, validate=True
    )
    return resource, lists


def page(*items: InvitationListItem, cut: bool = False, mode: Mode | None = Mode.LIVE) -> InvitationList:
    return InvitationList(data=[*items], total_count=len(items) + cut, has_more=cut, mode=mode)


# looks

OTHER = evolve(ITEM, id=2, email="belinda@example.org")


@pytest.mark.parametrize("address", ["linda@example.org", " LINDA@Example.org\t"])
@pytest.mark.parametrize("cut", [False, True])
async def test_the_whole_address_is_found_whatever_its_case_and_blanks(address: str, cut: bool) -> None:
    mine = evolve(ITEM, email="Linda@example.org")
    resource, lists = bulk(page(OTHER, mine, cut=cut))
    look = await resource.look(evolve(ROW, email=address))
    assert (look.item, look.conclusive) == (mine, True)
    assert lists.asked == [(None, "linda@example.org")]


async def test_of_several_the_newest_is_found() -> None:
    older = evolve(ITEM, id=7, created_at=MARK)
    resource, _ = bulk(page(older, ITEM, older))
    assert (await resource.look(ROW)).item is ITEM


async def test_a_whole_list_without_the_address_is_conclusive() -> None:
    resource, lists = bulk(page(OTHER))
    look = await resource.look(ROW)
    assert (look.item, look.conclusive, len(lists.asked)) == (None, True, 1)


@pytest.mark.parametrize(
    ("group", "found", "conclusive"),
    [
        (page(OTHER, ITEM, cut=True), ITEM, True),
        (page(OTHER), None, True),
        (page(OTHER, cut=True), None, False),
    ],
    ids=["found", "whole", "cut too"],
)
async def test_where_the_list_is_cut_the_custom_id_group_is_tried(
    group: InvitationList, found: InvitationListItem | None, conclusive: bool
) -> None:
    resource, lists = bulk(page(OTHER, cut=True), group)
    look = await resource.look(ROW)
    assert (look.item, look.conclusive) == (found, conclusive)
    assert lists.asked == [(None, "linda@example.org"), ("REQ-1", None)]


@pytest.mark.parametrize("group", [None, "", "  ", "x" * 51])
async def test_without_a_group_to_list_a_cut_list_is_inconclusive(group: str | None) -> None:
    resource, lists = bulk(page(OTHER, cut=True))
    look = await resource.look(evolve(ROW, custom_id=group))
    assert (look.item, look.conclusive, len(lists.asked)) == (None, False, 1)


@pytest.mark.parametrize("address", ["", "x" * 250 + "@example.org"])
async def test_an_address_that_is_no_filter_is_looked_for_in_its_group_alone(address: str) -> None:
    resource, lists = bulk(page(evolve(ITEM, email=address)))
    look = await resource.look(evolve(ROW, email=address))
    assert look.item is not None
    assert lists.asked == [("REQ-1", None)]


async def test_a_list_of_mode_test_proves_nothing() -> None:
    resource, _ = bulk(page(ITEM, mode=Mode.TEST), page(ITEM, mode=Mode.TEST))
    look = await resource.look(ROW)
    assert (look.item, look.conclusive) == (None, False)


# the watermark


@pytest.mark.parametrize("there", [0, 1, 60])
async def test_the_watermark_is_the_newest_on_the_server(there: int) -> None:
    fake = FakeJofi()
    for number in range(there):
        fake.invite(f"p{number}@example.org")
    marks: list[object] = []

    class Noted(JournalledInvitations):
        def is_ours(self, row: NewInvitation, item: object, watermark: object) -> bool:
            marks.append(watermark)
            return super().is_ours(row, item, watermark)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("jofi_async.jofi.journal.JournalledInvitations", Noted)
        client = JofiClient("sk_live_sandbox", transport=FakeTransport(fake, faults="POST drop_after@1"))
        async with client.invitations.create_many([ROW]) as job:
            (outcome,) = [outcome async for outcome in job]
    assert outcome.kind is OutcomeKind.CREATED
    assert marks == [fake.invitations[there - 1].created_at.isoformat() if there else None]


# ours


@pytest.mark.parametrize(
    ("watermark", "created_at", "is_ours"),
    [(MARK, YOUNGER, True), (MARK, MARK, False), (MARK, MARK - timedelta(days=1), False), (None, MARK, True)],
    ids=["younger", "the same instant", "older", "nobody was there"],
)
def test_ours_is_younger_than_the_watermark(watermark: datetime | None, created_at: datetime, is_ours: bool) -> None:
    resource, _ = bulk()
    text = None if watermark is None else watermark.isoformat()
    assert resource.is_ours(ROW, evolve(ITEM, created_at=created_at), text) is is_ours


@pytest.mark.parametrize(
    "changes",
    [{"first_name": "Lin"}, {"last_name": ""}, {"email": "l@x.org"}, {"custom_id": "REQ-2"}, {"person_id": None}],
)
def test_what_bears_other_fields_is_not_ours(changes: dict[str, Any]) -> None:
    resource, _ = bulk()
    assert resource.is_ours(ROW, ITEM, MARK.isoformat())
    assert not resource.is_ours(ROW, evolve(ITEM, **changes), MARK.isoformat())
    assert not resource.is_ours(evolve(ROW, **changes), ITEM, MARK.isoformat())


@pytest.mark.parametrize(
    ("sent", "stored", "is_ours"),
    [
        ("P1", "P1", True),
        (" P1 ", "P1", True),
        ("", None, True),
        (None, "", True),
        (None, None, True),
        ("None", None, False),
        (None, "None", False),
    ],
)
def test_blanks_and_null_are_alike_and_a_word_is_not(sent: str | None, stored: str | None, is_ours: bool) -> None:
    resource, _ = bulk()
    row, item = evolve(ROW, person_id=sent, custom_id=sent), evolve(ITEM, person_id=stored, custom_id=stored)
    assert resource.is_ours(row, item, MARK.isoformat()) is is_ours


def test_what_is_no_invitation_is_not_ours() -> None:
    resource, _ = bulk()
    assert not resource.is_ours(ROW, object(), MARK.isoformat())
