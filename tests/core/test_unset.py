from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jofi_async import NewInvitation
from jofi_async.core.unset import UNSET
from jofi_async.yardstik.models import NewCandidate

VALUES = st.one_of(st.just(UNSET), st.none(), st.booleans(), st.text(max_size=3), st.just(()))


@pytest.mark.parametrize("kind", [NewInvitation, NewCandidate])
@given(data=st.data())
def test_what_is_given_is_what_is_set(kind: type[Any], data: st.DataObject) -> None:
    fields = {field.name: data.draw(VALUES, field.name) for field in attrs.fields(kind)}
    assert list(kind(**fields).given().items()) == [item for item in fields.items() if item[1] is not UNSET]
