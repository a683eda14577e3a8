"""The cover: what is imagined fits all counts, what is chosen can be asked for, and a listing with it is as whole."""

from collections.abc import Generator
from contextlib import contextmanager
from itertools import product
from random import Random
from string import ascii_lowercase
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jofi_async.reconcile.cover.counts import Counts
from jofi_async.reconcile.cover.cover import Cover
from jofi_async.reconcile.cover.ends import Draw, Ends
from jofi_async.reconcile.cover.having import Having
from jofi_async.reconcile.cover.imagined import Imagination, Value, pieces
from jofi_async.reconcile.cover.letters import END, Bans, Growth, Letters
from jofi_async.reconcile.cover.tree import Tree
from jofi_async.reconcile.cover.untold import Untold
from jofi_async.reconcile.cover.worth import Worth
from jofi_async.reconcile.parts import Known, Part
from tests.reconcile.server import Server, read, server_of
from tests.reconcile.test_complete import ADDRESSES, FILTERS, UNHURRIED, hidden, servers

FIRST = ("ann", "bob", "cleo", "dan", "eve", "finn", "gus", "hal", "ida", "jo")
LAST = ("ray", "lee", "fox", "day", "kim", "roe", "poe", "may")
AT = ("gmail.com", "yahoo.com", "bigco.org")
PEOPLE = [f"{first}.{last}@{at}" for first, last, at in product(FIRST, LAST, AT)]
TEXTS = st.text("abc", min_size=1, max_size=4)


@contextmanager
def guessing(most: int = 200) -> Generator[None]:
    """A cover is guessed however few are missing, of a few values."""
    with (
        patch("jofi_async.reconcile.descent.COVERED", 0),
        patch("jofi_async.reconcile.cover.cover._FEWEST", most),
    ):
        yield


@contextmanager
def few_are(few: int) -> Generator[None]:
    """A cover is guessed of so few; of more only where all go on alike."""
    with (
        patch("jofi_async.reconcile.descent.FEW", few),
        patch("jofi_async.reconcile.descent.COVERED_ALIKE", 0),
    ):
        yield


def shuffled() -> list[str]:
    people = list(PEOPLE)
    Random(1).shuffle(people)
    return people


def crowd(number: int) -> list[str]:
    """Addresses of several forms, some of whose names and domains are far more common than others."""
    random, found = Random(1), dict[str, None]()
    while len(found) < number:
        first, last, at = (names[int(len(names) * random.random() ** 2)] for names in (FIRST, LAST, AT))
        year = random.choice(["", str(random.randrange(10)), str(random.randrange(100))])
        forms = f"{first}.{last}", f"{first}{last}", f"{first[0]}{last}", f"{first}{last[0]}"
        found[f"{random.choice(forms)}{year}@{at}"] = None
    return list(found)


def counted(known: Known, emails: list[str], text: str, limit: int) -> None:
    """Ask for a text of a list of addresses, the newest last."""
    found = [number for number, email in enumerate(emails) if text in email]
    known.add(Part(0, text, total=len(found), shown=min(limit, len(found)), is_whole=len(found) <= limit))
    for number in found[-limit:]:
        known.learn(number, (emails[number], ""), late=False)


def test_a_cover_takes_fewer_questions_than_the_walk() -> None:
    emails = crowd(480)
    items, walked = read(server_of(emails, limits=(10, 20)))
    assert len(items) == len(emails)
    with guessing(400):
        items, guessed = read(server_of(emails, limits=(10, 20)))
    assert guessed.complete
    assert len(items) == len(emails)
    assert guessed.requests < walked.requests


def test_between_a_cover_is_guessed_only_if_all_go_on_alike_and_not_evenly() -> None:
    random = Random(1)
    named = [f"{first}.{last}@bigco.org" for first, last in product(FIRST, LAST)]
    random.shuffle(named)
    even = ["".join(random.choices("abcd", k=5)) + "@bigco.org" for _ in range(80)]
    for emails, is_guessed in ((named, True), (even, False), (crowd(80), False)):
        server = server_of(emails, limits=(20, 30))
        with few_are(40), patch.object(Cover, "choose", return_value=[]) as choose:
            items, _ = read(server)
        assert len(items) == 80
        assert choose.called == is_guessed


