"""The reconcile task: what differs is told and made so, and a second time there is nothing to do."""

from pathlib import Path

import pytest

from examples.reconcile_task import INVITER, made_up, records, run
from jofi_async import FakeTransport, JofiClient, StepKind


async def test_what_differs_is_told_and_made_so(capsys: pytest.CaptureFixture[str]) -> None:
    fake = made_up()
    async with JofiClient("sk_live_sandbox", transport=FakeTransport(fake), rate_limit=None) as client:
        plan = await run(client, records(), apply=True)
        assert plan.counts[StepKind.CREATE] == 5
        told = capsys.readouterr().out
        assert "update: linda7@example.org last_name: Another -> Sample 7" in told
        assert "unexpected: linda40@example.org" in told
        assert "Applied(created=5, existed=34, updated=1)" in told
        again = await run(client, records(), apply=False)
    assert again.is_done
    assert len(fake.invitations) == 41


async def test_a_file_is_held_against_jofi(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("First Name,Last Name,Email\nLinda,Sample 6,linda6@example.org\nAda,Lovelace,ada@example.org\n")
    async with JofiClient("sk_live_sandbox", transport=FakeTransport(made_up()), rate_limit=None) as client:
        plan = await run(client, path, apply=False, defaults={"created_by_user_email": INVITER})
    assert [step.kind for step in plan.steps] == [StepKind.UNCHANGED, StepKind.CREATE]
