"""What answers have in common is kept once: the `extra` without unknown fields, and values that nobody changes."""

import copy
import pickle
from collections.abc import Callable
from typing import Any

import attrs
import pytest
from attrs import define
from attrs.exceptions import FrozenInstanceError

from jofi_async.core.codec import decode
from jofi_async.jofi.models import Named, ShortNamed, User

USER = b'{"id": 1, "first_name": "Jane"}'
TEAM = b'{"id": 100, "display_name": "Recruiting"}'


def _pickled(item: Any) -> Any:
    return pickle.loads(pickle.dumps(item))


def _update(extra: dict[str, Any]) -> None:
    extra.update(a=1)


def _set_default(extra: dict[str, Any]) -> None:
    extra.setdefault("a", 1)


def _merge(extra: dict[str, Any]) -> None:
    extra |= {"a": 1}


def _set_item(extra: dict[str, Any]) -> None:
    extra["a"] = 1


@pytest.mark.parametrize("change", [_update, _set_default, _merge, _set_item])
def test_what_all_share_takes_no_changes(change: Callable[[dict[str, Any]], object]) -> None:
    user = decode(User, USER)
    with pytest.raises(TypeError, match="set another one"):
        change(user.extra)
    assert user.extra == {} == User(1).extra
    user.extra = {**user.extra, "a": 1}
    assert decode(User, USER).extra == {}


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, _pickled])
def test_copies_are_equal_and_share_it_too(copied: Callable[[Any], Any]) -> None:
    user = decode(User, USER)
    assert copied(user) == user
    assert copied(user).extra is user.extra
    assert attrs.asdict(user)["extra"] == {}


def test_of_equal_values_one_is_kept_and_takes_no_changes() -> None:
    team = decode(Named, TEAM)
    assert decode(Named, TEAM) is team
    assert decode(Named, TEAM.replace(b"100", b"101")) == Named(101, "Recruiting") != team
    assert len({team, Named(100, "Recruiting")}) == 1
    with pytest.raises(FrozenInstanceError):
        team.display_name = "Sales"  # type: ignore[misc]  # pyright: ignore
    assert decode(Named, b'{"id": 100, "display_name": "Recruiting", "floor": 2}').extra == {"floor": 2}
    assert decode(ShortNamed, b'{"id": 6}') is decode(ShortNamed, b'{"id": 6}')


@define
class Office:
    team: Named
    others: list[Named] | None = None


def test_a_value_that_may_not_be_missing_is_kept_as_well() -> None:
    office = decode(Office, b'{"team": %b, "others": [%b, %b]}' % (TEAM, TEAM, TEAM))
    assert office.others
    assert {id(office.team)} == {id(other) for other in office.others}
