import sys
from typing import Any

import attrs
import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given
from hypothesis import strategies as st

from jofi_async import UNSET, NewInvitation, Problem
from jofi_async.core.addresses import email_problem, rare_email_problem
from jofi_async.jofi.checks import check_changes, check_filters, check_new
from tests.bulk.support import new
from tests.core.support import checked

PHONE_NEEDED = [("phone", "a phone is needed to send by text message (SMS)")]
NOT_BOTH = "choose either Prescreen (1) or other assessments (6, 7, 8), but not both"


def fields(row: NewInvitation) -> dict[str, Any]:
    return attrs.asdict(row, recurse=False)


def told(**changes: Any) -> list[tuple[str, str]]:
    return [(problem.field, problem.reason) for problem in check_new(fields(new(**changes)))]


def test_a_whole_row_and_a_minimal_row_pass() -> None:
    assert told() == []
    assert (
        told(
            person_id="P" * 1000,
            custom_id="c" * 50,
            phone="5551234567",
            team_id=100,
            assessments_to_assign=(6, 7, 8),
            send_via_email=False,
            send_via_sms=True,
            email_template_id=1000,
            ref_text="r" * 60,
        )
        == []
    )
    assert told(person_id=None, custom_id=None, phone=None, ref_text=None) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"first_name": ""}, [("first_name", "the first name is empty")]),
        ({"first_name": " \t"}, [("first_name", "the first name is empty")]),
        ({"last_name": ""}, [("last_name", "the last name is empty")]),
        ({"email": " "}, [("email", "the e-mail address is empty")]),
        ({"created_by_user_email": ""}, [("created_by_user_email", "the e-mail address is empty")]),
        ({"created_by_user_email": "jane"}, [("created_by_user_email", "this is no e-mail address")]),
        ({"custom_id": "c" * 51}, [("custom_id", "has 51 characters, and JOFI takes at most 50")]),
        ({"ref_text": "r" * 61}, [("ref_text", "has 61 characters, and JOFI takes at most 60")]),
        ({"send_via_sms": True}, PHONE_NEEDED),
        ({"send_via_sms": True, "phone": None}, PHONE_NEEDED),
        ({"send_via_sms": True, "phone": ""}, PHONE_NEEDED),
        ({"assessments_to_assign": []}, [("assessments_to_assign", "at least one assessment is needed")]),
        ({"assessments_to_assign": [1, 6]}, [("assessments_to_assign", NOT_BOTH)]),
        ({"assessments_to_assign": [7, 1]}, [("assessments_to_assign", NOT_BOTH)]),
        ({"assessments_to_assign": [1, 8]}, [("assessments_to_assign", NOT_BOTH)]),
        ({"assessments_to_assign": [1]}, []),
        ({"assessments_to_assign": [1, 2]}, []),
        ({"assessments_to_assign": "68"}, [("assessments_to_assign", "must be a list of assessment ids")]),
        ({"assessments_to_assign": ["6"]}, [("assessments_to_assign", "must be a list of assessment ids")]),
        ({"assessments_to_assign": [True]}, [("assessments_to_assign", "must be a list of assessment ids")]),
        ({"assessments_to_assign": None}, [("assessments_to_assign", "must be a list of assessment ids")]),
        ({"first_name": None}, [("first_name", "must be a text, not null")]),
        ({"email": 5}, [("email", "must be a text, not int")]),
        ({"person_id": 5}, [("person_id", "must be a text, not int")]),
        ({"team_id": "100"}, [("team_id", "must be a whole number, not str")]),
        ({"team_id": True}, [("team_id", "must be a whole number, not bool")]),
        ({"team_id": None}, [("team_id", "must be a whole number, not null")]),
        ({"send_via_email": 1}, [("send_via_email", "must be true or false, not int")]),
        ({"send_via_email": None}, [("send_via_email", "must be true or false, not null")]),
        (
            {"first_name": "", "email": "x", "ref_text": "r" * 61},
            [
                ("first_name", "the first name is empty"),
                ("email", "this is no e-mail address"),
                ("ref_text", "has 61 characters, and JOFI takes at most 60"),
            ],
        ),
    ],
)
def test_what_cannot_be_right_about_a_create(changes: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert told(**changes) == expected


@pytest.mark.parametrize(
    "address", ["linda.sample@jofiscore.com", "a+b%c_d@x.org", "O'Neil@x.co.uk", "jürgen@bücher.example"]
)
def test_addresses(address: str) -> None:
    assert email_problem(address) is None


@pytest.mark.parametrize(
    "address", ["linda", "linda@", "@x.org", "a@b@c.org", "a b@x.org", "a@x..org", "a@x", "a@\ud800.org", "a,b@x.org"]
)
def test_no_addresses(address: str) -> None:
    assert email_problem(address) == "this is no e-mail address"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, [("", "an update needs at least one field to change")]),
        ({"phone": UNSET}, [("", "an update needs at least one field to change")]),
        ({"phone": None}, []),
        ({"custom_id": None, "person_id": None, "ref_text": None}, []),
        ({"email_template_id": None, "congrats_email_template_id": None}, []),
        ({"send_via_sms": True}, []),  # the invitation may have a phone already
        ({"send_via_sms": True, "phone": "5551234567"}, []),
        ({"send_via_sms": True, "phone": None}, PHONE_NEEDED),
        ({"first_name": " "}, [("first_name", "the first name is empty")]),
        ({"last_name": None}, [("last_name", "must be a text, not null")]),
        ({"email": "x"}, [("email", "this is no e-mail address")]),
        ({"custom_id": "c" * 51}, [("custom_id", "has 51 characters, and JOFI takes at most 50")]),
        ({"send_congrats_notification": "yes"}, [("send_congrats_notification", "must be true or false, not str")]),
        ({"assessments_to_assign": [1, 6]}, [("assessments_to_assign", NOT_BOTH)]),
    ],
)
def test_what_cannot_be_right_about_an_update(changes: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert [(problem.field, problem.reason) for problem in check_changes(changes)] == expected


EMPTY = "an empty filter would list everything; leave it out for that"


@pytest.mark.parametrize(
    ("custom_id", "email", "expected"),
    [
        (None, None, []),
        ("c" * 50, "e" * 255, []),
        ("", None, [("custom_id", EMPTY)]),
        (None, " ", [("email", EMPTY)]),
        ("c" * 51, None, [("custom_id", "has 51 characters, and JOFI takes at most 50 in this filter")]),
        (None, "e" * 256, [("email", "has 256 characters, and JOFI takes at most 255 in this filter")]),
        (5, None, [("custom_id", "must be a text, not int")]),
        ("", "", [("custom_id", EMPTY), ("email", EMPTY)]),
    ],
)
def test_what_cannot_be_right_about_a_filter(custom_id: object, email: object, expected: list[tuple[str, str]]) -> None:
    assert [(problem.field, problem.reason) for problem in check_filters(custom_id, email)] == expected


@pytest.mark.parametrize("name", ["first_name", "last_name", "email", "created_by_user_email"])
def test_a_required_field_cannot_be_unset(name: str) -> None:
    fields = {"first_name": "L", "last_name": "S", "email": "l@example.org", "created_by_user_email": "j@example.org"}
    assert check_new({**fields, name: UNSET}) == [Problem(name, "is missing")]


def test_any_sequence_of_ids_will_do_and_test_domains_are_addresses() -> None:
    fields = {"first_name": "L", "last_name": "S", "email": "l@acme.test", "created_by_user_email": "j@example.org"}
    assert check_new({**fields, "assessments_to_assign": range(6, 9)}) == []


WORDS = st.from_regex(r"\A[A-Za-z0-9]{1,70}\Z") | st.sampled_from(["local", "TEST", "arpa", "xn", "1", "", "ë"])


def joined(marks: str) -> st.SearchStrategy[str]:
    """A few words with marks between them."""
    more = st.lists(st.tuples(st.sampled_from(marks), WORDS).map("".join), max_size=4).map("".join)
    return st.tuples(WORDS, more).map("".join)


@checked
@given(joined("._+-'"), joined("...-_"))
def test_a_plain_address_is_one_to_the_library_too(local: str, domain: str) -> None:
    address = f"{local}@{domain}"
    rare_email_problem.cache_clear()
    try:
        validate_email(address, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        assert email_problem(address) == "this is no e-mail address"
    else:
        assert email_problem(address) is None


def test_a_plain_address_needs_no_library(monkeypatch: pytest.MonkeyPatch) -> None:
    rare_email_problem.cache_clear()
    monkeypatch.setitem(sys.modules, "email_validator", None)
    assert email_problem("Linda.Sample+jobs_2-x@mail-1.jofiscore.com") is None
    with pytest.raises(ImportError):
        email_problem("zoë@jofiscore.com")


@given(
    st.sampled_from(["first_name", "last_name", "person_id", "phone", "custom_id", "ref_text"]), st.text(max_size=70)
)
def test_a_text_that_is_passed_quickly_is_right(name: str, value: str) -> None:
    is_empty_name = name in ("first_name", "last_name") and not value.strip()
    is_too_long = len(value) > {"custom_id": 50, "ref_text": 60}.get(name, len(value))
    assert bool(check_changes({name: value})) == (is_empty_name or is_too_long)
