"""`jofi reconcile`: what a person reads, what a program reads, what is asked, and how it ends."""

import json

import pytest

from jofi_async import FakeJofi, Request
from jofi_async.core.wire import Response
from tests.cli.support import INVITER, Command, Live, kinds

PEOPLE = """First Name,Last Name,Email,Candidate ID,Req
Ada,Lovelace,ada@example.org,P1,R1
Alan,Turing,alan@example.org,P2,R1
Grace,Hopper,grace@example.org,P3,R1
Kurt,,kurt@example.org,P4,R1
Emmy,Noether,emmy@example.org,P5,R1
"""


def a_jofi() -> FakeJofi:
    """Ada as wanted, Alan under another name, two who could be Emmy, and a stranger."""
    fake = FakeJofi()
    there = (
        ("ada@example.org", "Ada", "Lovelace", "P1"),
        ("alan@example.org", "Allan", "Turing", "P2"),
        ("emmy@example.org", "Emmy", "Noether", "P6"),
        ("emmy.n@example.org", "Emmy", "Noether", "P5"),
        ("stranger@example.org", "Nobody", "Knows", "P9"),
    )
    for email, first, last, person_id in there:
        fake.clock.advance(1)
        fake.invite(email, first_name=first, last_name=last, person_id=person_id, custom_id="R1")
    return fake


def reconcile(jofi: Command, *args: object, content: str = PEOPLE) -> int:
    return jofi("reconcile", jofi.write(content), "--inviter", INVITER, *args)


def writes(fake: FakeJofi) -> list[str]:
    return [one.method for one in fake.requests if one.method != "GET"]


def test_a_plan_is_shown_and_nothing_is_changed(jofi: Command, live: Live) -> None:
    fake = a_jofi()
    live(fake)
    assert reconcile(jofi) == 3
    assert not writes(fake)
    lines = jofi.out.splitlines()
    assert "x refused        line 5  Kurt <kurt@example.org>" in lines
    assert "last_name: the last name is empty" in jofi.out
    assert "! conflict       line 6  Emmy Noether <emmy@example.org>" in lines
    assert any(line.startswith("? unexpected ") and "Nobody Knows <stranger@example.org>" in line for line in lines)
    assert any(line.startswith("~ update         line 3  Alan Turing <alan@example.org>  ") for line in lines)
    assert "first_name  Allan -> Alan" in jofi.out
    assert "+ create         line 4  Grace Hopper <grace@example.org>" in lines
    assert "Read with 1 request: first look (1); 5 of 5 read." in lines
    assert any(line.startswith("Of those who are there: 2 pending, the longest for ") for line in lines)
    assert not jofi.outcomes.exists()


def test_it_is_applied_and_every_row_has_an_outcome(jofi: Command, live: Live) -> None:
    fake = a_jofi()
    live(fake)
    assert reconcile(jofi, "--apply") == 3
    assert writes(fake) == ["PUT", "POST"]
    assert kinds(jofi.rows()) == {"existed": 1, "updated": 1, "created": 1, "refused": 2}
    updated = jofi.rows()[1]
    assert (updated["line"], updated["outcome"], updated["attempts"]) == ("3", "updated", "1")
    assert updated["assessment_url"]
    assert (jofi.folder / "people.csv.jofi.journal").exists()
    assert reconcile(jofi) == 3
    assert "to create" not in jofi.out
    assert "to update" not in jofi.out


def test_a_second_time_there_is_nothing_to_do(jofi: Command, live: Live) -> None:
    fake = FakeJofi()
    live(fake)
    content = "".join(PEOPLE.splitlines(keepends=True)[:4])
    assert reconcile(jofi, "--apply", content=content) == 0
    sent = len(writes(fake))
    assert reconcile(jofi, "--apply", "--deep", content=content) == 0
    assert len(writes(fake)) == sent
    assert "3 unchanged" in " ".join(jofi.out.split())


def test_an_outcome_file_is_compared_whole(jofi: Command, live: Live) -> None:
    fake = FakeJofi()
    live(fake)
    content = "".join(PEOPLE.splitlines(keepends=True)[:4])
    assert reconcile(jofi, "--apply", content=content) == 0
    fake = FakeJofi()
    live(fake)
    again = jofi.folder / "again.csv"
    again.write_bytes(jofi.outcomes.read_bytes())
    assert jofi("reconcile", again, "--inviter", INVITER, "--apply", "--no-journal") == 0
    assert len(fake.invitations) == 3


def test_json_is_all_that_is_on_stdout(jofi: Command, live: Live) -> None:
    live(a_jofi())
    assert reconcile(jofi, "--json", "--apply") == 3
    plan = json.loads(jofi.out)
    assert plan["counts"] == {
        "create": 1,
        "update": 1,
        "unchanged": 1,
        "conflict": 1,
        "unexpected": 1,
        "refused": 1,
    }
    steps = {step.get("line"): step for step in plan["steps"]}
    assert steps[3]["changes"] == [{"field": "first_name", "old": "Allan", "new": "Alan"}]
    assert steps[3]["outcome"] == {"kind": "updated", "problems": []}
    assert steps[5]["problems"] == [{"field": "last_name", "reason": "the last name is empty"}]
    assert steps[2]["progress"]["state"] == "pending"
    assert plan["reading"]["ways"] == {"first look": 1}


