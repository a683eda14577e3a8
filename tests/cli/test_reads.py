"""The commands that ask JOFI once: tables for people, JSON and CSV for programs, and plain sentences."""

import csv
import io
import json
from typing import Any

import click
import pytest

from jofi_async import FakeJofi
from jofi_async.cli.app import COMMANDS, SECTIONS, main
from jofi_async.cli.jofi import COMMANDS as JOFI
from jofi_async.core.wire import Request, Response
from tests.cli.support import INVITER, Command, Live, said

SP = "JOFI-295-AS"
LISTS = {
    "users": 4,
    "teams": 2,
    "templates": 2,
    "assessments": 4,
    "score-profiles": 4,
    "invitations list": 2,
    "test-takers list": 1,
    "career-profiles list": 1,
}
ONES = {
    "account": 200,
    "invitations get 12345": 12345,
    "test-takers get 12345": 12345,
    f"test-takers scorecard 12345 --sp {SP}": 12345,
    "test-takers job-fit-report 12345": 12345,
    "career-profiles get CNP1234567890": "CNP1234567890",
}


@pytest.fixture
def fake(jofi: Command, live: Live) -> FakeJofi:
    assert jofi.out == ""  # its environment is clean before a key is put there
    fake = FakeJofi()
    fake.complete(fake.invite(custom_id="REQ-17").id)
    fake.invite("other@example.org", custom_id="=1+1")
    live(fake)
    return fake


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.usefixtures("fake")
def test_a_list(jofi: Command, name: str) -> None:
    assert jofi(*name.split()) == 0
    assert jofi.err == f"{LISTS[name]} shown.\n"
    assert len(jofi.out.splitlines()) == LISTS[name] + 1
    assert max(map(len, jofi.out.splitlines())) <= 80
    assert jofi(*name.split(), "--json") == 0
    answer: Any = json.loads(jofi.out)
    assert (len(answer["data"]), answer["total_count"], answer["mode"]) == (LISTS[name], LISTS[name], "live")
    assert jofi(*name.split(), "--csv") == 0
    rows = rows_of(jofi.out)
    assert [row["id"] for row in rows] == [str(one["id"]) for one in answer["data"]]
    assert jofi.err == ""


@pytest.mark.parametrize("name", ONES)
@pytest.mark.usefixtures("fake")
def test_one(jofi: Command, name: str) -> None:
    assert jofi(*name.split()) == 0
    assert str(ONES[name]) in jofi.out
    assert jofi(*name.split(), "--json") == 0
    answer: Any = json.loads(jofi.out)
    assert ONES[name] in answer.values()
    assert "extra" not in answer
    assert jofi(*name.split(), "--csv") == 0
    [row] = rows_of(jofi.out)
    assert str(ONES[name]) in row.values()


@pytest.mark.parametrize("name", [*LISTS, *ONES])
def test_every_command_runs_on_the_sandbox_without_a_key(jofi: Command, name: str) -> None:
    found = name in {"account", "users", "teams", "templates", "assessments", "score-profiles"} or name.endswith("list")
    assert jofi(*name.split(), "--sandbox") == (0 if found else 3)
    assert jofi(*name.split()) == 2
    assert "There is no key" in said(jofi)


@pytest.mark.usefixtures("fake")
def test_one_object_for_people(jofi: Command) -> None:
    jofi("test-takers", "get", "12345")
    lines = jofi.out.splitlines()
    place = lines.index("assigned_assessments")
    assert lines[place + 1 : place + 4] == [
        "  1",
        "    id                        11111",
        "    assessment                6, JOFI Personality Traits, Personality",
    ]
    assert "team                          100, Recruiting" in lines
    assert [line for line in lines if line.startswith("job_fit_summary_url ") and line.endswith("?r=jfs&zones=1_5")]
    assert "None" not in jofi.out


def test_a_list_without_items(jofi: Command) -> None:
    jofi("test-takers", "list", "--sandbox")
    assert jofi.out == "There are none.\n"
    jofi("test-takers", "list", "--sandbox", "--csv")
    assert jofi.out.startswith("object,id,first_name,last_name,email,")


