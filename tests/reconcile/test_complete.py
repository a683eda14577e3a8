"""The complete listing on a list of a few lines: whole, or honest about it."""

import asyncio
import pickle
from collections.abc import Mapping
from contextlib import aclosing
from typing import Any
from unittest.mock import patch

import pytest
from attrs import define
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from jofi_async.core.errors import UnknownOutcomeError
from jofi_async.reconcile import complete
from jofi_async.reconcile.complete import CompleteListing, IncompleteListingError, ListingSummary
from jofi_async.reconcile.cover.recent import Recent
from jofi_async.reconcile.listable import Answer
from jofi_async.reconcile.narrowing import is_cheaper_whole
from jofi_async.testing import run_virtual
from tests.reconcile.server import Fold, Listing, Server, read, server_of

PEOPLE = [
    f"{first}.{last}{n}@{at}.org" for first in ("ann", "bo") for last in ("ray", "li") for n in range(9) for at in "xy"
]


def test_what_one_answer_holds_takes_two_questions() -> None:
    server = server_of(["a@x", "b@x", "c@x", "d@x", "e@x"])
    items, summary = read(server)
    assert sorted(items) == [1, 2, 3, 4, 5]
    assert summary == ListingSummary(complete=True, total_count=5, known=5, missing=0, requests=2)
    assert server.asked == [{"email": "@"}, {}]


def test_an_empty_list_is_complete() -> None:
    assert read(server_of([])) == ([], ListingSummary(True, 0, 0, 0, 2))


def test_addresses_without_an_anchor_are_found_by_what_else_is_in_them() -> None:
    server = server_of(["ann@x", "bo", "cy", "di@x", "ed", "flo", "gus", "hal"])
    items, summary = read(server)
    assert sorted(items) == list(server.rows)
    assert summary.complete


def test_where_the_anchor_is_not_what_it_contains_everything_is_looked_at_first() -> None:
    emails = ["ann", "bo@x", "cy", "di@x", "ed", "flo@x", "gus", "hal"]
    server = Server({n: (email, "") for n, email in enumerate(emails, 1)}, fold=lambda text: text.replace("@", ""))
    items, summary = read(server)
    assert server.asked[:2] == [{"email": "@"}, {}]
    assert sorted(items) == list(server.rows)
    assert summary.complete


def test_many_are_read_several_questions_at_once() -> None:
    server = server_of(PEOPLE)
    items, summary = read(server, workers=4)
    assert len(items) == summary.total_count == len(PEOPLE)
    assert summary.complete
    assert 1 < server.most_flying <= 4


def test_no_question_is_asked_twice() -> None:
    server = server_of(PEOPLE)
    read(server)
    questions = [tuple(one.items()) for one in server.asked if one]
    assert len(questions) == len(set(questions))
    assert [index for index, one in enumerate(server.asked) if not one] == [len(server.asked) - 1]


def test_a_domain_that_all_seem_to_share_is_not_asked_for() -> None:
    server = server_of([f"{first}{last}@x.org" for first in "abcdefgh" for last in "abcdefgh"], limits=(10, 20))
    with patch("jofi_async.reconcile.descent.FEW", 0):
        items, summary = read(server)
    assert len(items) == 64
    assert summary.complete
    asked = [one["email"] for one in server.asked if one]
    assert asked[0] == "@"
    assert all(text.endswith("@") for text in asked)


def test_one_address_more_often_than_an_answer_holds_is_found_by_its_groups() -> None:
    rows = {n: ("same@x.org", f"job{n % 4}") for n in range(1, 13)}
    items, summary = read(Server(rows))
    assert summary.complete
    assert sorted(items) == sorted(rows)


def test_what_no_filter_tells_apart_is_said_to_be_missing() -> None:
    items, summary = read(server_of(["same@x.org"] * 9))
    assert len(items) == 5
    assert (summary.complete, summary.missing, summary.total_count, summary.known) == (False, 4, 9, 5)


def test_the_error_says_how_far_it_came_and_pickles() -> None:
    _, summary = read(server_of(["same@x.org"] * 9))
    error = pickle.loads(pickle.dumps(IncompleteListingError(summary)))
    assert error.summary == summary
    assert "5 of 9 were read" in str(error)