def test_a_report_is_written_and_shows_what_became_of_it(jofi: Command, live: Live) -> None:
    live(a_jofi())
    path = jofi.folder / "report.html"
    assert reconcile(jofi, "--html", path) == 3
    assert f"Report: {path}" in jofi.err
    assert "Applied:" not in path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600
    assert reconcile(jofi, "--html", path, "--apply") == 3
    assert "Applied: each row shows what became of it." in path.read_text()
    path.chmod(0o644)
    assert reconcile(jofi, "--html", path) == 3
    assert path.stat().st_mode & 0o777 == 0o600
    assert reconcile(jofi, "--html", jofi.folder) == 2
    assert "cannot be written" in jofi.err


def test_fields_that_a_list_does_not_show_are_named_and_compared_when_asked(jofi: Command, live: Live) -> None:
    fake = FakeJofi()
    fake.accept(fake.invite("ada@example.org", first_name="Ada", last_name="Lovelace").id)
    live(fake)
    content = "First Name,Last Name,Email,Phone\nAda,Lovelace,ada@example.org,5551234567\n"
    assert reconcile(jofi, "--no-email", content=content) == 0
    assert "Not compared, since a list does not show them: phone (1 row), send_via_email (1 row)." in jofi.out
    assert "; who has completed was not asked" in jofi.out
    assert reconcile(jofi, "--no-email", "--deep", "--completion", content=content) == 0
    assert "phone           (nothing) -> 5551234567" in jofi.out
    assert "send_via_email  yes -> no" in jofi.out
    assert "not asked" not in jofi.out


def test_many_are_told_in_short(jofi: Command, live: Live) -> None:
    live(FakeJofi())
    rows = "".join(f"Ada,Lovelace,ada{number}@example.org\n" for number in range(50))
    assert reconcile(jofi, content=f"First Name,Last Name,Email\n{rows}") == 0
    assert "... and 10 more create: --html and --json have all" in jofi.out


@pytest.mark.parametrize(("answer", "code", "sent"), [("y", 3, 2), ("n", 2, 0)])
def test_a_person_who_is_there_is_asked(
    jofi: Command, live: Live, monkeypatch: pytest.MonkeyPatch, answer: str, code: int, sent: int
) -> None:
    fake = a_jofi()
    live(fake)
    asked: list[str] = []
    monkeypatch.setattr("jofi_async.cli.reconciling.someone_is_there", lambda: True)
    monkeypatch.setattr(
        "rich.console.Console.input",
        lambda _, question: asked.append(str(question)) or answer,  # type: ignore[func-returns-value]
    )
    assert reconcile(jofi, "--apply") == code
    assert asked == ["Invite 1 person and update 1? [y/N] "]
    assert "This contacts real people:" in jofi.err
    assert len(writes(fake)) == sent
    asked.clear()
    assert reconcile(jofi, "--apply", "--yes") == 3
    assert not asked


def test_what_cannot_be_says_so(jofi: Command, live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    assert reconcile(jofi) == 2
    assert "There is no key" in jofi.err
    assert reconcile(jofi, "--sandbox", "--apply", "--dry-run") == 2
    assert "contradict" in jofi.err
    live(FakeJofi(), "sk_live_nobodys")
    assert reconcile(jofi) == 5
    live(FakeJofi(), "sk_test_sandbox")
    assert reconcile(jofi) == 2
    assert "made up" in jofi.err


def test_the_sandbox_takes_everybody(jofi: Command) -> None:
    assert reconcile(jofi, "--sandbox", "--apply") == 3
    assert kinds(jofi.rows()) == {"created": 4, "refused": 1}


def test_a_journal_that_cannot_be_used_touches_no_file(jofi: Command, live: Live) -> None:
    live(a_jofi())
    journal = jofi.folder / "people.journal"
    journal.write_text("this is no journal")
    assert reconcile(jofi, "--apply", "--journal", journal) == 5
    assert not jofi.outcomes.exists()


@pytest.mark.parametrize("name", ["people.csv", "people.csv.jofi.journal", "people.csv.outcomes.csv"])
def test_a_report_is_written_on_no_other_file(jofi: Command, live: Live, name: str) -> None:
    live(a_jofi())
    assert reconcile(jofi, "--apply") == 3
    before = (jofi.folder / name).read_bytes()
    assert reconcile(jofi, "--html", jofi.folder / name) == 2
    assert "The report needs a file of its own" in jofi.err
    assert (jofi.folder / name).read_bytes() == before


class Unreadable:
    """A JOFI whose invitations can be listed and not read."""

    def __init__(self, fake: FakeJofi) -> None:
        self._fake = fake

    async def handle(self, request: Request) -> Response:
        if request.method == "GET" and "/invitations/" in request.url:
            return Response(500, {}, b"")
        return await self._fake.handle(request)


def test_what_could_not_be_read_is_told_by_the_exit_code_of_a_plan_that_is_applied(jofi: Command, live: Live) -> None:
    live(Unreadable(a_jofi()))
    content = "".join(PEOPLE.splitlines(keepends=True)[:4])
    assert reconcile(jofi, "--apply", "--deep", content=content) == 4
    assert kinds(jofi.rows()) == {"existed": 1, "updated": 1, "created": 1}
