"""What a person is told when it does not work: one sentence each, and the exit code."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from jofi_async import FakeJofi, Request, Response
from tests.cli.support import INVITER, PEOPLE, Command, Live, kinds, said
from tests.support.server import serve

NAMES = "First Name,Last Name"


@pytest.mark.parametrize(
    ("content", "args", "sentence"),
    [
        (b"", (), "is empty"),
        (f"{NAMES}\nA,B\n", (), "No column is email; the columns are 'First Name', 'Last Name'; "
         "name it with --map email=HEADER"),
        ("Name,Email\nA B,c\n", (), "No column is first_name or last_name; the columns are 'Name', 'Email'; "
         "name them with --map first_name=HEADER --map last_name=HEADER"),
        (f"{NAMES},Email,Work Email\nA,B,c,d\n", (), "'Email' and 'Work Email' could each be email; "
         "choose with --map email=Email"),
        (f"{NAMES},Work Email,Personal Email\nA,B,c,d\n", (), "choose with --map email='Work Email'"),
        (f"{NAMES},Email,Phone,Phone\nA,B,c,d,e\n", (), "2 columns are headed 'Phone', and one phone is needed: "
         "rename or delete the other; or leave it out with --map phone="),
        (PEOPLE, ("--map", "mail=Email"), "There is no field 'mail'; the fields are first_name, last_name, email,"),
        (PEOPLE, ("--map", "email=Mail"), "No column is headed 'Mail'; the columns are"),
        (PEOPLE, ("--map", "email"), "'email' is not FIELD=HEADER"),
        (PEOPLE, ("--map", "email=A", "--map", "email=B"), "email is given two columns"),
        (PEOPLE, ("--rate", "0"), "--rate"),
        (PEOPLE, ("--rate", "nan"), "per_second must be a positive number"),
        (PEOPLE, ("--burst", "0"), "--burst"),
        (PEOPLE, ("--in-flight", "0"), "--in-flight"),
        (PEOPLE, ("--stop-after", "0"), "--stop-after"),
        (PEOPLE, ("--assessment", "1", "--assessment", "6"), "--assessment: choose either Prescreen (1) or other"),
        (PEOPLE, ("--api-key-file", "key"), "--sandbox takes no key"),
        (PEOPLE, ("--outcomes", "/nowhere/o.csv"), "The outcomes cannot be written to /nowhere/o.csv"),
        (PEOPLE, ("--encoding", "klingon"), "There is no encoding 'klingon'"),
    ],
)  # fmt: skip
def test_usage(jofi: Command, content: str | bytes, args: tuple[str, ...], sentence: str) -> None:
    assert jofi.invite(content, *args) == 2
    assert sentence in said(jofi)
    assert not jofi.outcomes.exists()


def test_files_that_are_none(jofi: Command) -> None:
    options = ("--sandbox", "--inviter", INVITER)
    assert jofi("invite", jofi.folder / "nothing.csv", *options) == 2
    assert said(jofi).startswith("Error: There is no file ")
    assert jofi("invite", jofi.folder, *options) == 2
    assert "is a folder" in said(jofi)
    assert jofi("invite") == 2
    assert "FILE" in said(jofi)


def test_the_inviter(jofi: Command) -> None:
    path = jofi.write(PEOPLE)
    assert jofi("invite", path, "--sandbox") == 2
    assert said(jofi) == "Error: Who invites? Name a JOFI user with --inviter EMAIL"
    assert jofi.invite(PEOPLE, inviter="jane") == 2
    assert said(jofi) == "Error: --inviter: this is no e-mail address"


def test_the_outcomes_are_never_the_input(jofi: Command) -> None:
    path = jofi.write(PEOPLE)
    assert jofi.invite(PEOPLE, "--outcomes", path) == 2
    assert "since it is the input" in said(jofi)
    assert path.read_text(encoding="utf-8") == PEOPLE


def test_a_wrong_key_stops_the_job(jofi: Command, live: Live) -> None:
    live(FakeJofi(), "sk_live_wrong")
    assert jofi.invite(PEOPLE, sandbox=False) == 5
    assert "Account not found for API key" in said(jofi)
    assert not jofi.outcomes.exists()  # it did not begin
    assert jofi.invite(PEOPLE, "--in-flight", 1, "--no-journal", sandbox=False) == 5
    assert "Account not found for API key" in said(jofi)
    assert "Check the key and the base URL" in said(jofi)
    assert kinds(jofi.rows()) == {"not_attempted": 2}
    assert "Account not found" in jofi.rows()[1]["reason"]


def test_an_unknown_inviter_stops_the_job(jofi: Command) -> None:
    assert jofi.invite(PEOPLE, inviter="nobody@example.org") == 5
    assert "User not found with email" in said(jofi)
    assert "`jofi check --inviter EMAIL` tells what else is missing" in jofi.out
    assert kinds(jofi.rows()) == {"not_attempted": 2}


def test_a_test_key_is_told(jofi: Command, live: Live) -> None:
    live(FakeJofi(), "sk_test_sandbox")
    assert jofi.invite(PEOPLE, sandbox=False) == 0
    assert "This is a test key: JOFI's answers are made up, and nobody is contacted." in jofi.err
    assert "This was a test key" in jofi.out


def test_people_who_are_there_already(jofi: Command, live: Live) -> None:
    live(FakeJofi())
    assert jofi.invite(PEOPLE, "--no-journal", sandbox=False) == 0
    assert jofi.invite(PEOPLE, "--no-journal", sandbox=False) == 0
    assert kinds(jofi.rows()) == {"existed": 2}
    assert all(row["assessment_url"] for row in jofi.rows())


class _Broken(FakeJofi):
    """Answers every create with a failure, and lists."""

    async def handle(self, request: Request) -> Response:
        if request.method == "GET":
            return await super().handle(request)
        return Response(500, {"content-type": "application/json"}, json.dumps({"error": "broken"}).encode())


def test_what_may_have_been_sent_is_unknown(jofi: Command, live: Live) -> None:
    live(_Broken())
    assert jofi.invite(PEOPLE, sandbox=False) == 4
    assert kinds(jofi.rows()) == {"unknown": 2}
    assert {row["attempts"] for row in jofi.rows()} == {"4"}
    assert "2  unknown" in jofi.out


class _Forgetful(FakeJofi):
    """Does what it is asked, and answers every create with a failure."""

    async def handle(self, request: Request) -> Response:
        answer = await super().handle(request)
        return answer if request.method == "GET" else Response(502)


def test_what_took_effect_without_an_answer_is_found(jofi: Command, live: Live) -> None:
    fake = _Forgetful()
    live(fake)
    assert jofi.invite(PEOPLE, sandbox=False) == 0
    assert kinds(jofi.rows()) == {"created": 2}
    assert all(row["invitation_id"] for row in jofi.rows())
    assert len(fake.invitations) == 2


def test_an_unexpected_error_tells_no_personal_data(jofi: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down(_: object) -> None:
        raise KeyError("ada@example.org")

    monkeypatch.setattr("jofi_async.cli.jofi.inviting._describe", break_down)
    assert jofi.invite(PEOPLE) == 1
    assert "Unexpected KeyError in test_trouble.py" in said(jofi)
    assert "ada@" not in jofi.err


def test_an_interruption_before_anything_is_sent(jofi: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("jofi_async.cli.errand.open_table", interrupt)
    assert jofi.invite(PEOPLE) == 130
    assert said(jofi) == "Error: Stopped."


def test_without_its_extra_the_command_says_what_to_install(jofi: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "click", None)
    assert jofi("--version") == 2
    assert said(jofi) == "Error: This needs the package click: pip install 'jofi-async[cli]'"


def test_another_module_that_is_missing_is_a_fault_of_ours(jofi: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jofi_async.cli.lazy", None)
    assert jofi("--version") == 1
    assert "Unexpected ModuleNotFoundError in app.py" in said(jofi)


def test_an_unknown_command(jofi: Command) -> None:
    assert jofi("invent") == 2
    assert "No such command 'invent'" in said(jofi)


def test_the_live_path_imports_no_fake() -> None:
    code = "import sys; from jofi_async.cli.app import main; main(['invite', '--help']); "
    code += "sys.exit('jofi_async.jofi.fake' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, capture_output=True).returncode == 0


async def test_signals_end_a_command_in_order(tmp_path: Path) -> None:
    """The server never answers a create: the first signal waits for it, the second does not."""

    class Silent(FakeJofi):
        async def handle(self, request: Request) -> Response:
            if request.method == "GET":
                return await super().handle(request)
            arrived.set()
            await over.wait()
            return Response(500)

    arrived, over = asyncio.Event(), asyncio.Event()
    environment = {"no_proxy": "127.0.0.1", "JOFI_API_KEY": "sk_live_sandbox"}
    path = tmp_path / "people.csv"
    path.write_text(PEOPLE + "Grace,Hopper,grace@example.org,\n", encoding="utf-8")
    async with serve(Silent()) as url:
        process = await asyncio.create_subprocess_exec(
            *(
                sys.executable,
                "-m",
                "jofi_async.cli.app",
                "invite",
                str(path),
                "--inviter",
                INVITER,
                "--in-flight",
                "1",
            ),
            env={**os.environ, **environment, "JOFI_BASE_URL": f"{url}/api/v2"},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        assert process.stdout is not None
        assert process.stderr is not None
        await arrived.wait()
        process.terminate()
        said = [line async for line in _until(process.stderr, b"Stopping")]
        process.terminate()
        out, rest = await asyncio.gather(process.stdout.read(), process.stderr.read())
        over.set()
        assert await process.wait() == 143
    assert b"rows in flight (1) have 10 s to be answered" in said[-1]
    assert b"Ending at once." in rest
    assert b"1  unknown" in out
    assert b"2  not attempted" in out
    command = path.with_name("people.csv.outcomes.csv").read_text(encoding="utf-8-sig").splitlines()
    assert [line.split(",")[:2] for line in command[1:]] == [
        ["2", "unknown"],
        ["3", "not_attempted"],
        ["4", "not_attempted"],
    ]


async def _until(stream: asyncio.StreamReader, start: bytes) -> AsyncGenerator[bytes]:
    async for line in stream:
        yield line
        if line.startswith(start):
            return
