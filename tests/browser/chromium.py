"""Debian's Chromium, clicked and looked at, on a thread of its own beside the sandbox's event loop."""

import asyncio
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from time import monotonic
from typing import Any, Self, TypeVar

T = TypeVar("T")

FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
SIZES = {"wide": {"width": 1360, "height": 880}, "narrow": {"width": 390, "height": 844}}
SCHEMES = ("light", "dark")
PATIENCE = 30.0


class Chromium:
    """A browser with one page, which is used by `do` and `ask` alone.

    Args:
        screenshots: Where its screenshots go.
    """

    def __init__(self, screenshots: Path) -> None:
        self._screenshots = screenshots
        self._thread = ThreadPoolExecutor(1)
        self._complaints: list[str] = []
        self.page: Any = None

    def __enter__(self) -> Self:
        self.do(self._open)
        return self

    def __exit__(self, *_: object) -> None:
        self.do(self._close)
        self._thread.shutdown()

    def do(self, work: Callable[[], T]) -> T:
        """Run a function of a test on the browser's thread."""
        return self._thread.submit(work).result()

    async def ask(self, work: Callable[[], T]) -> T:
        """The same, while the event loop goes on."""
        return await asyncio.wrap_future(self._thread.submit(work))

    def look(self, size: str, scheme: str) -> None:
        """Choose a size and a scheme of colours."""
        self.page.set_viewport_size(SIZES[size])
        self.page.emulate_media(color_scheme=scheme)

    def find(self, css: str, text: str = "") -> Any:
        """The first element that is shown and holds a text, once there is one."""
        found = self.page.locator(f"{css} >> visible=true", has_text=text).first
        found.wait_for()
        return found

    def shows(self, css: str, count: int) -> None:
        """Wait until there are so many elements of a kind."""
        self.until(lambda: self.page.locator(css).count() == count, f"{count} of {css}")

    def until(self, condition: Callable[[], object], what: str) -> None:
        """Wait for something."""
        end = monotonic() + PATIENCE
        while not condition():
            assert monotonic() < end, f"in vain: {what}"
            self.page.wait_for_timeout(50)

    def photograph(self, name: str) -> None:
        """Take a screenshot in each size and scheme; the page must fit the screen's width in each."""
        for size in SIZES:
            for scheme in SCHEMES:
                self.look(size, scheme)
                assert self.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (name, size)
                self.page.screenshot(path=self._screenshots / f"{name}-{size}-{scheme}.png")
        self.look("wide", "light")

    def complaints(self) -> list[str]:
        """What the page's console has said since the last time: errors of scripts, and what the policy has refused."""
        said, self._complaints = self._complaints, []
        return said

    def _open(self) -> None:
        sync_api: Any = import_module("playwright.sync_api")
        self._playwright: Any = sync_api.sync_playwright().start()
        self._browser: Any = self._playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        self.page = self._browser.new_page()
        self.page.set_default_timeout(PATIENCE * 1000)
        self.page.on("console", self._hear)
        self.page.on("pageerror", self._note)
        self.look("wide", "light")

    def _close(self) -> None:
        self._browser.close()
        self._playwright.stop()

    def _note(self, error: Any) -> None:
        self._complaints.append(str(error))

    def _hear(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self._complaints.append(message.text)
