"""`jofi yardstik`: invite a file, and list, get, cancel, refresh and delete invitations."""

import csv
import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest

from jofi_async import FakeYardstik, Request, Response
from jofi_async.yardstik.fake import FakeClock
from tests.cli.support import At, Command, kinds, said

PEOPLE = "First Name,Last Name,Email,Candidate ID\nAda,Lovelace,ada@example.org,P1\nAlan,Turing,alan@example.org,P2\n"
"""A file as JOFI takes it, too."""


def test_a_file_is_invited_in_memory(jofi: Command) -> None:
    path = jofi.write(PEOPLE)
    assert jofi("yardstik", "invite", path, "--sandbox", "--package", "Standard") == 0
    assert kinds(jofi.rows()) == {"created": 2}
    assert {row["person_id"] for row in jofi.rows()} == {"P1", "P2"}
    assert all(row["invitation_id"] and row["assessment_url"].startswith("https://") for row in jofi.rows())
    assert "The sandbox holds 2 invitations, and would have sent 2 e-mails" in jofi.out
    assert not list(jofi.folder.glob("*.journal"))


def test_a_file_is_invited_once_with_a_journal_of_its_own(jofi: Command, at: At) -> None:
    fake = FakeYardstik()
    at(fake)
    path = jofi.write(PEOPLE)
    for _ in range(2):
        assert jofi("yardstik", "invite", path, "--package", "standard") == 0
        assert kinds(jofi.rows()) == {"created": 2}
    assert len(fake.messages) == 2
    assert (jofi.folder / "people.csv.yardstik.journal").is_file()
    assert "Resuming: 2 settled" in jofi.err
    assert jofi("job", "status", jofi.folder / "people.csv.yardstik.journal") == 0
    assert "yardstik at http" in jofi.out


class Doubtful(FakeYardstik):
    """One whose first invitation is lost behind a gateway."""

    has_lost = False

    async def handle(self, request: Request) -> Response:
        """Answer, but for the first one."""
        if self.has_lost or request.method == "GET" or not request.url.endswith("/invitations"):
            return await super().handle(request)
        self.has_lost = True
        return Response(503)


def test_what_is_in_doubt_is_not_sent_again_by_giving_its_outcomes(jofi: Command, at: At) -> None:
    """Also the outcomes of outcomes have the journal of the first file, in which it is looked for."""
    fake = Doubtful()
    at(fake)
    path = jofi.write(PEOPLE)
    for _ in range(3):
        assert jofi("yardstik", "invite", path, "--package", "standard") == 4
        assert "To go on, run the same command again: its journal knows" in jofi.out
        path = path.with_name(f"{path.name}.outcomes.csv")
        assert kinds(jofi.rows(path)) == {"unknown": 1, "created": 1}
    assert [one.name for one in jofi.folder.glob("*.journal")] == ["people.csv.yardstik.journal"]
    assert len(fake.messages) == 1


@pytest.mark.parametrize("option", ["--no-journal", "--journal=new.journal"])
def test_what_is_in_doubt_and_in_no_journal_stays_so_until_a_person_says(
    jofi: Command, at: At, option: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(jofi.folder)
    fake = Doubtful()
    at(fake)
    assert jofi("yardstik", "invite", jofi.write(PEOPLE), "--package", "standard", "--no-journal") == 4
    assert "To go on, give that file as input" in jofi.out
    path = jofi.folder / "people.csv.outcomes.csv"
    more = jofi.folder / "more.csv"
    more.write_text(path.read_text("utf-8-sig") + "9,,,,ada@example.org,,,,,,Ada,Lovelace\n", "utf-8")
    for source in (path, more):
        assert jofi("yardstik", "invite", source, "--package", "standard", option) == 4
        rows = jofi.rows(source.with_name(f"{source.name}.outcomes.csv"))
        assert kinds(rows)["unknown"] == kinds(rows)["created"] == 1
        assert [row["reason"] for row in rows if row["outcome"] == "unknown"] == [
            "an earlier run sent it, whether it took effect is not known, and no journal is here by which it could be "
            "looked up. Look there, and if it is not there, empty this row's outcome to have it sent"
        ]
        assert len(fake.messages) == 1
    path.write_text(path.read_text("utf-8-sig").replace(",unknown,", ",,"), "utf-8")
    assert jofi("yardstik", "invite", path, "--package", "standard", option) == 0
    assert len(fake.messages) == 2


def test_who_starts_over_has_what_is_in_doubt_sent(jofi: Command, at: At) -> None:
    fake = Doubtful()
    at(fake)
    assert jofi("yardstik", "invite", jofi.write(PEOPLE), "--package", "standard") == 4
    path = jofi.folder / "people.csv.outcomes.csv"
    assert jofi("yardstik", "invite", path, "--package", "standard", "--start-over") == 0
    assert len(fake.messages) == 2


def test_a_dry_run_needs_no_key(jofi: Command) -> None:
    assert jofi("yardstik", "invite", jofi.write(PEOPLE + "X,,x@example.org,\n"), "--package", "any", "--dry-run") == 3
    assert "2  would be sent" in jofi.out


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (("--package", "Gold", "--sandbox"), 2, 'no package "Gold"'),
        (("--package", "Plus"), 2, "There is no key: set YARDSTIK_API_KEY"),
        (("--package", "Plus", "--sandbox", "--api-key-file", "x"), 2, "--sandbox takes no key"),
    ],
)
def test_what_cannot_begin(jofi: Command, options: tuple[str, ...], code: int, words: str) -> None:
    assert jofi("yardstik", "invite", jofi.write(PEOPLE), *options) == code
    assert words in said(jofi)


