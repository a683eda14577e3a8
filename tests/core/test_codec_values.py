"""Timestamps as servers write them, and enums that are open."""

import copy
import pickle
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from attrs import frozen
from hypothesis import given
from hypothesis import strategies as st

from jofi_async.core.codec import DecodeError, OpenEnum, parse_time, structure
from tests.core.documents import MOMENTS
from tests.core.support import checked

NOON = datetime(2025, 1, 2, 12, 0, 0, tzinfo=UTC)


@frozen
class Stamp:
    at: datetime


class State(OpenEnum):
    SENT = "sent"
    UNKNOWN = "unknown"


@pytest.mark.parametrize("digits", range(13))
@pytest.mark.parametrize("offset", ["Z", "", "+00:00", "-00:00", "+0000"])
def test_a_fraction_may_have_any_length(digits: int, offset: str) -> None:
    fraction = "123456789012"[:digits]
    moment = parse_time(f"2025-01-02T12:00:00{'.' if digits else ''}{fraction}{offset}")
    assert moment == NOON + timedelta(microseconds=int(fraction[:6].ljust(6, "0")))
    assert moment.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2025-01-02T17:30:00+05:30", NOON),
        ("2025-01-02T17:30:00.000+0530", NOON),
        ("2025-01-02T04:00:00-08", NOON),
        ("2025-01-02 12:00:00", NOON),
        ("2025-01-02T12:00Z", NOON),
        ("2025-01-02", datetime(2025, 1, 2, tzinfo=UTC)),
    ],
)
def test_offsets_and_short_forms(text: str, moment: datetime) -> None:
    assert parse_time(text) == moment


@checked
@given(MOMENTS)
def test_every_moment_reads_back_with_its_offset(moment: datetime) -> None:
    read = parse_time(moment.isoformat())
    assert (read, read.utcoffset()) == (moment, moment.utcoffset())


@pytest.mark.parametrize(
    "value", ["", "soon", "5", "2025-13-01", "2025-01-02T25:00:00Z", "2025-01-02T12:00:00+99:00", "\ud800", 5, None, []]
)
def test_what_is_no_timestamp_is_refused_and_not_quoted(value: object) -> None:
    with pytest.raises(DecodeError, match=r"^invalid value for type, expected datetime @ answer\.at$"):
        structure(Stamp, {"at": value})


def test_an_aware_moment_of_python_s_own_is_no_json() -> None:
    with pytest.raises(DecodeError):
        structure(Stamp, {"at": datetime(2025, 1, 2, tzinfo=timezone(timedelta(hours=1)))})


def test_a_known_member_is_the_member() -> None:
    assert State("sent") is State.SENT
    assert State.SENT.is_known
    assert State("unknown") is State.UNKNOWN
    assert State.UNKNOWN.is_known


@checked
@given(st.text().filter(lambda text: text not in ("sent", "unknown")))
def test_an_unknown_text_is_kept(text: str) -> None:
    state = State(text)
    assert not state.is_known
    assert isinstance(state, State)
    assert (str(state), state.value) == (text, text)
    assert state == State(text) == text
    assert hash(state) == hash(State(text)) == hash(text)
    assert state not in (State.SENT, State.UNKNOWN)
    assert text not in State.__members__


@pytest.mark.parametrize("state", [State.SENT, State.UNKNOWN, State("brand new"), State("")])
def test_members_survive_pickle_and_copy(state: State) -> None:
    for other in (pickle.loads(pickle.dumps(state)), copy.copy(state), copy.deepcopy(state)):
        assert other == state
        assert type(other) is State
        assert other.is_known == state.is_known


def test_unknown_members_never_join_the_enum() -> None:
    State("brand new")
    assert list(State) == [State.SENT, State.UNKNOWN]


@pytest.mark.parametrize("value", [1, None, True, b"sent"])
def test_an_enum_is_made_of_a_text_only(value: Any) -> None:
    with pytest.raises(ValueError, match="is not a valid State"):
        State(value)