def test_what_is_created_meanwhile_is_read_as_well() -> None:
    server = server_of(PEOPLE)
    for question in (2, 5, 9):
        server.meanwhile[question] = lambda server: server.add((f"new{len(server.rows)}@new.org", ""))
    items, summary = read(server)
    assert summary.complete
    assert set(items) == set(server.rows)
    assert summary.total_count == len(PEOPLE) + 3


def test_more_than_an_answer_holds_may_be_created_meanwhile() -> None:
    server = server_of(PEOPLE)
    server.meanwhile[4] = lambda server: server.add(*((f"new{n}@new{n}.org", "") for n in range(20)))
    items, summary = read(server)
    assert summary.complete
    assert set(items) == set(server.rows)


def test_an_address_that_changes_meanwhile_is_yielded_once() -> None:
    server = server_of(PEOPLE)
    server.meanwhile[3] = lambda server: server.rows.update({len(PEOPLE): ("changed@z.net", "")})
    items, summary = read(server)
    assert summary.complete
    assert set(items) == set(server.rows)


def test_a_part_that_fails_is_missing_unless_it_is_found_otherwise() -> None:
    server = server_of(PEOPLE, failing=frozenset(range(2, 6)))
    items, summary = read(server)
    assert summary.complete == (len(items) == len(PEOPLE))
    assert summary.missing == len(PEOPLE) - len(items)


def test_a_list_that_fails_for_good_ends_and_says_so() -> None:
    server = server_of(PEOPLE, failing=frozenset(range(1, 999)))
    items, summary = read(server, workers=1)
    assert len(items) == 5
    assert len(server.asked) < 10
    assert (summary.complete, summary.missing) == (False, len(PEOPLE) - 5)
    assert any("gone" in reason for reason in summary.reasons)


def test_a_first_look_that_fails_is_raised() -> None:
    with pytest.raises(UnknownOutcomeError):
        read(server_of(PEOPLE, failing=frozenset([0, 1])))


def test_a_first_question_that_fails_is_not_all_that_is_tried() -> None:
    server = server_of(PEOPLE, failing=frozenset([0]))
    items, summary = read(server)
    assert server.asked[:2] == [{"email": "@"}, {}]
    assert len(items) == len(PEOPLE)
    assert summary.complete


@pytest.mark.parametrize("remembered", [0, 30])
def test_a_further_listing_that_fails_for_good_ends_and_says_so(remembered: int) -> None:
    server = server_of(PEOPLE, failing=frozenset(range(1, 999)))
    items, summary = read(server, workers=1, remembered={n: server.rows[n] for n in range(1, 1 + remembered)})
    assert len(items) == 5
    assert len(server.asked) < 10
    assert not summary.complete


@pytest.mark.parametrize(("old", "is_searched"), [(0, False), (8, False), (30, True), (60, True)])
def test_what_is_new_is_searched_for_where_it_is_little_beside_what_is_known(old: int, *, is_searched: bool) -> None:
    server = server_of(PEOPLE)
    remembered = {number: server.rows[number] for number in range(1, 1 + old)}
    with patch.object(Recent, "choose", return_value=None) as choose:
        read(server, remembered=remembered)
    assert choose.called == is_searched


@pytest.mark.parametrize("new", [0, 1, 4])
@pytest.mark.parametrize("ghost", ["ann@gone.org", "nowhere"])
def test_whoever_is_remembered_and_gone_is_noticed_at_once(ghost: str, new: int) -> None:
    server = server_of(PEOPLE)
    remembered = {number: server.rows[number] for number in range(1, 1 + len(PEOPLE) - new)}
    _, summary = read(server, remembered={**remembered, 0: (ghost, "")})
    assert not summary.complete
    assert summary.requests <= 2
    assert "deleted" in summary.reasons[0]


@pytest.mark.parametrize("new", [0, 1, 4])
def test_who_is_remembered_without_an_anchor_is_not_looked_for(new: int) -> None:
    server = server_of(["nobody", "nowhere", *PEOPLE])
    remembered = {number: server.rows[number] for number in range(1, 3 + len(PEOPLE) - new)}
    items, summary = read(server, remembered=remembered)
    assert len(items) == new
    assert summary.complete
    assert summary.requests == 2