def test_a_wrong_key_ends_it(jofi: Command, at: At, tmp_path: Path) -> None:
    at(FakeYardstik())
    key = tmp_path / "key"
    key.write_text("wrong")
    key.chmod(0o600)
    assert jofi("yardstik", "invite", jofi.write(PEOPLE), "--package", "Plus", "--api-key-file", key) == 5
    assert "The key was not accepted" in said(jofi)
    assert not jofi.outcomes.exists()


def test_invitations_are_listed_without_what_never_leaves_its_field(jofi: Command, at: At) -> None:
    fake = FakeYardstik()
    at(fake)
    secrets = {"ssn": "111-22-3333", "driver_license_number": "D1234567", "addresses": [{"line1": "1 Main St"}]}
    there = fake.invite("ada@example.org", **secrets)
    for form in ((), ("--json",), ("--csv",)):
        for command in (("list",), ("list", "--all"), ("get", there.id)):
            assert jofi("yardstik", "invitations", *command, *form) == 0
            assert there.id in jofi.out
            assert not [one for one in ("111-22-3333", "D1234567", "Main St") if one in jofi.out]
    assert jofi("yardstik", "invitations", "get", "gone") == 3
    assert jofi("yardstik", "packages", "--json") == 0
    assert [one["name"] for one in json.loads(jofi.out)["data"]] == ["Standard", "Plus", "Driver"]


def test_those_that_expired_are_refreshed_at_once(jofi: Command, at: At) -> None:
    fake = FakeYardstik(clock=FakeClock(datetime.now(UTC) - timedelta(days=30)))
    at(fake)
    long_ago, lately, live = (fake.invite(f"p{number}@example.org") for number in range(3))
    now = datetime.now(UTC)
    long_ago.expires_at, lately.expires_at = now - timedelta(days=20), now - timedelta(days=3)
    live.expires_at = now + timedelta(days=3)
    fake.clock.advance(30 * 86400)
    assert jofi("yardstik", "invitations", "list", "--status", "expired", "--json") == 0
    assert [json.loads(line)["id"] for line in jofi.out.splitlines()] == [long_ago.id, lately.id]
    assert jofi("yardstik", "invitations", "refresh", "--expired-since", "7d", "--yes") == 0
    assert "Refresh: 1 updated" in jofi.err
    assert lately.expires_at > fake.clock.now()
    assert jofi("yardstik", "invitations", "delete", "--status", "expired", "--yes", "--csv") == 0
    assert list(csv.DictReader(StringIO(jofi.out))) == [
        {"invitation_id": long_ago.id, "outcome": "updated", "reason": ""}
    ]
    assert jofi("yardstik", "invitations", "cancel", live.id, lately.id, "gone") == 3
    assert "gone  refused: Not found" in jofi.out
    assert {one.canceled_at is not None for one in fake.invitations} == {True}
    assert jofi("yardstik", "invitations", "delete", "--status", "expired") == 0
    assert "There are none" in jofi.err


def test_a_person_at_a_terminal_is_asked(jofi: Command, at: At, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = FakeYardstik()
    at(fake)
    there = fake.invite("ada@example.org")
    monkeypatch.setattr("jofi_async.cli.yardstik.invitations.someone_is_there", lambda: True)
    asked: list[str] = []
    for answer, code in ((False, 2), (True, 0)):

        def agrees(_: object, question: str, answer: bool = answer) -> bool:
            asked.append(question)
            return answer

        monkeypatch.setattr("jofi_async.cli.yardstik.invitations.agrees", agrees)
        assert jofi("yardstik", "invitations", "cancel", there.id) == code
        assert (there.canceled_at is not None) is answer
    assert all(question.startswith("Cancel 1 invitation at http") for question in asked)


@pytest.mark.parametrize(
    "args",
    [
        ("cancel",),
        ("cancel", "x", "--status", "sent"),
        ("refresh", "--expired-since", "soon"),
        ("list", "--all", "--page", "2"),
        ("list", "--json", "--csv"),
    ],
)
def test_what_is_asked_for_wrongly(jofi: Command, args: tuple[str, ...]) -> None:
    assert jofi("yardstik", "invitations", *args, "--sandbox") == 2