@pytest.mark.parametrize(("letters", "is_guessed"), [("abcdefgh", False), (ascii_lowercase, True)])
def test_of_very_few_a_cover_is_guessed_unless_the_walk_takes_hardly_any(letters: str, *, is_guessed: bool) -> None:
    random = Random(1)
    emails = ["".join(random.choices(letters, k=5)) + "@bigco.org" for _ in range(90)]
    with few_are(90), patch.object(Cover, "choose", return_value=[]) as choose:
        items, _ = read(server_of(emails, limits=(20, 75)))
    assert len(items) == 90
    assert choose.called == is_guessed


def test_a_cover_ends_where_all_are_known_and_a_count_contradicts_it() -> None:
    *others, zoe, yan = shuffled()[:22]
    server = server_of(["yan", "zoe", *others], limits=(3, 5))
    server.meanwhile[2] = lambda server: server.rows.update({1: (yan, ""), 2: (zoe, "")})
    with guessing():
        items, summary = read(server)
    assert sorted(items) == sorted(server.rows)
    assert summary.complete


def test_a_text_that_is_refused_is_asked_for_once_and_found_otherwise() -> None:
    server = server_of(crowd(120), limits=(10, 20))
    with guessing(60):
        read(server)
        text = server.asked[1]["email"]
        server = server_of(crowd(120), limits=(10, 20), refused=frozenset([text]))
        items, _ = read(server)
    assert len(items) == 120
    assert server.asked.count({"email": text}) == 1


def test_what_is_chosen_is_likely_to_be_there_and_was_not_asked_for() -> None:
    emails, known = shuffled(), Known()
    counted(known, emails, "@", 40)
    with guessing():
        cover = Cover(known, 0, "@", lambda text: "." not in text)
    asked = {"@"}
    for _ in range(3):
        before = len(known)
        chosen = cover.choose(len(emails) - len(known), 40)
        assert asked.isdisjoint(one.text for one in chosen)
        assert all(one.expected > 0 and "." not in one.text for one in chosen)
        for one in chosen:
            asked.add(one.text)
            counted(known, emails, one.text, 40)
        assert len(known) - before > sum(one.expected for one in chosen) / 3


def test_the_same_account_is_guessed_alike() -> None:
    texts: list[list[str]] = []
    for _ in range(2):
        known = Known()
        counted(known, shuffled(), "@", 40)
        with guessing():
            cover = Cover(known, 0, "@", bool)
        texts.append([one.text for one in cover.choose(200, 40)])
    assert texts[0] == texts[1]


def test_where_nothing_can_be_imagined_nothing_is_chosen() -> None:
    known = Known()
    counted(known, ["a@x"] * 3, "@", 5)
    assert Cover(known, 0, "@", bool).choose(7, 5) == []


@settings(UNHURRIED, max_examples=25)
@given(st.lists(ADDRESSES, unique=True, min_size=1, max_size=60), st.integers(0, 60), st.integers(1, 5))
def test_what_is_new_is_found_whatever_is_remembered(emails: list[str], new: int, workers: int) -> None:
    server = server_of(emails)
    old = {item: row for item, row in server.rows.items() if item <= len(emails) - new}
    items, summary = read(server, workers=workers, remembered=old)
    assert summary.complete or hidden(server)
    assert not old.keys() & set(items)
    assert summary.known == len(old) + len(items)


@given(st.lists(TEXTS, min_size=1, max_size=8), st.frozensets(st.sampled_from("abc")), st.randoms())
def test_no_letter_that_is_banned_is_drawn(texts: list[str], banned: frozenset[str], random: Random) -> None:
    letters = Letters(2)
    for text in texts:
        letters.learn(text, 0)
    letters.settle()
    text, likely = Growth(letters, Bans(banned, set()), random).grown("", 0)
    assert banned.isdisjoint(text)
    if likely:
        assert abs(likely - letters.likely(text + END, 0)) < 1e-9