@pytest.mark.parametrize(
    "ghost", [("ann@gone.org", "ann@gone.org"), ("nobody", "now@x.org"), ("then@x.org", "nowhere")]
)
def test_a_count_that_does_not_fit_what_is_remembered_is_looked_into(ghost: tuple[str, str]) -> None:
    """One who is not in the list yet, though it is known; and who has got an anchor, or lost it."""
    server = server_of([*PEOPLE, ghost[1]])
    remembered = {**server.rows, len(PEOPLE) + 1: (ghost[0], "")}
    if ghost[0] == ghost[1]:
        server.meanwhile[1] = lambda server: server.add((ghost[1], ""))
        del server.rows[len(PEOPLE) + 1]
    _, summary = read(server, remembered=remembered)
    assert (summary.complete, summary.requests) == (True, 2)


@pytest.mark.parametrize("created", [0, 1, 2])
def test_who_comes_while_that_is_looked_into_hides_no_gap(created: int) -> None:
    server = server_of([*PEOPLE, "nobody"])
    remembered = {number: row for number, row in server.rows.items() if number not in (10, 57)}
    server.meanwhile[1] = lambda server: server.add(*[(f"ann.ray{n}@x.org", "") for n in range(20, 20 + created)])
    items, summary = read(server, remembered=remembered)
    assert (len(items), summary.complete) == (2 + created, True)


