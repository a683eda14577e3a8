"""The reconcile task: what differs, and what nobody can know from a list that was cut."""

from pathlib import Path

from examples.reconcile_task import Finding, Records, read_records, reconcile
from jofi_async import FakeJofi, FakeTransport, JofiClient, RetryPolicy

ADDRESSES = [f"linda{number}@example.org" for number in range(200)]


async def findings(fake: FakeJofi, records: Records, *faults: str) -> dict[str, Finding]:
    transport = FakeTransport(fake, faults=faults)
    client = JofiClient("sk_live_sandbox", transport=transport, rate_limit=None, retry=RetryPolicy(attempts=1))
    async with client:
        return {finding.custom_id: finding async for finding in reconcile(client, records)}


def jofi_with(**groups: list[str]) -> FakeJofi:
    fake = FakeJofi()
    for custom_id, emails in groups.items():
        for email in emails:
            fake.invite(email, custom_id=custom_id)
    return fake


async def test_whoever_is_invited_under_that_very_custom_id_is_not_missing() -> None:
    fake = jofi_with(R1=ADDRESSES[:2], R10=ADDRESSES[2:4])
    found = await findings(fake, {"R1": {ADDRESSES[0].upper(), ADDRESSES[2]}, "R10": set(ADDRESSES[2:4])})
    assert found["R1"] == Finding("R1", missing={ADDRESSES[2]}, unexpected={ADDRESSES[1]})
    assert found["R10"] == Finding("R10")


async def test_what_a_cut_list_does_not_show_is_in_doubt_and_not_missing() -> None:
    found = await findings(jofi_with(R1=ADDRESSES), {"R1": set(ADDRESSES)})
    assert found["R1"] == Finding("R1", unseen=set(ADDRESSES[:50]), unread=50)
    assert str(found["R1"]) == "R1: 0 missing, 0 unexpected; 50 not listed, so 50 in doubt"


async def test_a_list_that_fails_is_told_and_spoils_no_other() -> None:
    records = {f"R{number}": {ADDRESSES[number]} for number in range(20)}
    found = await findings(FakeJofi(), records, "GET 500@7")
    failed = [finding for finding in found.values() if finding.error]
    assert found.keys() == records.keys()
    assert len(failed) == 1
    assert "not known" in str(failed[0])
    assert sum(len(finding.missing) for finding in found.values()) == 19


def test_records_are_read_from_lines(tmp_path: Path) -> None:
    path = tmp_path / "records.csv"
    path.write_text("R1,a@example.org\nR1, b@example.org\nR2,c@example.org\n", "utf-8")
    assert read_records(path) == {"R1": {"a@example.org", "b@example.org"}, "R2": {"c@example.org"}}
