"""Debian's Chromium, clicked and looked at."""

import base64
import shutil
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, Self

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--hide-scrollbars",
)
SIZES = {"wide": (1360, 880), "narrow": (390, 844)}
SCHEMES = ("light", "dark")
PATIENCE = 20


class Chromium:
    """A browser with a profile of its own.

    Args:
        profile: An empty folder.
        screenshots: Where its screenshots go.
    """

    def __init__(self, profile: Path, screenshots: Path) -> None:
        webdriver: Any = import_module("selenium.webdriver")
        service: Any = import_module("selenium.webdriver.chrome.service")
        options = webdriver.ChromeOptions()
        options.binary_location = shutil.which("chromium")
        for flag in (*FLAGS, f"--user-data-dir={profile}"):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver: Any = webdriver.Chrome(options=options, service=service.Service(shutil.which("chromedriver")))
        self._screenshots = screenshots
        self.look("wide", "light")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.driver.quit()

    def look(self, size: str, scheme: str) -> None:
        """Choose a size and a scheme of colours."""
        width, height = SIZES[size]
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": size == "narrow"}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})

    def visit(self, url: str) -> None:
        """Open a page, and wait until it follows what happens."""
        self.driver.get(url)
        self.until(lambda: self.script("return document.readyState === 'complete'"))

    def script(self, text: str, *args: object) -> Any:
        """Run a script in the page."""
        return self.driver.execute_script(text, *args)

    def shows(self, css: str, count: int) -> bool:
        """Whether there are so many elements of a kind."""
        return len(self.driver.find_elements("css selector", css)) == count

    def find(self, css: str, text: str = "") -> Any:
        """The first element that is shown and holds a text, once there is one."""
        found: list[Any] = []

        def look() -> bool:
            elements = self.driver.find_elements("css selector", css)
            found[:] = [one for one in elements if text in one.text and one.is_displayed()]
            return bool(found)

        self.until(look, f"{css} {text!r}")
        return found[0]

    def click(self, css: str, text: str = "") -> None:
        """Click it, once it is there."""

        def press() -> bool:
            self.find(css, text).click()
            return True

        self.until(press)

    def until(self, condition: Callable[[], object], what: str = "") -> None:
        """Wait for something; an element that was just drawn anew is looked for again."""
        exceptions: Any = import_module("selenium.common.exceptions")
        ui: Any = import_module("selenium.webdriver.support.ui")
        drawn_anew = [exceptions.StaleElementReferenceException, exceptions.ElementClickInterceptedException]
        wait = ui.WebDriverWait(self.driver, PATIENCE, 0.05, ignored_exceptions=drawn_anew)

        def met(_: Any) -> object:
            return condition()

        wait.until(met, what)

    def photograph(self, name: str) -> None:
        """Take a screenshot in each size and scheme; the page must fit the screen's width in each."""
        for size in SIZES:
            for scheme in SCHEMES:
                self.look(size, scheme)
                assert self.script("return document.documentElement.scrollWidth <= innerWidth"), (name, size)
                shot = self.driver.execute_cdp_cmd("Page.captureScreenshot", {"format": "png"})
                (self._screenshots / f"{name}-{size}-{scheme}.png").write_bytes(base64.b64decode(shot["data"]))
        self.look("wide", "light")

    def complaints(self) -> list[str]:
        """What the page's console has said: errors of scripts, and what the policy has refused."""
        return [entry["message"] for entry in self.driver.get_log("browser")]