def test_gaps_in_what_is_remembered_are_no_news() -> None:
    server = server_of(PEOPLE)
    remembered = {number: row for number, row in server.rows.items() if number % 9}
    with patch.object(Recent, "choose", return_value=None) as choose:
        items, summary = read(server, remembered=remembered)
    assert (len(items), summary.complete, choose.called) == (len(PEOPLE) // 9, True, False)


@pytest.mark.parametrize(("remembers", "most"), [(False, 420), (True, 80)])
def test_who_cannot_be_reached_is_looked_for_once(most: int, *, remembers: bool) -> None:
    server = server_of([*["same@x.org"] * 9, *PEOPLE])
    remembered = {number: row for number, row in server.rows.items() if row[0] != "same@x.org"}
    for question in range(40, 900, 40):
        server.meanwhile[question] = lambda server: server.add(("new@x.org", ""))
    _, summary = read(server, remembered=remembered if remembers else {})
    assert not summary.complete
    assert summary.requests < most


@pytest.mark.parametrize("question", [1, 9, 30])
def test_who_comes_meanwhile_hides_nobody(question: int) -> None:
    """Nobody who came later is counted among those that were there, so one look more tells all."""
    server = server_of(PEOPLE)
    server.meanwhile[question] = lambda server: server.add(("bo.li11@y.org", ""), ("ann.ray11@x.org", ""))
    _, summary = read(server)
    assert summary.complete
    assert server.asked.count({}) == 1


@define(eq=False)
class Contradicting(Server):
    """One whose answers to filters show more than they count, and whose looks are right."""

    async def ask(self, filters: Mapping[str, str]) -> Answer[int]:
        answer = await super().ask(filters)
        return Answer(answer.entries, len(answer.entries) - 1) if filters else answer


@pytest.mark.parametrize("filters", [{}, {"group": "job"}])
def test_parts_that_show_more_than_they_count_prove_nothing(filters: dict[str, str]) -> None:
    _, summary = read(Contradicting({n: (email, "jobs") for n, email in enumerate(PEOPLE[:5], 1)}), filters)
    assert not summary.complete
    assert summary.reasons


@pytest.mark.parametrize("lie", [-7, 1, 200])
def test_a_server_that_miscounts_proves_nothing(lie: int) -> None:
    items, summary = read(server_of(PEOPLE, lie=lie))
    assert not summary.complete
    assert summary.missing == max(0, lie + len(PEOPLE) - len(items))
    assert summary.requests < 2000


def test_a_server_that_counts_too_few_is_named() -> None:
    _, summary = read(server_of(PEOPLE, lie=-7))
    assert any("counts fewer than are known" in reason for reason in summary.reasons)


def test_underscores_as_wildcards_do_not_hide_anybody() -> None:
    emails = [f"{a}_{b}@x.org" for a in "abcdef" for b in "uvwxyz"] + [f"{a}q{b}@x.org" for a in "abcd" for b in "uv"]
    items, summary = read(server_of(emails, has_wildcards=True))
    assert summary.complete
    assert len(items) == len(emails)


def test_texts_that_a_server_may_trim_are_not_asked_for() -> None:
    server = server_of([f"{a} {b}@x.org " for a in "abcdef" for b in "uvwxyz"])
    _, summary = read(server)
    assert summary.complete
    assert all(text == text.strip() for question in server.asked for text in question.values())


def test_no_filter_is_longer_than_it_may_be() -> None:
    server = server_of(["a" * 40 + f"{n}@x.org" for n in range(9)] + ["b" * 40 + "@x.org"] * 9)
    read(server)
    assert max(len(question.get("email", "")) for question in server.asked) <= 12


def test_a_filter_narrows_the_whole_listing() -> None:
    rows = {n: (email, "jobs" if n % 2 else "other") for n, email in enumerate(PEOPLE, 1)}
    server = Server(rows)
    items, summary = read(server, {"group": "job"})
    assert summary.complete
    assert sorted(items) == [n for n in rows if n % 2]
    assert all("job" in question["group"] for question in server.asked)


def narrowed(email: str, *, whole: bool, **options: Any) -> tuple[Server, list[int], ListingSummary]:
    server = server_of(PEOPLE, **options)
    with patch.object(complete, "is_cheaper_whole", return_value=whole):
        return server, *read(server, {"email": email})


@pytest.mark.parametrize("question", range(2, 30, 3))
def test_what_a_text_narrows_is_picked_out_of_everything_where_that_is_cheaper(question: int) -> None:
    def create(server: Server) -> None:
        server.add(("rayx@x.org", ""), ("box@x.org", ""))

    _, picked, summary = narrowed("ray", whole=True, meanwhile={question: create})
    assert (summary.complete, summary.missing, summary.reasons) == (True, 0, ())
    assert summary.total_count == len(picked) == 37
    _, walked, _ = narrowed("ray", whole=False)
    assert set(walked) == set(picked) - {len(PEOPLE) + 1}


def test_it_is_picked_until_all_that_match_are_known() -> None:
    server, _, _ = narrowed("y.org", whole=True)
    everything = server_of(PEOPLE)
    read(everything)
    assert len(server.asked) < 3 + len(everything.asked)
    assert server.asked[:3] == [{"email": "y.org"}, {"email": "@"}, {"email": "@"}]
    assert server.asked[-1] == {"email": "y.org"}


STREETS = [f"strasse{i}@y.org" for i in range(6)] + [f"stra\u00dfe{i}@z.org" for i in range(5)]


@pytest.mark.parametrize(
    ("emails", "text", "fold"),
    [
        ([*(f"{a}.ss{i}@x.org" for i in range(4) for a in ("ann", "bo", "cleo")), *STREETS], "ss", str.lower),
        ([f"{a}{b}{i}@x.org" for a in ("Ann", "ann") for i in range(4) for b in "abcd"], "Ann", str),
        ([f"{a}{b}{i}@x.org" for a in ("Ann", "ann") for i in range(4) for b in "abcd"], "Ann", str.lower),
    ],
)
def test_only_what_surely_has_the_text_is_picked(emails: list[str], text: str, fold: Fold) -> None:
    server = server_of(emails, fold=fold)
    with patch.object(complete, "is_cheaper_whole", return_value=True):
        items, summary = read(server, {"email": text})
    assert set(items) <= set(server.matching({"email": text}))
    assert len(items) == summary.known
    assert summary.complete == (len(items) == len(server.matching({"email": text})))


def test_what_cannot_be_picked_is_walked_through() -> None:
    emails = [f"{a}x{b}{i}@x.org" for a in ("ann", "bob") for b in ("ray", "li") for i in range(4)]
    server = server_of([*emails, *(f"a_{c}{i}@y.org" for c in "bc" for i in range(6))], has_wildcards=True)
    with patch.object(complete, "is_cheaper_whole", return_value=True):
        items, summary = read(server, {"email": "a_"})
    assert summary.complete
    assert set(items) >= set(server.matching({"email": "a_"}))


def test_everything_is_read_once_where_somebody_cannot_be_reached() -> None:
    server = server_of(["same.ray@x.org"] * 9 + PEOPLE)
    with patch.object(complete, "is_cheaper_whole", return_value=True):
        _, summary = read(server, {"email": "ray"})
    assert not summary.complete
    assert summary.requests < 450


def test_who_is_created_while_all_is_picked_costs_nothing() -> None:
    def create(server: Server) -> None:
        server.add(("zed.ray1@w.org", ""))

    still, *_ = narrowed("ray", whole=True)
    for question in (3, 10, 30):
        busy, _, summary = narrowed("ray", whole=True, meanwhile={question: create})
        assert summary.complete
        assert len(busy.asked) <= len(still.asked) + 1


@pytest.mark.parametrize("seconds", [1.5, 2.5, 6.5, 20.5])
def test_picking_that_is_cancelled_has_counted_its_requests(seconds: float) -> None:
    server = server_of(PEOPLE)

    async def main() -> None:
        listing: Listing = CompleteListing(server, {"email": "ray"}, workers=3)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(_drain(listing), seconds)
        assert listing.summary.requests == len(server.asked)

    with patch.object(complete, "is_cheaper_whole", return_value=True):
        run_virtual(main())
    assert server.flying == 0


@pytest.mark.parametrize("failing", [range(2, 999), range(3, 999), range(9, 999)])
def test_what_is_picked_from_everything_says_what_could_not_be_read(failing: range) -> None:
    _, items, summary = narrowed("ray", whole=True, failing=frozenset(failing))
    assert not summary.complete
    assert summary.missing == 36 - len(items) > 0
    assert any("gone" in reason for reason in summary.reasons)


def test_a_narrow_text_in_a_large_account_is_walked_and_a_broad_one_is_not() -> None:
    def is_whole(text: str, some: list[str], total: int, everything: int) -> bool:
        return is_cheaper_whole(text, "@", some, total=total, everything=everything, limit=150)

    assert not is_whole("smith", ["a.Smith@x.org"], 206, 10_000)
    assert is_whole("smith", ["a.Smith@x.org"], 206, 1_000)
    assert is_whole("E", ["e@x.org", "a@e.org"], 7_000, 10_000)
    assert not is_whole("Gmail", ["e@gmail.com", "a@gmail.com"], 4_000, 10_000)
    assert is_whole("Gmail", ["e@gmail.com", "gmail@gmail.com"], 6_000, 10_000)
    assert not is_whole("Gmail", ["e@gmail.com"] * 99 + ["gmail@gmail.com"], 6_000, 12_000)
    assert is_whole(".com", ["e@gmail.com", "a@gmail.com"], 9_700, 10_000)


@pytest.mark.parametrize("combines", ["any", "first"])
@pytest.mark.parametrize("filters", [{"group": "job"}, {"group": "job", "email": "ann"}])
def test_filters_that_do_not_narrow_each_other_are_found_out(combines: str, filters: dict[str, str]) -> None:
    rows = {n: (email, "jobs" if n % 3 else "other") for n, email in enumerate(PEOPLE, 1)}
    items, summary = read(Server(rows, combines=combines), filters)  # type: ignore[arg-type]
    wanted = [n for n, (email, group) in rows.items() if "job" in group and filters.get("email", "") in email]
    assert sorted(items) == wanted
    assert summary.complete
    assert summary.total_count in (len(rows), len(wanted))


def test_a_filter_that_is_a_wildcard_is_not_taken_for_a_text() -> None:
    items, summary = read(server_of(PEOPLE, has_wildcards=True), {"email": "a%n"})
    assert len(items) == 5
    assert not summary.complete
    assert any("does not mean" in reason for reason in summary.reasons)


def test_it_can_be_left_early() -> None:
    server = server_of(PEOPLE)

    async def main() -> None:
        listing: Listing = CompleteListing(server, {}, workers=3)
        async with aclosing(listing):
            async for _ in listing:
                if len(server.asked) > 4:
                    break
        assert asyncio.all_tasks() == {asyncio.current_task()}
        assert not listing.summary.complete

    run_virtual(main())
    assert server.flying == 0


def test_who_waits_for_it_can_be_cancelled() -> None:
    server = server_of(PEOPLE)

    async def main() -> None:
        listing: Listing = CompleteListing(server, {}, workers=3)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(_drain(listing), 3.5)
        assert asyncio.all_tasks() == {asyncio.current_task()}

    run_virtual(main())
    assert server.flying == 0


async def _drain(listing: Listing) -> None:
    async for _ in listing:
        pass


TEXTS = st.text(st.sampled_from("aAb@.%_ +\u00e9\u00c9\u00df\u0130\u0131K\u212a\x00"), max_size=7)
ADDRESSES = st.builds("{}@{}".format, st.text("abc.", max_size=4), st.sampled_from(["x.org", "xx.org", "y.org.x"]))
ROWS = st.lists(st.tuples(ADDRESSES | TEXTS, st.sampled_from(["", "", "j1", "J12"]) | TEXTS), max_size=30)
EVENTS = st.dictionaries(
    st.integers(0, 40),
    st.lists(st.tuples(ADDRESSES | TEXTS, st.sampled_from(["", "j1"])), min_size=1, max_size=8),
    max_size=4,
)
FILTERS = st.sampled_from(
    [{}, {}, {}, {"group": "j1"}, {"email": "@", "group": "j"}, *({"email": text} for text in ("a", "_", "K", "ss"))]
)
NO_SHRINKING = [Phase.explicit, Phase.reuse, Phase.generate, Phase.target]  # a listing that gives up takes long
UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], phases=NO_SHRINKING)


