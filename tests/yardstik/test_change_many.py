"""Many invitations canceled, refreshed or deleted: each is changed once, and has one outcome."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest

from jofi_async import ConfigurationError, FakeYardstik, OutcomeKind
from jofi_async.bulk.outcome import Outcome
from tests.bulk.support import run
from tests.yardstik.ways import client_of


def test_many_are_canceled_refreshed_and_deleted() -> None:
    fake = FakeYardstik()
    ids = [fake.invite(f"p{number}@example.org").id for number in range(5)]
    fake.complete(ids[0])
    end = datetime(2030, 1, 1, tzinfo=UTC)
    counts = {}
    for action, options in (("cancel", {}), ("refresh", {"expires_at": end}), ("delete", {})):

        async def main(action: Any = action, options: Any = options) -> list[Outcome[Any, Any]]:
            async with client_of(fake).invitations.change_many(action, [*ids, "gone"], **options) as job:
                return [outcome async for outcome in job]

        outcomes = run(main())
        counts[action] = Counter(outcome.kind.value for outcome in outcomes)
        assert {outcome.row for outcome in outcomes if outcome.kind is OutcomeKind.REFUSED} == {ids[0], "gone"}
        if action == "refresh":
            assert {one.expires_at for one in fake.invitations[1:]} == {end}
    assert counts == {action: {"updated": 4, "refused": 2} for action in ("cancel", "refresh", "delete")}
    assert [one.id for one in fake.invitations] == ids[:1]
    with pytest.raises(ConfigurationError):
        client_of(fake).invitations.change_many("forget", [])  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("odd", [None, 7, ["1"], b"1", "\ud800"])
def test_what_can_be_no_id_is_refused_and_costs_no_other_its_outcome(odd: Any) -> None:
    fake = FakeYardstik()
    ids = [fake.invite(f"p{number}@example.org").id for number in range(2)]

    async def main() -> list[Outcome[Any, Any]]:
        async with client_of(fake).invitations.change_many("cancel", [ids[0], odd, ids[1]]) as job:
            return [outcome async for outcome in job]

    outcomes = sorted(run(main()), key=lambda outcome: outcome.index)
    assert [outcome.kind.value for outcome in outcomes] == ["updated", "refused", "updated"]
    assert "cannot be understood" in outcomes[1].reason
