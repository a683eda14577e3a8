"""Lists go on where an answer tells how, one day; and a name that was guessed wrong costs nothing."""

import asyncio
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from jofi_async import JofiClient, RetryPolicy
from jofi_async.core.wire import Request, Response
from jofi_async.jofi.paging import next_query
from jofi_async.testing import run_virtual
from jofi_async.transports.fake import FakeTransport
from tests.fidelity.rules import rule
from tests.jofi.test_fake_support import Json
from tests.jofi.ways import LIVE

BASE = "https://www.jofiscore.com/api/v2/teams"
Tell = Callable[[int], Json]

WAYS: dict[str, Tell] = {
    "a link": lambda page: {"next": f"https://www.jofiscore.com/api/v2/teams?page={page}"},
    "another link": lambda page: {"links": {"next": f"/api/v2/teams?page={page}"}},
    "a link in an object": lambda page: {"_links": {"next": {"href": f"?page={page}"}}},
    "a number": lambda page: {"next_page": page},
    "a foreign link": lambda page: {"next_url": f"https://evil.example.org/?page={page}"},
}


class Paged:
    """Serves teams, two to a page, and tells where the next page is in a way of its own."""

    def __init__(self, teams: int, tell: Tell, break_at: int | None = None) -> None:
        self.teams = teams
        self.tell = tell
        self.break_at = break_at
        self.asked: list[str] = []

    async def handle(self, request: Request) -> Response:
        self.asked.append(request.url)
        page = int(dict(parse_qsl(urlsplit(request.url).query)).get("page", 1))
        if page == self.break_at:
            return Response(400, {"content-type": "application/json"}, b'{"error": "page is not known"}')
        ids = range(2 * page - 1, min(2 * page, self.teams) + 1)
        more = 2 * page < self.teams
        answer = {
            "mode": "live",
            "object": "list",
            "total_count": self.teams,
            "has_more": more,
            "data": [{"object": "team_list_item", "id": number} for number in ids],
            **(self.tell(page + 1) if more else {}),
        }
        return Response(200, {"content-type": "application/json"}, json.dumps(answer).encode())


def client_of(handler: Any) -> JofiClient:
    return JofiClient(LIVE, transport=FakeTransport(handler), rate_limit=None, retry=RetryPolicy(attempts=1))


@pytest.mark.parametrize("way", WAYS)
@rule("000/paging-soon")
async def test_a_list_goes_on_to_its_end(way: str) -> None:
    server = Paged(5, WAYS[way])
    async with client_of(server) as client:
        page = await client.teams.list()
    assert [one.id for one in page.data] == [1, 2, 3, 4, 5]
    assert (page.total_count, page.has_more) == (5, False)
    assert {urlsplit(url).netloc for url in server.asked} == {"www.jofiscore.com"}
    assert {urlsplit(url).path for url in server.asked} == {"/api/v2/teams"}


def silent(_: int) -> Json:
    return {}


@rule("000/paging-soon")
async def test_today_nothing_more_is_asked_for() -> None:
    server = Paged(5, silent)
    async with client_of(server) as client:
        page = await client.teams.list()
    assert ([one.id for one in page.data], page.has_more) == ([1, 2], True)
    assert len(server.asked) == 1


WRONG: list[Tell] = [
    lambda _: {"next_page": 1},  # the same page again and again
    lambda _: {"next_cursor": "abc"},  # a parameter that the server does not know
    lambda _: {"next": "abc"},
    lambda _: {"next": "http://[broken?page=2"},
    lambda _: {"next": None, "next_cursor": None, "next_page": True, "links": [], "meta": None},
]


@pytest.mark.parametrize("tell", WRONG)
async def test_a_wrong_guess_leaves_what_has_come(tell: Tell) -> None:
    server = Paged(5, tell)
    async with client_of(server) as client:
        page = await client.teams.list()
    assert ([one.id for one in page.data], page.has_more) == ([1, 2], True)
    assert len(server.asked) <= 2


async def test_a_further_page_that_is_refused_leaves_what_has_come() -> None:
    server = Paged(7, WAYS["a number"], break_at=3)
    async with client_of(server) as client:
        page = await client.teams.list()
    assert ([one.id for one in page.data], page.has_more, page.total_count) == ([1, 2, 3, 4], True, 7)


async def test_a_list_is_not_whole_while_items_are_missing() -> None:
    class Skipping(Paged):
        """A server that counts its pages from 0, so that a guess from 1 skips one."""

        async def handle(self, request: Request) -> Response:
            number = dict(parse_qsl(urlsplit(request.url).query)).get("page")
            return await super().handle(evolve(request, url=f"{BASE}?page={int(number) + 1}" if number else BASE))

    async with client_of(Skipping(6, WAYS["a number"])) as client:
        page = await client.teams.list()
    assert ([one.id for one in page.data], page.total_count, page.has_more) == ([1, 2, 5, 6], 6, True)


def test_the_deadline_is_for_all_pages_together() -> None:
    class Slow(Paged):
        async def handle(self, request: Request) -> Response:
            await asyncio.sleep(4)
            return await super().handle(request)

    async def ask() -> tuple[int, bool]:
        server = Slow(9, WAYS["a number"])
        client = JofiClient(LIVE, transport=FakeTransport(server), rate_limit=None, deadline=10)
        async with client:
            page = await client.teams.list()
        assert asyncio.get_running_loop().time() - began == 10
        return len(page.data), page.has_more

    began = 0.0
    assert run_virtual(ask()) == (4, True)


async def test_filters_stay() -> None:
    class Once:
        def __init__(self) -> None:
            self.queries: list[dict[str, str]] = []

        async def handle(self, request: Request) -> Response:
            self.queries.append(dict(parse_qsl(urlsplit(request.url).query)))
            answer = {"total_count": 9, "has_more": True, "data": list[int](), "next_page": len(self.queries) + 1}
            return Response(200, {"content-type": "application/json"}, json.dumps(answer).encode())

    server = Once()
    async with client_of(server) as client:
        await client.invitations.list(email="a+b@")
    assert server.queries == [{"email": "a+b@"}, {"email": "a+b@", "page": "2"}]


NAMES = st.sampled_from(["next", "next_url", "next_cursor", "next_page", "links", "meta", "href", "data"])
PLAIN = st.none() | st.booleans() | st.integers() | st.text(max_size=9) | st.lists(st.integers(), max_size=2)
INSIDE = st.dictionaries(NAMES, PLAIN, max_size=3)


@given(extra=st.dictionaries(NAMES, PLAIN | INSIDE | st.dictionaries(NAMES, INSIDE, max_size=2), max_size=3))
def test_whatever_an_answer_brings_the_reader_lives(extra: dict[str, Any]) -> None:
    query = next_query(extra, {"email": "x"})
    assert query is None or query.items() != {"email": "x"}.items()