def test_filters_and_a_cut_list(jofi: Command, fake: FakeJofi) -> None:
    for number in range(160):
        fake.invite(f"person{number}@example.org", custom_id="REQ-18")
    assert jofi("invitations", "list") == 0
    assert jofi.err == "50 of 162 shown: read all with --all, or narrow with --custom-id or --email.\n"
    assert jofi("invitations", "list", "--custom-id", "req-18", "--csv") == 0
    assert jofi.err == "150 of 160 shown: read all with --all, or narrow with --custom-id or --email.\n"
    assert len(rows_of(jofi.out)) == 150
    assert jofi("invitations", "list", "--email", "person15@", "--json") == 0
    assert (json.loads(jofi.out)["total_count"], jofi.err) == (1, "")


def test_a_cut_list_that_cannot_be_narrowed(jofi: Command, fake: FakeJofi) -> None:
    for number in range(31):
        fake.accept(fake.invite(f"person{number}@example.org").id)
    jofi("test-takers", "list")
    assert jofi.err == "30 of 32 shown; JOFI has no way to ask for the rest.\n"


@pytest.mark.usefixtures("fake")
def test_users_show_their_defaults(jofi: Command) -> None:
    jofi("users")
    assert jofi.out.splitlines()[2].split() == ["11112", "noteam.recruiter@jofiscore.com", "none", "6,", "8", "1000"]


@pytest.mark.usefixtures("fake")
def test_no_cell_of_a_csv_is_a_formula(jofi: Command) -> None:
    jofi("invitations", "list", "--csv")
    assert {row["custom_id"] for row in rows_of(jofi.out)} == {"REQ-17", "'=1+1"}


# create and update


def create(*args: str) -> list[str]:
    person = ["--first-name", "Ada", "--last-name", "Lovelace", "--email", "ada@example.org"]
    return ["invitations", "create", *person, "--inviter", INVITER, *args]


def test_create(jofi: Command, fake: FakeJofi) -> None:
    assert jofi(*create("--assessment", "6", "--assessment", "7", "--custom-id", "X", "--no-email", "--json")) == 0
    assert jofi.err == "Created\n"
    answer: Any = json.loads(jofi.out)
    assert (answer["email"], answer["custom_id"]) == ("ada@example.org", "X")
    assert [one["id"] for one in answer["invitation_assessments"]] == [6, 7]
    assert len(fake.messages) == 3
    assert jofi(*create()) == 0
    assert jofi.err.startswith("Existed: Team already has an invitation with email")
    assert jofi(*create("--ref-text", "r" * 61)) == 3
    assert jofi.err.startswith("Refused: ref_text: has 61 characters")


def test_create_that_cannot_go_on(jofi: Command, fake: FakeJofi) -> None:
    fake.world.users.clear()
    assert jofi(*create()) == 5
    assert jofi.err.startswith("Not attempted: User not found with email")


def test_create_needs_a_person(jofi: Command) -> None:
    assert jofi("invitations", "create", "--sandbox", "--inviter", INVITER, "--email", "a@example.org") == 2
    assert said(jofi) == "Error: --first-name is missing"


@pytest.mark.parametrize(("answer", "code", "invited"), [("y", 0, 3), ("", 2, 2)])
def test_create_asks_who_is_there(
    jofi: Command, fake: FakeJofi, monkeypatch: pytest.MonkeyPatch, answer: str, code: int, invited: int
) -> None:
    monkeypatch.setattr("jofi_async.cli.jofi.invitations.someone_is_there", lambda: True)
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{answer}\n"))
    assert jofi(*create()) == code
    assert "Invite ada@example.org at https://www.jofiscore.com/api/v2? [y/N]" in " ".join(jofi.err.split())
    assert len(fake.invitations) == invited


def test_create_that_gets_no_answer_is_settled(jofi: Command, live: Live) -> None:
    fake = FakeJofi()

    class Losing:
        def __init__(self) -> None:
            self.lost = 0

        async def handle(self, request: Request) -> Response:
            response = await fake.handle(request)
            if request.method == "POST" and not self.lost:
                self.lost += 1
                return Response(502, {}, b"")
            return response

    live(Losing())
    assert jofi(*create()) == 0
    assert jofi.err == "Created\n"
    assert len(fake.messages) == 1


