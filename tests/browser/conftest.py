"""A headless Chromium for the tests of pages; `nox -s browser` runs them, and the default suite passes them over."""

import os
import shutil
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.browser.chromium import Chromium


@pytest.fixture(scope="session")
def screenshots() -> Path:
    """Where screenshots go; the session of nox names it, and without it no browser is started."""
    folder = os.environ.get("SCREENSHOTS")
    if folder is None:
        pytest.skip("nox -s browser runs it; SCREENSHOTS names a folder")
    return Path(folder)


@pytest.fixture(scope="session")
def chromium(screenshots: Path) -> Generator[Chromium, None, None]:
    """One browser for all tests."""
    if shutil.which("chromium") is None:
        pytest.skip("chromium is missing: install the Debian package chromium")
    with Chromium(screenshots) as browser:
        yield browser
