"""No personal datum that is put into a candidate leaves its field: no repr, log, exception text, journal or report."""

import json
import logging
import pickle
import traceback
from collections.abc import Awaitable, Callable, Iterator
from datetime import date
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jofi_async import (
    FakeTransport,
    FakeYardstik,
    JofiAsyncError,
    Journal,
    RateLimit,
    RefusedError,
    Request,
    Response,
    YardstikClient,
)
from jofi_async.bulk.journal.tables import put_entry
from jofi_async.testing import JournalMemory, MemoryStore
from jofi_async.yardstik.fake import FakeSettings
from jofi_async.yardstik.models import NewCandidate, NewInvitation
from tests.bulk.support import run
from tests.yardstik.ways import JOE, KEY, ONCE, STANDARD, client_of

SOMEBODY = "4f6cf35x-2c4y-483z-a0a9-158621f77a21"

BIRTHS = st.dates(date(1900, 1, 1), date(2026, 1, 1))
DIGITS = st.text("0123456789", min_size=9, max_size=9)
WORDS = st.text("ABCDEFGHJKLMNPQRSTVWXYZ", min_size=8, max_size=12)
SECRETS = st.fixed_dictionaries(
    {
        "ssn": DIGITS.map(lambda text: f"{text[:3]}-{text[3:5]}-{text[5:]}") | DIGITS,
        "date_of_birth": BIRTHS.map(str),
        "driver_license_number": st.builds("{}{}".format, WORDS, DIGITS),
        "previous_driver_license_number": st.builds("{}{}".format, DIGITS, WORDS),
        "addresses": WORDS.map(lambda text: [{"line1": f"17 {text} Street", "city": f"{text}ville"}]),
        "additional_data": WORDS.map(lambda text: {"maiden": {"names": [f"{text}son"]}}),
    }
)


class Parrot:
    """A Yardstik that refuses or breaks, and says back all that it was told, in whatever shape."""

    def __init__(self, path: str, status: int, shape: str, before: str = "") -> None:
        self.fake = FakeYardstik()
        self._path, self._status, self._shape = path, status, shape
        self._before = before
        self._heard: list[str] = []

    async def handle(self, request: Request) -> Response:
        if request.method == "POST":
            self._heard += strings(json.loads(request.body or b"{}"))
        if request.method != "POST" or not request.url.endswith(self._path):
            return await self.fake.handle(request)
        told = self._before + "; ".join(self._heard)
        said: Any = {"list": [told], "objects": [{"field": "ssn", "message": told}], "map": {"base": self._heard}}
        return Response(
            self._status, {"content-type": "application/json"}, json.dumps({"errors": said[self._shape]}).encode()
        )


