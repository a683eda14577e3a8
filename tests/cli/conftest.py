"""Fixtures of the command line's tests."""

from pathlib import Path

import pytest

from tests.cli.support import Command


@pytest.fixture
def jofi(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    for variable in ("JOFI_API_KEY", "JOFI_BASE_URL", "COLUMNS", "FORCE_COLOR"):
        monkeypatch.delenv(variable, raising=False)
    return Command(tmp_path, capsys)
