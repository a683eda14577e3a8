"""The design's table "What happened, and what is recorded", its rows about doubt, in memory and over a socket."""

import pytest

from jofi_async import (
    DuplicateError,
    FakeJofi,
    Invitation,
    ModeMismatchError,
    OutcomeKind,
    Request,
    Response,
    ServerError,
)
from tests.bulk.support import TEST, new, people
from tests.bulk.ways import LOOK, OddJofi, Way, calls, check_created, invite, one_of

CREATED, EXISTED, REFUSED = OutcomeKind.CREATED, OutcomeKind.EXISTED, OutcomeKind.REFUSED
UNKNOWN, NOT_ATTEMPTED = OutcomeKind.UNKNOWN, OutcomeKind.NOT_ATTEMPTED


# 5xx and what is never answered


BEFORE = ["500", "503", "503=0", "html", "drop_before"]
AFTER = ["500+", "503+", "html+", "drop_after"]


@pytest.mark.parametrize("kind", AFTER)
async def test_what_took_effect_without_an_answer_is_found_and_created(way: Way, kind: str) -> None:
    fake = FakeJofi()
    outcome, _ = await one_of(way, fake, f"POST {kind}@1")
    check_created(outcome, fake)
    assert calls(fake) == ["GET 200", "POST 201", LOOK]


@pytest.mark.parametrize("kind", BEFORE)
async def test_what_took_no_effect_is_sent_again_and_created(way: Way, kind: str) -> None:
    fake = FakeJofi()
    outcome, _ = await one_of(way, fake, f"POST {kind}@1")
    check_created(outcome, fake, attempts=2)
    assert calls(fake) == ["GET 200", LOOK, "POST 201"]


@pytest.mark.parametrize(("status", "headers"), [(408, {}), (302, {"location": "https://elsewhere.example.org"})])
async def test_a_408_and_a_redirect_are_looked_after(way: Way, status: int, headers: dict[str, str]) -> None:
    async def around(fake: OddJofi, request: Request) -> Response:
        answer = await fake.plainly(request)
        return Response(status, headers) if request.method == "POST" else answer

    fake = OddJofi(around)
    outcome, _ = await one_of(way, fake)
    check_created(outcome, fake)


async def test_a_timeout_is_looked_after(way: Way) -> None:
    fake = FakeJofi()
    (outcome,), _ = await invite(way(fake, ["POST slow=3600@1"]), [new()], timeout=0.2)
    check_created(outcome, fake)


async def test_what_is_never_answered_is_unknown(way: Way) -> None:
    fake = FakeJofi()
    outcome, job = await one_of(way, fake, "POST 500")
    assert (outcome.kind, outcome.attempts, outcome.item) == (UNKNOWN, 4, None)
    assert isinstance(outcome.error, ServerError)
    assert calls(fake) == ["GET 200", *[LOOK] * 4]
    assert job.summary().stopped is None


async def test_an_effect_that_is_late_after_the_look_makes_the_second_send_a_duplicate_and_is_created(way: Way) -> None:
    held: list[Request] = []

    async def around(fake: OddJofi, request: Request) -> Response:
        """The first create waits somewhere until the look after it has been answered."""
        if request.method == "POST" and not fake.invitations and not held:
            held.append(request)
            return Response(502, {"content-type": "text/html"}, b"<html>")
        answer = await fake.plainly(request)
        if "?" in request.url and held:
            await fake.plainly(held.pop())
        return answer

    fake = OddJofi(around)
    outcome, _ = await one_of(way, fake)
    check_created(outcome, fake, attempts=2)
    assert calls(fake) == ["GET 200", LOOK, "POST 201", "POST 400", LOOK]


async def test_an_effect_later_than_every_send_is_refused_as_the_second(way: Way) -> None:
    fake = FakeJofi()
    outcome, _ = await one_of(way, fake, "POST late=3600@1")
    check_created(outcome, fake, attempts=2)
    assert calls(fake) == ["GET 200", LOOK, "POST 201", "POST 400"]  # the last is the late one


# looks


async def test_a_look_that_fails_is_followed_by_another_send(way: Way) -> None:
    fake = FakeJofi()
    outcome, _ = await one_of(way, fake, "POST drop_before@1", "GET drop_before@2")
    check_created(outcome, fake, attempts=2)


def crowded(custom_id: str | None) -> OddJofi:
    """Once somebody is invited there are 150 newer ones whose addresses contain the same."""

    async def around(fake: OddJofi, request: Request) -> Response:
        answer = await fake.plainly(request)
        if len(fake.invitations) == 1:
            for number in range(150):
                fake.invite(f"{number}.{new().email}", **({"custom_id": custom_id} if custom_id else {}))
        return answer

    return OddJofi(around)


async def test_a_look_that_is_cut_is_followed_by_one_in_the_custom_id_group(way: Way) -> None:
    fake = crowded(None)
    outcome, _ = await one_of(way, fake, "POST drop_after@1", row=new(custom_id="REQ-1"))
    assert (outcome.kind, outcome.attempts) == (CREATED, 1)
    assert outcome.item is not None
    assert outcome.item.id == fake.invitations[0].id
    assert calls(fake) == ["GET 200", "POST 201", LOOK, "GET?custom_id=REQ-1 200"]


@pytest.mark.parametrize("custom_id", [None, "REQ-1"], ids=["no group", "a group that is cut too"])
async def test_where_both_looks_are_cut_a_second_send_tells_that_the_person_is_there(
    way: Way, custom_id: str | None
) -> None:
    fake = crowded(custom_id)
    outcome, _ = await one_of(way, fake, "POST drop_after@1", row=new(custom_id=custom_id))
    assert (outcome.kind, outcome.attempts, outcome.item) == (EXISTED, 2, None)
    assert isinstance(outcome.error, DuplicateError)
    assert len(fake.invitations) == 151


