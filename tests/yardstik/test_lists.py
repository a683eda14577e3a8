"""Pages, ordering, filters and the walk over all pages, while the set changes underneath."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jofi_async import ConfigurationError, FakeYardstik, IncompleteListingError, InvalidInputError, Request, Response
from jofi_async.yardstik.fake import FakeSettings
from jofi_async.yardstik.fake.saved import load_state, save_state
from tests.bulk.support import run, take
from tests.fidelity.rules import rule
from tests.yardstik.ways import JOE, client_of, over


def crowd(count: int, **settings: Any) -> FakeYardstik:
    fake = FakeYardstik(settings=FakeSettings(**settings))
    for number in range(count):
        fake.invite(f"p{number}@example.org", external_id=f"P{number}")
    return fake


@rule(
    "002/route/list", "002/paginated", "002/list/page", "002/list/per_page", "002/list/envelope", "002/status/list-200"
)
@pytest.mark.parametrize("way", ["memory", "http"])
async def test_pages(way: str) -> None:
    fake = crowd(7)
    async with over(way, fake) as client:
        pages = [await client.invitations.list(page=number, per_page=3) for number in (1, 2, 3, 4)]
    assert [len(page.data) for page in pages] == [3, 3, 1, 0]
    assert [one.id for page in pages for one in page.data] == [one.id for one in fake.invitations]
    assert pages[0].object == "list"
    assert [(page.meta and page.meta.total_count, page.meta and page.meta.total_pages) for page in pages] == [
        (7, 3)
    ] * 4
    assert repr(pages[1]) == "InvitationList(3 items, page 2 of 3)"


@rule("002/list/order", "002/list/order_by")
async def test_ordering() -> None:
    fake = crowd(3)
    client = client_of(fake)
    ids = [one.id for one in fake.invitations]
    for order, wanted in ((None, ids), ("asc", ids), ("desc", ids[::-1])):
        page = await client.invitations.list(order_by="created_at", order=order)
        assert [one.id for one in page.data] == wanted


@rule("002/list/query")
@pytest.mark.parametrize("times", ["iso", "plain"])
async def test_the_documented_filter(times: Any) -> None:
    fake = crowd(2, times=times)
    since = fake.clock.now() + timedelta(seconds=10)
    fake.clock.advance(60)
    late = fake.invite("late@example.org")
    client = client_of(fake)
    page = await client.invitations.list(query={"created_at_gteq": since})
    assert [one.id for one in page.data] == [late.id]
    assert "?query%5Bcreated_at_gteq%5D=2026-12-11T22%3A23%3A15." in fake.requests[-1].path


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"external_id_eq": "P1"}, [1]),
        ({"external_id_not_eq": "P1"}, [0, 2]),
        ({"external_id_in": ["P0", "P2"]}, [0, 2]),
        ({"external_id_not_in": ["P0", "P2"]}, [1]),
        ({"email_cont": "p2@"}, [2]),
        ({"email_i_cont": "P2@"}, [2]),
        ({"email_not_cont": "p2@"}, [0, 1]),
        ({"email_start": "p0"}, [0]),
        ({"email_end": "org"}, [0, 1, 2]),
        ({"external_id_gt": "P1"}, [2]),
        ({"external_id_lteq": "P1"}, [0, 1]),
        ({"external_id_lt": "P1"}, [0]),
        ({"phone_null": True}, [0, 1, 2]),
        ({"phone_not_null": True}, []),
        ({"phone_present": True}, []),
        ({"phone_blank": True}, [0, 1, 2]),
        ({"active_eq": True}, [0, 1, 2]),
        ({"nothing_eq": "x"}, [0, 1, 2]),
    ],
)
async def test_the_usual_predicates(query: dict[str, Any], found: list[int]) -> None:
    fake = crowd(3)
    page = await client_of(fake).candidates.list(query=query)
    assert [one.external_id for one in page.data] == [f"P{number}" for number in found]


NAMES = st.text("abBΣςİi\n @", min_size=1, max_size=4)


@given(names=st.lists(NAMES.filter(str.strip), min_size=1, max_size=8), wanted=NAMES, restarted=st.booleans())
def test_a_filter_finds_all_that_match_and_nobody_else(names: list[str], wanted: str, restarted: bool) -> None:
    fake = FakeYardstik()
    for name in names:
        fake.invite(last_name=name)
    if restarted:
        fake.state = load_state(json.loads(json.dumps(save_state(fake.state))))
    client = client_of(fake)
    for predicate, expected in (
        ("eq", [name for name in names if name == wanted]),
        ("i_cont", [name for name in names if wanted.lower() in name.lower()]),
    ):
        page = run(client.candidates.list(query={f"last_name_{predicate}": wanted}))
        assert [one.last_name for one in page.data] == expected
        assert all(len(one.reports or ()) == 1 for one in page.data)


@pytest.mark.parametrize(
    "options",
    [
        {"page": 0},
        {"per_page": True},
        {"order": "asc"},
        {"order": "up", "order_by": "created_at"},
        {"query": {"created_at_gteq": datetime(2022, 1, 1)}},
        {"query": {"email_eq": ""}},
    ],
)
async def test_parameters_that_cannot_be_right(options: dict[str, Any]) -> None:
    fake = FakeYardstik()
    with pytest.raises(InvalidInputError):
        await client_of(fake).invitations.list(**options)
    assert not fake.requests


@given(count=st.integers(0, 30), size=st.integers(1, 7))
def test_all_pages_are_read_each_item_once_with_one_request_a_page(count: int, size: int) -> None:
    fake = crowd(count, per_page=size)
    found = run(take(client_of(fake).invitations.iter_all()))
    assert sorted(one.id for one in found) == sorted(one.id for one in fake.invitations)
    assert len(fake.requests) == max(1, -(-count // size))


class Restless:
    """A fake in which something happens before each answer to a list."""

    def __init__(self, fake: FakeYardstik, happenings: list[str]) -> None:
        self.fake, self.happenings = fake, happenings

    async def handle(self, request: Request) -> Response:
        answer = await self.fake.handle(request)
        match self.happenings.pop(0) if self.happenings else "":
            case "create":
                self.fake.invite(f"new{len(self.happenings)}@example.org")
            case "delete":
                del self.fake.world.invitations[next(iter(self.fake.world.invitations))]
            case _:
                pass
        return answer


@given(
    count=st.integers(1, 20),
    size=st.integers(1, 5),
    happenings=st.lists(st.sampled_from(["create", "delete", ""]), max_size=6),
)
def test_what_is_there_all_the_time_is_read_once_though_the_set_changes(
    count: int, size: int, happenings: list[str]
) -> None:
    fake = crowd(count + happenings.count("delete"), per_page=size)
    client = client_of(Restless(fake, [*happenings]))
    before = {one.id for one in fake.invitations}
    try:
        found = [one.id for one in run(take(client.invitations.iter_all()))]
    except IncompleteListingError:
        return
    there = before & {one.id for one in fake.invitations}
    assert len(found) == len(set(found))
    assert there <= set(found)


def test_a_list_that_never_stands_still_says_so() -> None:
    fake = crowd(60, per_page=5)
    with pytest.raises(IncompleteListingError, match="it changed each time that it was read"):
        run(take(client_of(Restless(fake, ["delete"] * 60)).invitations.iter_all()))


async def test_a_server_that_knows_no_pages() -> None:
    """Bare arrays, with pages or without; the same one twice is the end."""
    sizes = iter([2, 2, 1])
    pages = [[{"id": f"{number}{one}"} for one in range(size)] for number, size in enumerate(sizes)]
    cases: list[tuple[list[Any], int]] = [(pages, 5), ([pages[0]] * 9, 2), ([[]], 0)]
    for answers, count in cases:
        left = iter(answers)

        async def handle(_: Request, left: Any = left) -> Response:
            return Response(200, {"content-type": "application/json"}, json.dumps(next(left)).encode())

        server: Any = type("Server", (), {"handle": staticmethod(handle)})
        found = await take(client_of(server).candidates.iter_all())
        assert len({one.id for one in found}) == len(found) == count


# packages


async def test_the_packages_are_a_bare_array_and_read_once() -> None:
    fake = FakeYardstik()
    client = client_of(fake)
    page = await client.packages.list()
    assert [one.name for one in page.data] == ["Standard", "Plus", "Driver"]
    assert page.meta is None
    assert [one.package_system_name for one in page.data] == ["standard", "plus", "driver"]
    assert page.data[2].screenings is not None
    assert page.data[2].screenings[0].screening_type == "MVR"
    asked = len(fake.requests)
    for name in ("Driver", "driver", " DRIVER ", page.data[2].id, "Driver Package"):
        assert (await client.with_options(deadline=9).packages.find(name)).id == page.data[2].id
    assert len(fake.requests) == asked + 2


async def test_a_package_that_is_not_there_or_there_twice() -> None:
    fake = FakeYardstik()
    client = client_of(fake)
    with pytest.raises(ConfigurationError, match=r'no package "Gold" .* Driver, Plus, Standard'):
        await client.packages.find("Gold")
    for package in fake.world.packages.values():
        package.name = "Same"
    with pytest.raises(ConfigurationError, match="Several packages"):
        await client_of(fake).packages.find("same")


async def test_monitor_packages_by_the_documented_filter() -> None:
    fake = FakeYardstik()
    next(iter(fake.world.packages.values())).action_type = "monitor"
    client = client_of(fake)
    assert [one.name for one in (await client.packages.list()).data] == ["Plus", "Driver"]
    assert [one.name for one in (await client.packages.list(query={"action_type_eq": "monitor"})).data] == ["Standard"]


async def test_candidates_are_read() -> None:
    fake = FakeYardstik()
    client = client_of(fake)
    joe = await client.candidates.create(**JOE, addresses=[{"line1": "1 Main St"}])
    again = await client.candidates.get(joe.id)
    assert again == joe
    assert again.addresses is not None
    assert again.addresses[0].line1 == "1 Main St"
    assert (again.full_name, again.created_at) == ("Joe Clean", datetime(2026, 12, 11, 22, 23, 5, 312696, tzinfo=UTC))
