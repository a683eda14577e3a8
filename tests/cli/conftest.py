"""Fixtures of the command line's tests."""

import asyncio
import signal
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from jofi_async import FakeJofi
from jofi_async.cli.signals import SIGNALS
from jofi_async.testing import run_virtual
from jofi_async.transports.fake import FakeTransport, Handler
from tests.cli.support import At, Command, Live


@pytest.fixture(autouse=True)
def _signals_as_they_were() -> Iterator[None]:
    """A command that a signal has stopped ignores further ones, and pytest must not."""
    before = {number: signal.getsignal(number) for number in SIGNALS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def jofi(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    ours = ("JOFI_API_KEY", "JOFI_BASE_URL", "YARDSTIK_API_KEY", "YARDSTIK_BASE_URL")
    for variable in (*ours, "HTTP_PROXY", "http_proxy", "NO_PROXY", "COLUMNS", "FORCE_COLOR"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    return Command(tmp_path, capsys)


@pytest.fixture
def live(monkeypatch: pytest.MonkeyPatch) -> Live:
    """Lets a handler answer instead of the network, in virtual time."""

    def use(handler: Handler, key: str = "sk_live_sandbox") -> None:
        monkeypatch.setenv("JOFI_API_KEY", key)
        monkeypatch.setattr("jofi_async.cli.jofi.way.AiohttpTransport", partial(_transport, handler))
        monkeypatch.setattr(asyncio, "run", run_virtual)

    return use


@pytest.fixture
def fake(jofi: Command, live: Live) -> FakeJofi:
    """200 invitations, every other one in a group; the command is asked of them."""
    assert jofi.out == ""  # its environment is clean before a key is put there
    fake = FakeJofi()
    for number in range(200):
        fake.clock.advance(1)
        fake.invite(f"{number:03}@example.org", custom_id="REQ-17" if number % 2 else None)
    live(fake)
    return fake


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> At:
    """Lets a fake answer instead of the network, in virtual time."""

    def use(handler: Handler) -> None:
        monkeypatch.setenv("YARDSTIK_API_KEY", "yardstik_sandbox")
        monkeypatch.setenv("YARDSTIK_BASE_URL", "http://yardstik.example.org")
        monkeypatch.setattr("jofi_async.cli.yardstik.way.AiohttpTransport", partial(_transport, handler))
        monkeypatch.setattr(asyncio, "run", run_virtual)

    return use


def _transport(handler: Handler, **_: object) -> FakeTransport:
    return FakeTransport(handler)