# re-sends only where they are safe


@pytest.mark.usefixtures("resend_is_unsafe")
async def test_where_a_second_send_is_unsafe_a_doubtful_row_that_is_found_is_created(way: Way) -> None:
    fake = FakeJofi()
    outcome, _ = await one_of(way, fake, "POST drop_after@1")
    check_created(outcome, fake)


@pytest.mark.usefixtures("resend_is_unsafe")
@pytest.mark.parametrize(
    "rules", [["POST 500"], ["POST 500+", "GET 500@2,3,4,5"]], ids=["nobody is there", "the look fails"]
)
async def test_where_a_second_send_is_unsafe_a_doubtful_row_stays_unknown(way: Way, rules: list[str]) -> None:
    fake = FakeJofi()
    outcome, job = await one_of(way, fake, *rules)
    assert (outcome.kind, outcome.attempts) == (UNKNOWN, 1)
    assert job.summary().stopped is None


@pytest.mark.usefixtures("resend_is_unsafe")
async def test_where_a_second_send_is_unsafe_a_look_that_is_cut_leaves_it_unknown(way: Way) -> None:
    fake = crowded(None)
    outcome, _ = await one_of(way, fake, "POST drop_after@1")
    assert (outcome.kind, outcome.attempts, len(fake.invitations)) == (UNKNOWN, 1, 151)


# test keys


async def test_under_a_test_key_nothing_is_looked_for_and_a_doubtful_row_is_sent_again(way: Way) -> None:
    fake = FakeJofi()
    outcome, _ = await one_of(way, fake, "POST drop_after@1", key=TEST)
    assert (outcome.kind, outcome.attempts) == (CREATED, 2)
    assert isinstance(outcome.item, Invitation)
    assert outcome.item.mode == "test"
    assert (calls(fake), fake.invitations, fake.messages) == (["POST 201"] * 2, [], [])


async def test_under_a_test_key_what_is_never_answered_is_unknown(way: Way) -> None:
    fake = FakeJofi()
    outcome, _ = await one_of(way, fake, "POST drop_after", key=TEST)
    assert (outcome.kind, outcome.attempts, calls(fake)) == (UNKNOWN, 4, ["POST 201"] * 4)


async def test_under_a_test_key_a_refusal_after_a_doubt_stands(way: Way) -> None:
    fake = FakeJofi()
    outcome, _ = await one_of(way, fake, "POST drop_after@1", row=new(phone="123"), key=TEST)
    assert (outcome.kind, outcome.field, calls(fake)) == (REFUSED, "phone", ["POST 400"] * 2)


# the watermark


async def test_the_watermark_is_read_once_and_before_the_first_create(way: Way) -> None:
    fake = FakeJofi()
    outcomes, _ = await invite(way(fake, ()), people(12), max_in_flight=4)
    assert {outcome.kind for outcome in outcomes} == {CREATED}
    assert calls(fake) == ["GET 200", *["POST 201"] * 12]


async def test_no_watermark_is_read_where_nothing_is_sent(way: Way) -> None:
    fake = FakeJofi()
    outcomes, _ = await invite(way(fake, ()), [new(first_name=""), new(email="nobody")])
    assert [outcome.kind for outcome in outcomes] == [REFUSED, REFUSED]
    assert calls(fake) == []


async def test_without_a_watermark_nothing_is_sent_and_the_next_row_reads_it(way: Way) -> None:
    fake = FakeJofi()
    outcomes, job = await invite(way(fake, ["GET drop_before@1"]), people(3), max_in_flight=1)
    assert [outcome.kind for outcome in outcomes] == [NOT_ATTEMPTED, CREATED, CREATED]
    assert (outcomes[0].attempts, bool(outcomes[0].reason)) == (0, True)
    assert calls(fake) == ["GET 200", "POST 201", "POST 201"]
    assert job.summary().stopped is None


@pytest.mark.parametrize(
    ("status", "body"),
    [(400, b'{"error": "Team already has an invitation with email x@example.org"}'), (400, b'{"error": "email: no"}')],
)
async def test_a_watermark_that_is_refused_is_no_rows_fault(way: Way, status: int, body: bytes) -> None:
    async def around(fake: OddJofi, request: Request) -> Response:
        if request.method == "GET":
            return Response(status, {"content-type": "application/json"}, body)
        return await fake.plainly(request)

    fake = OddJofi(around)
    outcomes, job = await invite(way(fake, ()), people(9), max_in_flight=1)
    assert {outcome.kind for outcome in outcomes} == {NOT_ATTEMPTED}
    assert all(outcome.reason and not outcome.field for outcome in outcomes)
    assert job.summary().error is outcomes[0].error
    assert calls(fake) == []


async def test_a_watermark_of_another_mode_stops_the_job_before_anything_is_sent(way: Way) -> None:
    async def around(fake: OddJofi, request: Request) -> Response:
        answer = await fake.plainly(request)
        return Response(200, answer.headers, answer.body.replace(b'"live"', b'"test"'))

    fake = OddJofi(around)
    outcomes, job = await invite(way(fake, ()), people(9), max_in_flight=1)
    assert {(outcome.kind, outcome.item) for outcome in outcomes} == {(NOT_ATTEMPTED, None)}
    assert isinstance(job.summary().error, ModeMismatchError)
    assert calls(fake) == ["GET 200"]