def test_update(jofi: Command, fake: FakeJofi) -> None:
    changes = ["--first-name", "Lindsay", "--clear", "custom-id", "--clear", "congrats-template", "--no-congrats"]
    assert jofi("invitations", "update", "12345", *changes, "--json") == 0
    answer: Any = json.loads(jofi.out)
    assert (answer["first_name"], answer["custom_id"], answer["congrats_email_template"]) == ("Lindsay", None, None)
    assert json.loads(fake.requests[-1].body) == {
        "first_name": "Lindsay",
        "send_congrats_notification": False,
        "custom_id": None,
        "congrats_email_template_id": None,
    }


@pytest.mark.usefixtures("fake")
def test_updates_that_cannot_be_right(jofi: Command) -> None:
    assert jofi("invitations", "update", "12345") == 2
    assert "at least one field" in said(jofi)
    assert jofi("invitations", "update", "12345", "--phone", "1", "--clear", "phone") == 2
    assert said(jofi) == "Error: --phone and --clear phone do not go together"
    assert jofi("invitations", "update", "99", "--first-name", "x") == 3
    assert jofi("invitations", "update", "12345", "--assessment", "6") == 3


# failures


@pytest.mark.parametrize(("key", "code"), [("sk_live_wrong", 5), ("sk_test_sandbox", 0)])
def test_keys(jofi: Command, live: Live, key: str, code: int) -> None:
    live(FakeJofi(), key=key)
    assert jofi("account") == code
    assert ("This is a test key" in jofi.err) is (code == 0)
    assert ("Account not found for API key" in jofi.err) is (code == 5)


@pytest.mark.parametrize(("status", "body", "code"), [(503, b"", 4), (200, b"{", 1), (404, b"<html>", 5)])
def test_answers_that_are_none(jofi: Command, live: Live, status: int, body: bytes, code: int) -> None:
    class Odd:
        async def handle(self, request: Request) -> Response:
            return Response(status, {"content-type": "application/json"}, body)

    live(Odd())
    assert jofi("teams") == code
    assert said(jofi)


def test_two_forms_at_once(jofi: Command) -> None:
    assert jofi("teams", "--sandbox", "--json", "--csv") == 2
    assert said(jofi) == "Error: --json and --csv do not go together"


def test_what_jofi_sends_does_not_command_the_terminal(jofi: Command, fake: FakeJofi) -> None:
    fake.world.teams[0].display_name = "[red]\x1b[31mEvil"
    jofi("teams")
    assert "\x1b" not in jofi.out
    assert "[red] [31mEvil" in jofi.out


# help and completion


def test_the_help_names_every_command_in_its_section(jofi: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert jofi("--help") == 0
    assert {name for names in SECTIONS.values() for name in names} <= set(COMMANDS)
    assert set(JOFI) <= set(COMMANDS)
    for name in COMMANDS:
        [line] = [line for line in jofi.out.splitlines() if line.startswith(f"  {name} ")]
        assert not line.endswith("...") or name == "test-takers"
    assert max(map(len, jofi.out.splitlines())) <= 80


@pytest.mark.parametrize("group", ["", "invitations", "test-takers"])
def test_a_group_alone_shows_its_help(jofi: Command, group: str) -> None:
    assert jofi(*group.split()) == 0
    assert jofi.out.startswith("Usage: jofi")
    assert jofi.err == ""


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts(jofi: Command, shell: str) -> None:
    assert jofi("completion", shell) == 0
    assert f"_JOFI_COMPLETE={shell}_complete" in jofi.out


@pytest.mark.parametrize(
    ("words", "expected"),
    [("jofi inv", {"invite", "invitations"}), ("jofi invitations c", {"create"}), ("jofi check --in", {"--inviter"})],
)
def test_a_shell_is_told_how_words_go_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: str, expected: set[str]
) -> None:
    monkeypatch.setenv("_JOFI_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", words)
    monkeypatch.setenv("COMP_CWORD", str(len(words.split()) - 1))
    with pytest.raises(SystemExit) as caught:
        main([])
    assert caught.value.code == 0
    assert {line.partition(",")[2] for line in capsys.readouterr().out.splitlines()} == expected


def test_commands_are_found_by_click_itself() -> None:
    from jofi_async.cli.app import _group  # pyright: ignore[reportPrivateUsage]

    group = _group()
    with click.Context(group) as context:
        assert group.list_commands(context) == list(COMMANDS)
        assert all(group.get_command(context, name) for name in COMMANDS)
