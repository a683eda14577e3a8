"""Before real people are contacted, a person at a terminal is asked."""

import io
import sys

import pytest

from jofi_async import FakeJofi
from tests.cli.support import PEOPLE, Command, Live, kinds

MORE = PEOPLE + "Grace,,grace@example.org,\nAda,Lovelace,ADA@example.org,\n"


class Terminal(io.StringIO):
    """A person who has typed already."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> "Typed":
    return Typed(monkeypatch)


class Typed:
    """Puts a person at the terminal."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch

    def __call__(self, text: str, *, sees: bool = True) -> None:
        self._monkeypatch.setattr(sys, "stdin", Terminal(text))
        if sees:
            self._monkeypatch.setattr(sys.stderr, "isatty", lambda: True)


@pytest.fixture
def fake(live: Live) -> FakeJofi:
    fake = FakeJofi()
    live(fake)
    return fake


@pytest.mark.parametrize("answer", ["y\n", "Yes\n", " y \n"])
def test_yes_sends(jofi: Command, fake: FakeJofi, typed: Typed, answer: str) -> None:
    typed(answer)
    assert jofi.invite(MORE, "--team", 101, "--assessment", 6, "--assessment", 8, sandbox=False) == 3
    assert len(fake.invitations) == 2
    told = [line.split(None, 1) for line in jofi.err.splitlines() if line.startswith("  ")]
    assert [line for line in told if "<-" not in line[1]] == [
        ["invited", "2 people, 2 refused unsent"],
        ["inviter", "jane.recruiter@jofiscore.com"],
        ["team", "101"],
        ["assessments", "6, 8"],
        ["template", "the inviter's default"],
        ["e-mail", "yes"],
        ["text", "no"],
        ["at", "https://www.jofiscore.com/api/v2"],
    ]
    assert "Invite 2 people? [y/N] " in jofi.err


@pytest.mark.parametrize("answer", ["n\n", "\n", "", "yep\n"])
def test_anything_else_sends_nothing_and_touches_no_file(
    jofi: Command, fake: FakeJofi, typed: Typed, answer: str
) -> None:
    jofi.outcomes.write_text("earlier", encoding="utf-8")
    typed(answer)
    assert jofi.invite(MORE, sandbox=False) == 2
    assert jofi.err.endswith("Nothing was sent.\n")
    assert not fake.requests
    assert jofi.outcomes.read_text("utf-8") == "earlier"
    assert sorted(path.name for path in jofi.folder.iterdir()) == ["people.csv", "people.csv.outcomes.csv"]


def test_columns_are_named_and_what_is_settled_is_counted(jofi: Command, fake: FakeJofi, typed: Typed) -> None:
    text = "First Name,Last Name,Email,Team ID,Send Email\nAda,L,a@example.org,,\nAlan,T,b@example.org,101,\n"
    assert jofi.invite(text + "Grace,,c@example.org,,\n,,d@example.org,,\n", sandbox=False) == 3
    mended = jofi.outcomes.read_text("utf-8-sig").replace(",Grace,,", ",Grace,Hopper,")
    typed("y\n")
    assert jofi.invite(mended, "--team", 100, "--no-email", sandbox=False) == 3
    assert "  invited      1 person, 1 refused unsent, 2 settled already\n" in jofi.err
    assert "  team         as column 'team_id' says, else 100\n" in jofi.err
    assert "  e-mail       as column 'send_via_email' says, else no\n" in jofi.err
    assert "Invite 1 person? [y/N] " in jofi.err
    assert len(fake.invitations) == 3


def test_nobody_is_asked_who_does_not_see_it(jofi: Command, fake: FakeJofi, typed: Typed) -> None:
    typed("", sees=False)
    assert jofi.invite(PEOPLE, sandbox=False) == 0
    assert "[y/N]" not in jofi.err


def test_nobody_is_asked_who_cannot_answer(jofi: Command, fake: FakeJofi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    assert jofi.invite(PEOPLE, sandbox=False) == 0
    assert len(fake.invitations) == 2


def test_nobody_is_asked_who_has_said_yes(jofi: Command, fake: FakeJofi, typed: Typed) -> None:
    typed("")
    assert jofi.invite(PEOPLE, "--yes", sandbox=False) == 0
    assert "[y/N]" not in jofi.err


def test_nobody_is_asked_when_nobody_is_contacted(jofi: Command, live: Live, typed: Typed) -> None:
    typed("")
    live(FakeJofi(), "sk_test_sandbox")
    assert jofi.invite(PEOPLE, sandbox=False) == 0
    assert "nobody is contacted" in jofi.err
    live(FakeJofi())
    assert jofi.invite(PEOPLE, "--dry-run", sandbox=False) == 0
    assert jofi.invite("First Name,Last Name,Email\n,,\n,x,y\n", sandbox=False) == 3
    assert kinds(jofi.rows()) == {"refused": 1}
    assert jofi.invite(PEOPLE) == 0
    assert "[y/N]" not in jofi.err


def test_an_interruption_at_the_question_sends_nothing(
    jofi: Command, fake: FakeJofi, typed: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> str:
        raise KeyboardInterrupt

    typed("")
    monkeypatch.setattr("builtins.input", interrupt)
    assert jofi.invite(PEOPLE, sandbox=False) == 130
    assert not fake.requests
    assert not jofi.outcomes.exists()