def strings(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            yield from strings(list(cast("dict[str, object]", value).values()))
        case list():
            for one in cast("list[object]", value):
                yield from strings(one)
        case _:
            pass


def check_silent(texts: Any, secrets: dict[str, Any]) -> None:
    """None of the texts has a secret in it, however it is written."""
    everything = "\n".join(map(str, texts)).lower()
    bare = "".join(filter(str.isalnum, everything))
    for secret in strings(secrets):
        assert secret.lower() not in everything
        assert "".join(filter(str.isalnum, secret.lower())) not in bare


@given(
    secrets=SECRETS,
    path=st.sampled_from(["/candidates", "/invitations", "/nothing"]),
    status=st.sampled_from([400, 401, 403, 404, 409, 422, 429, 500, 201]),
    shape=st.sampled_from(["list", "objects", "map"]),
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_of_a_job(
    caplog: pytest.LogCaptureFixture, secrets: dict[str, Any], path: str, status: int, shape: str
) -> None:
    caplog.clear()
    memory, shown = JournalMemory(), list[object]()
    new = NewCandidate(first_name="Joe", last_name="Clean", email="joe@example.org", external_id="P1", **secrets)
    wanted = NewInvitation(candidate=new, account_package_id=STANDARD)

    async def main() -> None:
        server = Parrot(path, status, shape)
        async with FakeTransport(server) as transport:
            limit = RateLimit(per_second=None, in_flight=1)
            client = YardstikClient(KEY, transport=transport, rate_limit=limit, retry=ONCE, hooks=[shown.append])
            async with client.invitations.create_many([wanted], journal=Journal(MemoryStore(memory))) as job:
                async for outcome in job:
                    shown.extend([outcome, outcome.reason, outcome.problems, outcome.item, outcome.row, outcome.source])
                    if outcome.error is not None:
                        error = outcome.error
                        shown.extend([error, repr(error), error.args, repr(pickle.loads(pickle.dumps(error)))])
                        if isinstance(error, JofiAsyncError):
                            shown.extend([error.message, error.row])
            shown.append(job.summary())

    with caplog.at_level(logging.DEBUG):
        run(main())
    kept = _Rows()
    for entry in memory.entries.values():
        put_entry(kept, entry)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    check_silent([*map(repr, shown), *shown, *caplog.messages, *kept.values], secrets)


class _Rows:
    """Takes what a journal would write."""

    def __init__(self) -> None:
        self.values: list[object] = []

    def execute(self, _: str, values: tuple[object, ...]) -> None:
        self.values.extend(values)


NUMBERS = st.one_of(
    DIGITS,
    DIGITS.map(lambda text: f"{text[:3]}-{text[3:5]}-{text[5:]}"),
    st.builds(date.strftime, BIRTHS, st.sampled_from(["%Y-%m-%d", "%m/%d/%Y", "%m/%d/%y", "%d.%m.%y"])),
    st.from_regex(
        r"[A-Z]{1,2}[0-9]{5,8}|[A-Z][0-9]{3}-[0-9]{3}-[0-9]{2}-[0-9]{3}-[0-9]|[0-9]{2}[A-Z]{3}[0-9]{5}|[A-Z]{7}[0-9]{3}[A-Z]{2}"
        r"|[A-Z]{5}\*[A-Z]{2}[0-9]{3}[A-Z]|[0-9]{9}[A-Z]",
        fullmatch=True,
    ),
)
"""Social security numbers, dates of birth, and licence numbers as states of the USA have them."""

NOT_SAID: dict[str, Callable[[YardstikClient], Awaitable[object]]] = {
    "create": lambda client: client.invitations.create(account_package_id=STANDARD, candidate_id=SOMEBODY),
    "get": lambda client: client.invitations.get(SOMEBODY),
    "cancel": lambda client: client.invitations.cancel(SOMEBODY),
    "refresh": lambda client: client.invitations.refresh(SOMEBODY),
    "delete": lambda client: client.invitations.delete(SOMEBODY),
    "list": lambda client: client.invitations.list(),
    "candidate": lambda client: client.candidates.get(SOMEBODY),
}
"""Calls that send nothing of a candidate's."""


@given(
    number=NUMBERS,
    call=st.sampled_from(list(NOT_SAID)),
    said=st.sampled_from(["{}", "{} is invalid", "Licence {}.", "('{}', {})", "number:{},{}"]),
    shape=st.sampled_from(["list", "objects", "map", "named", "text"]),
    status=st.sampled_from([400, 404, 409, 422, 503]),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_of_what_the_server_alone_knows(
    caplog: pytest.LogCaptureFixture, number: str, call: str, said: str, shape: str, status: int
) -> None:
    caplog.clear()
    text = said.format(number, SOMEBODY)
    answers: dict[str, Any] = {
        "list": [text],
        "objects": [{"field": "driver_license_number", "message": text}],
        "map": {"base": [text]},
        "named": {text: ["is invalid"]},
        "text": text,
    }

    class Gossip:
        async def handle(self, _: Request) -> Response:
            body = json.dumps({"errors": answers[shape]}).encode()
            return Response(status, {"content-type": "application/json"}, body)

    async def main() -> JofiAsyncError:
        async with client_of(Gossip(), retry=ONCE) as client:
            with pytest.raises(JofiAsyncError) as caught:
                await NOT_SAID[call](client)
            return caught.value

    with caplog.at_level(logging.DEBUG):
        error = run(main())
    trace = "".join(traceback.format_exception(error))
    shown = [error, repr(error), error.args, error.message, trace, pickle.loads(pickle.dumps(error)), *caplog.messages]
    check_silent([*shown, *getattr(error, "problems", ())], {"number": number})
    if isinstance(error, RefusedError) and "{},{}" in said:
        assert SOMEBODY in str(error)


@given(secrets=SECRETS, before=st.integers(440, 505), shape=st.sampled_from(["list", "objects", "map"]))
def test_of_a_text_that_is_cut_in_the_midst_of_it(secrets: dict[str, Any], before: int, shape: str) -> None:
    async def main() -> JofiAsyncError:
        server = Parrot("/candidates", 422, shape, before="-" * before)
        with pytest.raises(JofiAsyncError) as caught:
            await client_of(server).candidates.create(**JOE, **secrets)
        return caught.value

    error = run(main())
    assert isinstance(error, RefusedError)
    check_silent([error, error.message, *error.problems], {"starts": [one[:5] for one in strings(secrets)]})


@given(secrets=SECRETS)
@settings(max_examples=30)
def test_of_models_at_any_depth(secrets: dict[str, Any]) -> None:
    async def main() -> list[object]:
        fake = FakeYardstik(settings=FakeSettings(quotes_values=True))
        client = YardstikClient(KEY, transport=FakeTransport(fake), rate_limit=None)
        joe = await client.candidates.create(first_name="Joe", last_name="Clean", email="joe@example.org", **secrets)
        assert (joe.ssn, joe.date_of_birth) == (secrets["ssn"], secrets["date_of_birth"])
        invitation = await client.invitations.create(account_package_id=STANDARD, candidate_id=joe.id)
        page, people = await client.invitations.list(), await client.candidates.list()
        assert page.data[0].candidate is not None
        assert page.data[0].candidate.ssn == secrets["ssn"]
        deep = [joe.addresses, joe.account, joe.reports, invitation.meta, invitation.report, invitation.account]
        return [
            joe,
            invitation,
            page,
            people,
            page.data,
            people.data,
            *deep,
            client,
            fake,
            *fake.requests,
            fake.candidates,
        ]

    check_silent(map(repr, run(main())), secrets)