@given(st.lists(TEXTS, min_size=1, max_size=8), st.text("abc", max_size=3), st.booleans())
def test_what_comes_after_a_context_is_shared_out_among_all_characters(
    texts: list[str], context: str, is_weighed: bool
) -> None:
    letters = Letters(2)
    for text in texts:
        letters.learn(text, 0)
    if is_weighed:
        letters.weigh([(text, 1.0) for text in texts], 0)
    shares = letters.after(context).shares
    assert shares.keys() == set("".join(texts) + END)
    assert abs(sum(shares.values()) - 1) < 1e-9
    there = [*"".join(texts), *(END for _ in texts)]  # each text ends once
    for letter in there:
        assert abs(letters.after("").shares[letter] - there.count(letter) / len(there)) < 1e-9


def test_a_context_after_which_all_goes_on_alike_is_trusted_and_one_that_tells_nothing_is_not() -> None:
    random = Random(1)
    letters = Letters(2)
    texts = ["".join(random.choices("abcdefgh", k=6)) + "xyz" for _ in range(300)]
    for text in texts:
        letters.learn(text, 0)
    before = letters.after("ab").shares
    letters.weigh([(text, 1.0) for text in texts], 0)
    assert letters.after("xy").shares["z"] > 0.99
    assert max(letters.after("ab").shares.values()) < max(before.values())


def test_nothing_is_learned_across_words_where_contexts_are_of_words() -> None:
    letters = Letters(4, is_of_words=True)
    for text in ("@a.x", "@b.y"):
        letters.learn(text, 1)
    assert letters.after("a.").shares == letters.after("b.").shares == letters.after(".").shares