def hidden(server: Server) -> set[int]:
    """The items whose address stands in more others than an answer holds: every filter that they match shows others."""
    emails = {item: email for item, (email, _) in server.rows.items()}
    return {item for item, email in emails.items() if sum(email in one for one in emails.values()) > server.limits[1]}


def ascii_lower(text: str) -> str:
    """Fold as a server does that knows ASCII alone."""
    return text.encode().lower().decode()


FOLDS: list[Fold] = [str.lower, str.casefold, ascii_lower]


@st.composite
def servers(draw: st.DrawFn) -> Server:
    rows = dict(enumerate(draw(ROWS), 1))
    server = Server(
        rows,
        fold=draw(st.sampled_from(FOLDS)),
        combines=draw(st.sampled_from(["all", "all", "any", "first"])),
        has_wildcards=draw(st.booleans()),
        is_newest_first=draw(st.booleans()),
        same_age=draw(st.sampled_from([1, 4])),
        failing=draw(st.frozensets(st.integers(1, 60), max_size=4)),
    )
    for question, new in draw(EVENTS).items():
        server.meanwhile[question] = lambda server, new=new: server.add(*new)  # type: ignore[misc]
    return server


@UNHURRIED
@given(server=servers(), filters=FILTERS, workers=st.integers(1, 5), whole=st.booleans())
def test_a_listing_equals_the_account_or_says_what_is_missing(
    server: Server, filters: dict[str, str], workers: int, *, whole: bool
) -> None:
    with patch.object(complete, "is_cheaper_whole", return_value=whole):
        items, summary = read(server, filters, workers=workers)
    assert set(items) <= set(server.matching(filters)) or server.combines != "all"
    assert summary.requests < 5000
    if summary.complete:
        assert set(items) >= set(server.matching(filters)) & server.at_last_look or server.combines != "all"
        assert (summary.missing, summary.reasons) == (0, ())
        assert filters or set(items) == server.at_last_look
    else:
        assert summary.missing or summary.reasons


