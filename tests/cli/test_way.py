"""How JOFI is reached: keys, addresses and proxies."""

import pytest

from jofi_async import FakeJofi
from tests.cli.support import PEOPLE, Command, said, served


def test_no_key_names_both_ways_on(jofi: Command) -> None:
    assert jofi.invite(PEOPLE, sandbox=False) == 2
    assert said(jofi) == (
        "Error: There is no key: set JOFI_API_KEY or give --api-key-file PATH, or try it with --sandbox"
    )


@pytest.mark.parametrize(
    ("mode", "content", "sentence"),
    [
        (0o644, "sk_live_sandbox", "can be read by others: chmod 600"),
        (0o600, "  \n", "is empty"),
        (0o600, b"\xff\xfe", "holds no key"),
        (0o600, "sk live", "The API key holds blanks"),
        (None, "", "cannot be read: No such file or directory"),
    ],
)
def test_the_key_file(jofi: Command, mode: int | None, content: str | bytes, sentence: str) -> None:
    path = jofi.folder / "key"
    if mode is not None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        path.chmod(mode)
    assert jofi.invite(PEOPLE, "--api-key-file", path, sandbox=False) == 2
    assert sentence in said(jofi)


def test_a_folder_is_no_key_file(jofi: Command) -> None:
    """And nobody is told to take away the right to enter it."""
    assert jofi.invite(PEOPLE, "--api-key-file", jofi.folder, sandbox=False) == 2
    assert said(jofi) == f"Error: The key file {jofi.folder} is a folder"


def test_a_key_file_goes_before_the_environment(jofi: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    path = jofi.folder / "key"
    path.write_text("sk_live_sandbox\n", encoding="utf-8")
    path.chmod(0o600)
    monkeypatch.setenv("JOFI_API_KEY", "sk_live_wrong")
    fake = FakeJofi()
    with served(fake) as url:
        monkeypatch.setenv("JOFI_BASE_URL", url)
        assert jofi.invite(PEOPLE, "--api-key-file", path, sandbox=False) == 0
    assert len(fake.invitations) == 2


def test_the_sandbox_takes_nothing_from_the_environment(jofi: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOFI_API_KEY", "no key at all")
    monkeypatch.setenv("JOFI_BASE_URL", "nonsense")
    assert jofi.invite(PEOPLE) == 0


def test_a_proxy_of_the_environment_is_used(jofi: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """It forwards to a JOFI that only it knows."""
    fake = FakeJofi()
    with served(fake) as url:
        monkeypatch.setenv("JOFI_API_KEY", "sk_live_sandbox")
        monkeypatch.setenv("JOFI_BASE_URL", "http://jofi.invalid/api/v2")
        monkeypatch.setenv("http_proxy", url.removesuffix("/api/v2"))
        assert jofi.invite(PEOPLE, sandbox=False) == 0
    assert len(fake.invitations) == 2


def test_a_proxy_that_is_none(jofi: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOFI_API_KEY", "sk_live_sandbox")
    monkeypatch.setenv("JOFI_BASE_URL", "http://jofi.invalid/api/v2")
    monkeypatch.setenv("http_proxy", "socks5://127.0.0.1:1")
    assert jofi.invite(PEOPLE, sandbox=False) == 5
    assert "The URL of a proxy must read" in said(jofi)
    assert not jofi.outcomes.exists()