def test_those_that_are_imagined_stand_for_as_many_however_much_counts_deny() -> None:
    known = Known()
    emails = crowd(480)
    for text in ("@", "a", "ko", "g@"):
        counted(known, emails, text, 200)
    imagination = Imagination("@", Random(0))
    for texts in known.texts.values():
        imagination.learn(texts[0])
    values = imagination.values(Counts.of(known.counted(0)), len(emails) - len(known), 100, is_late=True)
    assert len(values) > 50
    weights = sorted(value.weight for value in values)
    assert weights[-1] < 10 * weights[len(weights) // 10]


@given(st.frozensets(TEXTS, max_size=4), st.frozensets(TEXTS, max_size=4), st.text("abc", max_size=5))
def test_bans_keep_out_whatever_holds_a_banned_text(
    anywhere: frozenset[str], at_first: frozenset[str], text: str
) -> None:
    bans, state = Bans(anywhere, at_first), ""
    for letter in text:
        state = bans.state(state + letter)
    banned = bans.after(state) | bans.at_first(text)
    assert Bans(anywhere, at_first).deny(text) == any(one in text for one in anywhere)
    for letter in "abc":
        ends = any((text + letter).endswith(one) for one in anywhere)
        assert (letter in banned) == (ends or text + letter in at_first)


def test_an_end_that_was_never_seen_is_as_likely_as_one_that_was_seen_once() -> None:
    ends = Ends()
    for end in ("@x.org", "@y.org"):
        ends.learn(end)
    ends.settle([("@x.org", 1.0)] * 99 + [("@y.org", 1.0)])
    assert 0.01 < ends.new("@") < 0.02
    assert ends.known["@x.org"] + ends.known["@y.org"] + ends.new("@") == pytest.approx(1)
    ends.settle([("@x.org", 1.0)] * 99)
    assert ends.new("@") < 0.01
    assert ends.known["@y.org"] == 0


def test_ends_are_drawn_as_often_as_they_are_likely_and_none_that_a_count_denies() -> None:
    ends = Ends()
    seen = ["@x.org", "@x.org", "@x.org", "@y.org", "@z.net", "@zz.com"]
    for end in seen:
        ends.learn(end)
    ends.settle([(end, 1.0) for end in seen])
    tree = Tree({"@": 9, "@z": 2}, "@", ends.known.keys())
    bans = Bans({"y"}, tree.nodes)
    known = ends.by_node(tree, bans)
    assert known == {"@": ["@x.org"], "@z": ["@z.net", "@zz.com"]}
    growth = Growth(ends.letters, bans, Random(0))
    draw = Draw("@", {end: ends.known[end] for end in known["@"]}, ends.new("@"), growth, Random(0))
    drawn = [end for end, likely in (draw.end() for _ in range(1000)) if likely]
    share = ends.known["@x.org"] / draw.whole
    assert drawn.count("@x.org") == pytest.approx(1000 * share, rel=0.1)
    assert all("y" not in end and not end.startswith("@z") for end in drawn)


def test_a_text_that_would_show_the_same_newest_again_is_worth_nothing() -> None:
    values = [imagined(number, f"{PEOPLE[number]}") for number in range(40)]
    having = {"@": range(40), ".": range(40)}
    worth = Worth(values, having, {"@": 60, ".": 60}, limit=50)
    (first, second) = having
    texts = [one.text for one in worth.best()]
    assert texts in ([first], [second])


def imagined(number: int, text: str, *counted: str) -> Value:
    return Value(number, text, 1.0, "", pieces(text, "@"), list(counted), weight=1.0)


@settings(max_examples=50)
@given(st.lists(st.frozensets(st.integers(0, 9), max_size=8), max_size=6))
def test_what_has_a_text_is_kept_up_whatever_comes_and_goes(rounds: list[frozenset[int]]) -> None:
    values = [imagined(number, PEOPLE[number]) for number in range(10)]
    having = Having(lambda text: "z" not in text)
    for numbers in rounds:
        having.update([values[number] for number in sorted(numbers)])
        texts = {piece for number in numbers for piece in values[number].pieces if "z" not in piece}
        wanted = {text: {number for number in numbers if text in values[number].pieces} for text in texts}
        assert {text: set(those) for text, those in having.of_many(1)} == wanted
        assert dict(having.of_many(3)) == {text: those for text, those in wanted.items() if len(those) >= 3}


def test_a_count_tells_what_no_other_has_told() -> None:
    values = [imagined(number, PEOPLE[number], "@", "a" if number < 4 else "b") for number in range(8)]
    untold = Untold(values, {"@": 8, "a": 4, "b": 4})
    assert untold.bits(range(4)) == untold.bits(range(8)) == 0  # as many as were counted
    assert 0 < untold.bits([0]) < untold.bits([0, 1])
    assert untold.bits([0, 1, 4, 5]) > untold.bits([0, 1])
    untold.take([0, 1])
    assert untold.bits([0, 1]) == 0
    assert untold.bits([2]) > 0


@settings(max_examples=25, deadline=None)
@given(
    st.lists(ADDRESSES, unique=True, min_size=8, max_size=40),
    st.lists(TEXTS, max_size=6),
    st.integers(2, 8),
    st.sampled_from([True, False]),
)
def test_no_count_denies_what_is_imagined(emails: list[str], asked: list[str], limit: int, is_late: bool) -> None:
    known = Known()
    for text in ["@", *asked]:
        counted(known, emails, text, limit)
    imagination = Imagination("@", Random(0))
    for texts in known.texts.values():
        imagination.learn(texts[0])
    counts = Counts.of(known.counted(0))
    values = imagination.values(counts, len(emails) - len(known), 100, is_late=is_late)
    for value in values:
        assert value.text not in imagination.texts
        assert not any(text in value.text for text in counts.closed)
        assert 0 <= value.seen <= 1
        assert value.weight >= 0


@settings(UNHURRIED, max_examples=30)
@given(servers(), FILTERS, st.integers(1, 5))
def test_a_listing_equals_the_account_or_says_what_is_missing(
    server: Server, filters: dict[str, str], workers: int
) -> None:
    with guessing(60):
        items, summary = read(server, filters, workers=workers)
    if summary.complete:
        assert set(items) >= set(server.matching(filters)) & server.at_last_look or server.combines != "all"
        assert filters or set(items) == server.at_last_look
    else:
        assert summary.missing or summary.reasons


@settings(UNHURRIED, max_examples=30)
@given(st.lists(ADDRESSES, unique=True, max_size=60), st.integers(1, 5), st.sampled_from([1, 4]))
def test_all_are_read_unless_no_filter_can_show_somebody(emails: list[str], workers: int, same_age: int) -> None:
    server = server_of(emails, same_age=same_age)
    with guessing(60):
        items, summary = read(server, workers=workers)
    assert summary.complete or hidden(server)
    assert summary.missing == len(emails) - len(items)
