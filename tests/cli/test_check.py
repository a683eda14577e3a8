"""`jofi check`: the checklist as a table and as JSON, and what its exit code says."""

import json
from pathlib import Path
from typing import Any

import pytest

from jofi_async import FakeJofi
from jofi_async.core.wire import Request, Response
from tests.cli.support import INVITER, Command, Live, said

NOTEAM = "noteam.recruiter@jofiscore.com"


def test_nothing_failed(jofi: Command) -> None:
    assert jofi("check", "--sandbox", "--inviter", INVITER) == 0
    assert jofi.err == ""
    assert "Nothing failed. What is not known is for a person to look at." in jofi.out
    assert f"Inviter {INVITER}\nlooked at GET /users, GET /teams, GET /assessments, GET /email-templates\n" in jofi.out


def test_something_failed(jofi: Command) -> None:
    assert jofi("check", "--sandbox", "--inviter", INVITER, "--inviter", NOTEAM) == 5
    lines = jofi.out.splitlines()
    failed = next(line for line in lines if line.startswith("FAILED"))
    assert failed.split() == ["FAILED", "Default", "team", "none", "is", "set"]
    assert "-> set it in JOFI, or give team_id with each" in lines[lines.index(failed) + 1]
    assert "1 failed" in lines[-2]


def test_it_fits_a_terminal(jofi: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    jofi("check", "--sandbox", "--inviter", INVITER, "--inviter", NOTEAM, "--inviter", "nobody@example.org")
    assert max(map(len, jofi.out.splitlines())) <= 80
    jofi("check")
    assert max(map(len, jofi.out.splitlines())) <= 80


def test_what_was_found_stands_below_its_title_on_a_narrow_terminal(
    jofi: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    assert jofi("check", "--sandbox", "--inviter", INVITER) == 0
    lines = [line.rstrip() for line in jofi.out.splitlines()]
    place = lines.index("passed     Default assessments")
    assert lines[place + 1] == "           Personality, Interests"


def test_json(jofi: Command) -> None:
    assert jofi("check", "--sandbox", "--inviter", NOTEAM, "--json") == 5
    report: Any = json.loads(jofi.out)
    assert report["failed"] is True
    assert sum(report["counts"].values()) == len(report["items"]) == 15
    assert [item for item in report["items"] if item["status"] == "failed"] == [
        {
            "name": "default_team",
            "section": "Inviter defaults",
            "title": "Default team",
            "status": "failed",
            "looked_at": "GET /users, GET /teams",
            "found": "none is set",
            "next_step": "set it in JOFI, or give team_id with each invitation",
            "subject": NOTEAM,
            "error": None,
        }
    ]


def test_no_key_is_what_failed(jofi: Command) -> None:
    assert jofi("check") == 5
    assert "FAILED     API key                 there is none" in jofi.out


def test_a_key_that_cannot_be_sent_is_what_failed(jofi: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOFI_API_KEY", "sk_live_half of it")
    assert jofi("check", "--inviter", INVITER, "--json") == 5
    report: Any = json.loads(jofi.out)
    found = {item["name"]: item["status"] for item in report["items"]}
    assert [name for name, status in found.items() if status == "failed"] == ["key_form"]
    assert [name for name, status in found.items() if status == "passed"] == ["key"]
    assert "half of" not in jofi.out


def test_a_key_of_the_environment(jofi: Command, live: Live) -> None:
    live(FakeJofi())
    assert jofi("check", "--inviter", INVITER) == 0
    assert "JOFI's setup checklist at https://www.jofiscore.com/api/v2" in jofi.out
    assert "sk_live_sandbox" not in jofi.out


@pytest.mark.parametrize(("mode", "code", "words"), [(0o600, 0, "only its owner"), (0o644, 5, "others can read")])
def test_a_key_file(jofi: Command, live: Live, tmp_path: Path, mode: int, code: int, words: str) -> None:
    live(FakeJofi(), key="sk_live_of_the_environment")
    path = tmp_path / "key"
    path.write_text("sk_live_sandbox\n", encoding="utf-8")
    path.chmod(mode)
    assert jofi("check", "--api-key-file", path) == code
    assert words in jofi.out
    assert "sk_live_sandbox" not in jofi.out


def test_a_key_file_that_cannot_be_read_is_a_mistake(jofi: Command, tmp_path: Path) -> None:
    assert jofi("check", "--api-key-file", tmp_path / "gone") == 2
    assert "cannot be read" in said(jofi)


def test_a_key_that_is_not_known(jofi: Command, live: Live) -> None:
    live(FakeJofi(), key="sk_live_wrong")
    assert jofi("check") == 5
    assert "Account not found for API key" in jofi.out


def test_a_test_key_fails_nothing_and_warns(jofi: Command, live: Live) -> None:
    live(FakeJofi(), key="sk_test_sandbox")
    assert jofi("check", "--inviter", INVITER) == 0
    assert "warning    Live key" in jofi.out
    assert "passed     At least" not in jofi.out


class Down:
    async def handle(self, request: Request) -> Response:
        return Response(503, {}, b"linda.sample@jofiscore.com")


def test_no_answer_is_worth_another_try(jofi: Command, live: Live) -> None:
    live(Down())
    assert jofi("check", "--inviter", INVITER) == 4
    assert "Nothing failed, but not everything could be looked at: run this again." in jofi.out
    assert "linda" not in jofi.out


def test_what_jofi_sends_does_not_command_the_terminal(jofi: Command, live: Live) -> None:
    fake = FakeJofi()
    fake.world.accounts[0].display_name = "[bold]Evil\x1b[31m\nCompany"
    live(fake)
    jofi("check")
    assert "\x1b" not in jofi.out
    assert "[bold]Evil [31m Company" in " ".join(jofi.out.split())
