"""Who comes twice in one source."""

from typing import Any

import pytest

from jofi_async import OutcomeKind, SourceRow
from jofi_async.bulk.resource import Person
from jofi_async.bulk.seen import Seen
from jofi_async.core.errors import Problem
from tests.bulk.support import RowOutcome, Vendor, invite_all, kinds, new, refuse

CREATED, REFUSED = OutcomeKind.CREATED, OutcomeKind.REFUSED


def told(rows: list[Any], vendor: Vendor | None = None, **options: Any) -> list[RowOutcome]:
    """The outcomes of these rows, which stand on line 2 and after."""
    source: list[SourceRow[Any]] = [
        row if isinstance(row, SourceRow) else SourceRow(row, line) for line, row in enumerate(rows, start=2)
    ]
    vendor = vendor or Vendor()
    outcomes, _ = invite_all(vendor, source, order="input", **options)
    for outcome in outcomes:
        assert vendor.invited(outcome.row) <= 1
        assert (outcome.attempts > 0) == bool(vendor.sent[outcome.row.email]) or outcome.kind is REFUSED
    return outcomes


@pytest.mark.parametrize("again", ["linda0@example.org", "LINDA0@Example.Org", "  linda0@example.org\t"])
def test_the_same_address_in_other_case_and_blanks_is_refused_unsent(again: str) -> None:
    vendor = Vendor()
    first, second = told([new(), new(email=again)], vendor)
    assert (first.kind, second.kind, second.attempts) == (CREATED, REFUSED, 0)
    assert (second.field, second.reason, second.line) == ("email", "repeats the person of line 2", 3)
    assert vendor.sent.total() == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ada@müller.de", "ada@xn--mller-kva.de"),
        ("ada@xn--mller-kva.de", "ADA@MÜLLER.DE"),
        ("ada@example\uff0eorg", "ada@example.org"),
        ("ädä@example.org", "ädä@EXAMPLE\u3002org"),
    ],
)
def test_a_domain_that_is_spelt_in_two_ways_is_one(one: str, other: str) -> None:
    vendor = Vendor()
    first, second = told([new(email=one), new(email=other)], vendor)
    assert (first.kind, second.kind, second.attempts) == (CREATED, REFUSED, 0)
    assert second.reason == "repeats the person of line 2"


@pytest.mark.parametrize(
    ("one", "other"), [("ada@groß.de", "ada@gross.de"), ("ädä@example.org", "ada@example.org"), ("a@b\u00e9", "a@b")]
)
def test_what_is_not_one_place_is_two(one: str, other: str) -> None:
    for first, second in ((one, other), (other, one)):
        assert Seen().problem_with(Person(first), 0, 2) is None
        seen = Seen()
        seen.note(Person(first), 0, 2)
        assert not seen.has(Person(second))
        assert seen.problem_with(Person(second), 1, 3) is None


def test_a_repeat_of_a_repeat_names_the_row_that_was_sent() -> None:
    assert [outcome.reason for outcome in told([new()] * 3)] == ["", *["repeats the person of line 2"] * 2]


def test_a_repeat_is_named_by_its_place_where_there_are_no_lines() -> None:
    outcomes, _ = invite_all(Vendor(), [new(1), new(2), new(2)], order="input")
    assert outcomes[2].reason == "repeats the person of row 2"


def test_one_person_id_with_another_address_names_both_lines() -> None:
    first, second = told([new(0, person_id="P1"), new(1, person_id="P1")])
    assert (first.kind, second.kind) == (CREATED, REFUSED)
    assert second.field == "person_id"
    assert second.reason == "line 3 has the person_id of line 2 with another e-mail address"


def test_one_person_id_may_be_shared_where_that_is_wanted() -> None:
    outcomes = told([new(0, person_id="P1"), new(1, person_id="P1"), new(1, person_id="P2")], share_person_id=True)
    assert [outcome.kind for outcome in outcomes] == [CREATED, CREATED, REFUSED]


@pytest.mark.parametrize("person_id", ["", None])
def test_no_person_id_is_nobodys(person_id: str | None) -> None:
    assert kinds(told([new(0, person_id=person_id), new(1, person_id=person_id)])) == {CREATED: 2}


def test_an_address_repeated_with_another_person_id_is_a_repeat() -> None:
    outcomes = told([new(0, person_id="P1"), new(0, person_id="P2"), new(2, person_id="P2")])
    assert [outcome.kind for outcome in outcomes] == [CREATED, REFUSED, CREATED]
    assert outcomes[1].field == "email"


@pytest.mark.parametrize(
    "unsendable",
    [
        new(0, first_name="", person_id="P1"),
        new(0, custom_id="x" * 51, person_id="P1"),
        SourceRow(new(0, person_id="P1"), 2, (Problem("phone", "is no phone"),)),
    ],
)
def test_only_a_row_that_could_be_sent_makes_a_later_one_a_repeat(unsendable: Any) -> None:
    outcomes = told([unsendable, new(0, person_id="P1")])
    assert [outcome.kind for outcome in outcomes] == [REFUSED, CREATED]
    assert outcomes[0].problems


def test_a_row_refused_for_its_person_id_leaves_its_address_free() -> None:
    outcomes = told([new(0, person_id="P1"), new(1, person_id="P1"), new(1, person_id="P9")])
    assert [outcome.kind for outcome in outcomes] == [CREATED, REFUSED, CREATED]


def test_a_row_that_the_vendor_refused_was_sendable() -> None:
    vendor = Vendor(creates=[refuse("phone: Invalid phone number")])
    outcomes = told([new(), new()], vendor)
    assert [outcome.kind for outcome in outcomes] == [REFUSED, REFUSED]
    assert vendor.sent.total() == 1
