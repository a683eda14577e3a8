"""No personal datum that is put into a candidate leaves its field: no repr, log, exception text, journal or report."""

import json
import logging
import pickle
from collections.abc import Iterator
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
    Request,
    Response,
    YardstikClient,
)
from jofi_async.bulk.journal.tables import put_entry
from jofi_async.testing import JournalMemory, MemoryStore
from jofi_async.yardstik.fake import FakeSettings
from jofi_async.yardstik.models import NewCandidate, NewInvitation
from tests.bulk.support import run
from tests.yardstik.ways import KEY, ONCE, STANDARD

DIGITS = st.text("0123456789", min_size=9, max_size=9)
WORDS = st.text("ABCDEFGHJKLMNPQRSTVWXYZ", min_size=8, max_size=12)
SECRETS = st.fixed_dictionaries(
    {
        "ssn": DIGITS.map(lambda text: f"{text[:3]}-{text[3:5]}-{text[5:]}") | DIGITS,
        "date_of_birth": st.dates().map(str),
        "driver_license_number": st.builds("{}{}".format, WORDS, DIGITS),
        "previous_driver_license_number": st.builds("{}{}".format, DIGITS, WORDS),
        "addresses": WORDS.map(lambda text: [{"line1": f"17 {text} Street", "city": f"{text}ville"}]),
        "additional_data": WORDS.map(lambda text: {"maiden": {"names": [f"{text}son"]}}),
    }
)


class Parrot:
    """A Yardstik that refuses or breaks, and says back all that it was told, in whatever shape."""

    def __init__(self, path: str, status: int, shape: str) -> None:
        self.fake = FakeYardstik()
        self._path, self._status, self._shape = path, status, shape
        self._heard: list[str] = []

    async def handle(self, request: Request) -> Response:
        if request.method == "POST":
            self._heard += strings(json.loads(request.body or b"{}"))
        if request.method != "POST" or not request.url.endswith(self._path):
            return await self.fake.handle(request)
        told = "; ".join(self._heard)
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
