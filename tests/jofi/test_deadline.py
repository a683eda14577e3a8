"""One deadline bounds `update` and `ensure` whole, however many requests they come to."""

import asyncio
from typing import Any

import pytest

from jofi_async import CallError, OutcomeKind, RateLimit
from tests.bulk.support import INVITER, ONCE, Vendor, client_of, done_then, late, run, stuck

LINDA: dict[str, Any] = {
    "first_name": "Linda",
    "last_name": "Sample",
    "email": "linda.sample@jofiscore.com",
    "created_by_user_email": INVITER,
}


@pytest.mark.parametrize("fault", [stuck, late(4.9, done_then(500))], ids=["hangs", "fails late"])
def test_an_update_ends_in_time(fault: Any) -> None:
    async def main() -> None:
        vendor = Vendor(looks=[fault, late(4.0), fault, late(4.0), fault])
        started = asyncio.get_running_loop().time()
        with pytest.raises(CallError):
            await client_of(vendor, deadline=5, retry=ONCE).invitations.update(12345, first_name="L")
        assert asyncio.get_running_loop().time() - started <= 5

    run(main())


@pytest.mark.parametrize("looks", [[], [late(4.0)], [stuck]], ids=["create", "create and look", "watermark"])
def test_an_ensure_ends_in_time(looks: list[Any]) -> None:
    async def main() -> None:
        vendor = Vendor(otherwise=stuck, looks=looks)
        started = asyncio.get_running_loop().time()
        outcome = await client_of(vendor, deadline=5, retry=ONCE).invitations.ensure(**LINDA)
        assert asyncio.get_running_loop().time() - started <= 5
        assert outcome.kind in (OutcomeKind.UNKNOWN, OutcomeKind.CREATED, OutcomeKind.NOT_ATTEMPTED)
        if vendor.sent:
            assert outcome.kind is not OutcomeKind.NOT_ATTEMPTED

    run(main())


def test_many_at_once_share_one_watermark_with_all_that_with_options_makes() -> None:
    async def main() -> None:
        vendor = Vendor()
        client = client_of(vendor, rate_limit=RateLimit(per_second=None, in_flight=None))
        clients = [client.with_options(deadline=60 + number) for number in range(20)]
        rows: list[dict[str, Any]] = [{**LINDA, "email": f"linda{number}@example.org"} for number in range(20)]
        outcomes = await asyncio.gather(
            *(one.invitations.ensure(**row) for one, row in zip(clients, rows, strict=True))
        )
        assert {outcome.kind for outcome in outcomes} == {OutcomeKind.CREATED}
        assert vendor.lists == 1

    run(main())