@UNHURRIED
@given(st.lists(ADDRESSES, unique=True, max_size=60), st.integers(1, 5), st.sampled_from([1, 4]))
def test_all_are_read_unless_no_filter_can_show_somebody(emails: list[str], workers: int, same_age: int) -> None:
    server = server_of(emails, same_age=same_age)
    items, summary = read(server, workers=workers)
    assert summary.complete or hidden(server)
    assert summary.missing == len(emails) - len(items)


@UNHURRIED
@given(
    st.lists(ADDRESSES, unique=True, min_size=6, max_size=40),
    st.dictionaries(st.integers(0, 30), st.integers(1, 12), max_size=4),
    st.integers(1, 5),
)
def test_what_comes_meanwhile_is_read_too(emails: list[str], events: dict[int, int], workers: int) -> None:
    server = server_of(emails, same_age=4)
    for question, number in events.items():
        new = [(f"n{question}.{n}@new.org", "") for n in range(number)]
        server.meanwhile[question] = lambda server, new=new: server.add(*new)  # type: ignore[misc]
    items, summary = read(server, workers=workers)
    assert summary.complete or hidden(server)
    assert summary.complete == (server.at_last_look <= set(items))


@settings(UNHURRIED, max_examples=20)
@given(ROWS, st.integers(-5, 5).filter(bool), st.integers(1, 5))
def test_a_server_that_always_miscounts_is_never_believed(rows: list[tuple[str, str]], lie: int, workers: int) -> None:
    server = Server(dict(enumerate(rows, 1)), lie=lie)
    items, summary = read(server, workers=workers)
    if summary.complete:  # as many were read as the lie says: what was read is right, and the lie is not to be seen
        assert len(items) == summary.total_count == max(0, len(rows) + lie)
    assert set(items) <= set(server.rows)
