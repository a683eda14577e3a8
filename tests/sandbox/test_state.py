"""A state file: a world that survives restarts, and a file that is never harmed."""

import asyncio
import json
import os
import stat
from pathlib import Path

import pytest

from jofi_async.core.errors import ConfigurationError
from jofi_async.jofi.fake import FakeJofi, JofiMount
from jofi_async.sandbox import Sandbox
from jofi_async.sandbox import state as state_module
from tests.sandbox.support import LINDA, Answer, ask, shown

INVITATIONS = "/api/v2/invitations"


def read(path: Path) -> bytes:
    return path.read_bytes()


def write(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def facts(path: Path) -> os.stat_result:
    return path.stat()


def beside(path: Path) -> list[str]:
    return [one.name for one in path.parent.iterdir()]


def invited(path: Path) -> list[str]:
    content = json.loads(read(path))
    return [one["email"] for one in content["services"]["jofi"]["invitations"]]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "world.json"


async def test_a_world_survives_a_restart_and_answers_alike(path: Path) -> None:
    through, restarted = FakeJofi(seed=7), FakeJofi(seed=7)
    async with Sandbox(JofiMount(through)) as sandbox:
        port = int(sandbox.url.rpartition(":")[2])
        whole = [await ask(sandbox, "POST", INVITATIONS, {**LINDA, "email": f"p{n}@x.org"}) for n in range(4)]
    halves: list[Answer] = []
    for fake, numbers in ((restarted, (0, 1)), (FakeJofi(seed=99), (2, 3))):
        async with Sandbox(JofiMount(fake), state=path, port=port) as sandbox:
            halves += [await ask(sandbox, "POST", INVITATIONS, {**LINDA, "email": f"p{n}@x.org"}) for n in numbers]
            messages = await shown(sandbox, "messages")
    assert halves == whole
    assert len(messages) == 4


async def test_a_change_is_saved_soon_and_a_look_is_not(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state_module, "PAUSE", 0)
    async with Sandbox(JofiMount(), state=path) as sandbox:
        for place, body in ((INVITATIONS, LINDA), ("/_sandbox/invitations/12345/accept", None)):
            before = read(path)
            await ask(sandbox, "POST", place, body)
            async with asyncio.timeout(5):
                while read(path) == before:
                    await shown(sandbox, "faults")
        before_looking = facts(path).st_ino
        await ask(sandbox, "GET", INVITATIONS)
        await shown(sandbox, "world")
        assert facts(path).st_ino == before_looking
    assert invited(path) == [LINDA["email"]]


async def test_late_effects_are_saved_at_the_end(path: Path) -> None:
    async with Sandbox(JofiMount(), state=path, faults="late=3600") as sandbox:
        with pytest.raises(ConnectionError):
            await ask(sandbox, "POST", INVITATIONS, LINDA)
        assert invited(path) == []
    assert invited(path) == [LINDA["email"]]


async def test_only_its_owner_may_read_it_and_nothing_else_is_left_behind(path: Path) -> None:
    async with Sandbox(JofiMount(), state=path):
        assert beside(path) == [path.name]
    assert stat.S_IMODE(facts(path).st_mode) == 0o600


async def test_a_link_to_it_stays_a_link(path: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.json"
    link.symlink_to(path)
    async with Sandbox(JofiMount(), state=link):
        pass
    assert link.is_symlink()
    assert invited(path) == []


def state(**changes: object) -> bytes:
    services = {"jofi": JofiMount().save()}
    return json.dumps({"format": "jofi-sandbox", "version": 1, "services": services, **changes}).encode()


UNFIT = [
    (b"", "it is no JSON"),
    (b"\xff\xfe", "it is no JSON"),
    (b"[" * 100_000, "it is no JSON"),
    (b"[]", "something else wrote it"),
    (b'{"name": "something"}', "something else wrote it"),
    (state()[:-1], "it is no JSON"),
    (state(version=2), "it is of version 2, and this sandbox knows version 1"),
    (b'{"format": "jofi-sandbox"}', "it is of version None"),
    (state(services=[]), "it holds no services"),
    (state(services={"jofi": None}), "JOFI cannot read it"),
    (state(services={"jofi": {"world": {}}}), "JOFI cannot read it"),
    (state(services={"other": {}}), "it holds other, which this sandbox does not serve"),
]


@pytest.mark.parametrize(("content", "words"), UNFIT)
async def test_a_file_that_is_no_state_is_refused_and_left_as_it_is(path: Path, content: bytes, words: str) -> None:
    write(path, content)
    with pytest.raises(ConfigurationError) as caught:
        async with Sandbox(JofiMount(), state=path):
            pass
    assert words in caught.value.message
    assert str(path) in caught.value.message
    assert read(path) == content


async def test_what_cannot_be_read_or_written_is_told_at_once(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    for path, words in [
        (tmp_path, "cannot be read: is a directory"),
        (tmp_path / "none" / "x", "cannot be written: no such file or directory"),
        (file / "x", "cannot be read: not a directory"),
    ]:
        with pytest.raises(ConfigurationError, match=words):
            async with Sandbox(JofiMount(), state=path):
                pass


async def test_a_taken_port_leaves_the_file_alone(path: Path) -> None:
    async with Sandbox(JofiMount()) as sandbox:
        with pytest.raises(ConfigurationError, match="taken"):
            async with Sandbox(JofiMount(), state=path, port=int(sandbox.url.rpartition(":")[2])):
                pass
    assert beside(path) == []


async def test_a_full_disk_is_told_and_the_old_file_stays(
    path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(state_module, "PAUSE", 0)
    sandbox = Sandbox(JofiMount(), state=path)
    await sandbox.__aenter__()
    before = read(path)
    monkeypatch.setattr(os, "fsync", full)
    assert (await ask(sandbox, "POST", INVITATIONS, LINDA)).status == 201
    async with asyncio.timeout(5):
        while "no space left on device" not in caplog.text:
            await shown(sandbox, "faults")
    with pytest.raises(ConfigurationError, match="no space left"):
        await sandbox.__aexit__(None, None, None)
    assert read(path) == before
    assert beside(path) == [path.name]
