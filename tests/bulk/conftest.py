"""What the tests of settling run on."""

from functools import partial

import pytest

from jofi_async.jofi.journal import JournalledInvitations
from tests.bulk.ways import Way, in_memory, over_http


@pytest.fixture(params=[in_memory, over_http], ids=["in memory", "over HTTP"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Way:
    monkeypatch.setattr("jofi_async.bulk.settle.PAUSES", (0.0, 0.0, 0.0))
    chosen: Way = request.param
    return chosen


@pytest.fixture
def resend_is_unsafe(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let JOFI pass for a vendor that may invite twice."""
    unsafe = partial(JournalledInvitations, resend_is_safe=False)
    monkeypatch.setattr("jofi_async.jofi.journal.JournalledInvitations", unsafe)
