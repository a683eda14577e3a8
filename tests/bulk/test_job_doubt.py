"""Sent, and no answer that tells: looked for, sent again, and only then unknown."""

import pytest

from jofi_async import (
    Invitation,
    OutcomeKind,
    Request,
    Response,
    RetryAfterTooLongError,
    RetryPolicy,
    ServerError,
    UnknownOutcomeError,
)
from tests.bulk.support import Fault, Vendor, answer, done_then, drop_after, invite_all, invite_one, new


async def _reset(vendor: Vendor, request: Request) -> Response:
    raise UnknownOutcomeError("the connection was reset")


UNKNOWN: list[tuple[str, Fault, type[Exception]]] = [
    ("500", answer(500), ServerError),
    ("503", answer(503), ServerError),
    ("408", answer(408), ServerError),
    ("302", answer(302, location="https://elsewhere.example.org"), ServerError),
    ("HTML 200", answer(200, b"<html>Sign in</html>", content_type="text/html"), ServerError),
    ("HTML 400", answer(400, b"<!doctype html>"), ServerError),
    ("reset", _reset, UnknownOutcomeError),
]
DONE: list[tuple[str, Fault]] = [
    ("500", done_then(500)),
    ("503", done_then(503)),
    ("408", done_then(408)),
    ("302", done_then(302, location="https://elsewhere.example.org")),
    ("HTML 200", done_then(200, b"<html>Sign in</html>", content_type="text/html")),
    ("HTML 400", done_then(400, b"<!doctype html>")),
    ("reset", drop_after),
]


@pytest.mark.parametrize("fault", [row[1] for row in DONE], ids=[row[0] for row in DONE])
def test_what_was_done_and_not_answered_is_found_by_a_look_and_created(fault: Fault) -> None:
    outcome, job, vendor = invite_one(fault, retry=RetryPolicy())
    assert (outcome.kind, outcome.error, outcome.reason) == (OutcomeKind.CREATED, None, "")
    assert outcome.item is not None
    assert outcome.item.id == vendor.fake.invitations[0].id
    assert (outcome.attempts, vendor.sent.total(), vendor.lists) == (1, 1, 2)
    assert (job.summary().stopped, job.summary().seconds) == (None, 0)


@pytest.mark.parametrize("fault", [row[1] for row in UNKNOWN], ids=[row[0] for row in UNKNOWN])
def test_what_was_not_done_and_not_answered_is_sent_again_and_created(fault: Fault) -> None:
    outcome, job, vendor = invite_one(fault, retry=RetryPolicy())
    assert (outcome.kind, outcome.error, outcome.attempts) == (OutcomeKind.CREATED, None, 2)
    assert isinstance(outcome.item, Invitation)
    assert (vendor.sent.total(), vendor.lists, vendor.invited(outcome.row)) == (2, 2, 1)
    assert (job.summary().stopped, job.summary().seconds) == (None, 0.5)


@pytest.mark.parametrize(("fault", "error"), [row[1:] for row in UNKNOWN], ids=[row[0] for row in UNKNOWN])
def test_what_is_never_answered_is_unknown_after_three_more_sends(fault: Fault, error: type[Exception]) -> None:
    vendor = Vendor(otherwise=fault)
    (outcome,), job = invite_all(vendor, [new()], retry=RetryPolicy())
    assert outcome.kind is OutcomeKind.UNKNOWN
    assert isinstance(outcome.error, error)
    assert (outcome.attempts, vendor.sent.total(), vendor.lists, outcome.item) == (4, 4, 1 + 4, None)
    assert (job.summary().stopped, job.summary().seconds) == (None, 0.5 + 2 + 5)


def test_a_server_that_asks_for_too_long_a_wait_is_not_asked_again_and_not_looked_at() -> None:
    outcome, job, vendor = invite_one(answer(503, retry_after="3600"), retry=RetryPolicy())
    assert outcome.kind is OutcomeKind.UNKNOWN
    assert isinstance(outcome.error, RetryAfterTooLongError)
    assert (outcome.attempts, vendor.sent.total(), vendor.lists) == (1, 1, 1)
    assert job.summary().seconds == 0


def test_a_look_waits_as_long_as_the_server_asks() -> None:
    outcome, job, vendor = invite_one(done_then(503, retry_after="30"), retry=RetryPolicy())
    assert (outcome.kind, outcome.attempts, vendor.sent.total(), vendor.lists) == (OutcomeKind.CREATED, 1, 1, 2)
    assert job.summary().seconds == 30
