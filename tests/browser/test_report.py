"""The report in a real browser: `nox -s browser`; screenshots are left in the folder SCREENSHOTS."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from jofi_async import SourceRow
from jofi_async.reconcile.report import write_report
from tests.reconcile.account import Account, row

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is missing: run `nox -s browser`")
CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is missing: install the Debian package chromium")

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page
else:
    Browser = Page = Any

FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
VIEWS = {
    "wide-light": (1280, 900, "light"),
    "wide-dark": (1280, 900, "dark"),
    "phone-light": (390, 844, "light"),
    "phone-dark": (390, 844, "dark"),
}
NASTY = "<img src=x onerror=\"document.title='bad'\"></script><script>document.title='bad'</script>"
ROWS = 400


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report of all kinds of rows, one of them nasty."""
    account = Account()
    for number in range(ROWS):
        if number % 4:
            there = account.invite(f"p{number}@example.org", person_id=f"P{number}", custom_id="REQ-1")
            if number % 3:
                account.fake.accept(there.id)
    account.invite("stranger@example.org", custom_id="REQ-1", first_name=NASTY)
    rows = [
        row(f"p{number}", person_id=f"P{number}", custom_id="REQ-1", last_name=last_name(number))
        for number in range(ROWS)
    ]
    plan = account.plan([SourceRow(one, line) for line, one in enumerate(rows, 2)])
    path = tmp_path_factory.mktemp("report") / "report.html"
    write_report(plan, path, title="people.csv")
    return path


def last_name(number: int) -> str:
    if number % 50 == 1:
        return NASTY
    return "" if number % 60 == 2 else "Sample" if number % 10 else "Other"


@pytest.fixture(scope="module")
def browser(report: Path) -> Iterator[Browser]:
    """Headless Chromium; the report is made before, since no other loop runs beside the browser's."""
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=list(FLAGS))
        yield browser
        browser.close()


def opened(browser: Browser, report: Path, view: str = "wide-light") -> Page:
    width, height, scheme = VIEWS[view]
    page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(report.as_uri())
    page.wait_for_selector("tbody tr")
    return page


def drawn(page: Page) -> int:
    return page.locator("tbody tr").count()


@pytest.mark.parametrize("view", VIEWS)
def test_it_fits_its_screen_and_runs_nothing_of_the_data(browser: Browser, report: Path, view: str) -> None:
    errors: list[str] = []
    width, height, scheme = VIEWS[view]
    page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)  # type: ignore[arg-type]
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto(report.as_uri())
    page.wait_for_selector("tbody tr")
    assert page.evaluate("document.documentElement.scrollWidth") == VIEWS[view][0]
    assert page.title() == "people.csv: reconciled"
    assert page.locator("img").count() == 0
    assert (errors, requests) == ([], [report.as_uri()])
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{view}.png")
        page.locator(".tools").scroll_into_view_if_needed()
        page.screenshot(path=Path(folder) / f"{view}-rows.png")
    page.close()


def test_rows_are_drawn_as_they_are_scrolled_to_and_all_of_them_for_print(browser: Browser, report: Path) -> None:
    page = opened(browser, report)
    total = page.evaluate("JSON.parse(document.getElementById('plan').textContent).steps.length")
    assert total == ROWS + 1
    assert drawn(page) == 150
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    sync_api.expect(page.locator("tbody tr")).not_to_have_count(150)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert drawn(page) == total
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert not page.locator("#search").is_visible()
    if folder := os.environ.get("SCREENSHOTS"):
        page.pdf(path=Path(folder) / "print.pdf", format="A4", print_background=True)
        page.set_viewport_size({"width": 794, "height": 1123})
        page.screenshot(path=Path(folder) / "print.png")
    page.close()


def test_it_is_searched_and_narrowed(browser: Browser, report: Path) -> None:
    page = opened(browser, report)
    page.fill("#search", "p399@ sample")
    sync_api.expect(page.locator("tbody tr")).to_have_count(1)
    assert page.inner_text("#shown") == f"1 of {ROWS + 1}"
    page.click("#reset")
    sync_api.expect(page.locator("tbody tr")).to_have_count(150)
    page.click(".card.unexpected")
    assert drawn(page) == 1
    assert page.inner_text("tbody .name").startswith("<img src=x")
    assert page.get_attribute(".card.unexpected", "aria-pressed") == "true"
    page.click(".card.unexpected")
    page.fill("#search", "nobody is called this")
    page.wait_for_selector("#none:not([hidden])")
    page.close()


def test_it_is_sorted_both_ways(browser: Browser, report: Path) -> None:
    page = opened(browser, report)

    def first() -> str:
        return page.inner_text("tbody tr:first-child td.line")

    page.click("th[data-by=line] button")
    assert first() == "2"
    page.click("th[data-by=line] button")
    assert page.get_attribute("th[data-by=line]", "aria-sort") == "descending"
    page.click("th[data-by=differences] button")
    page.click("th[data-by=differences] button")
    assert page.locator("tbody tr:first-child del, tbody tr:first-child .reason").count() > 0
    page.close()


def test_differences_are_marked(browser: Browser, report: Path) -> None:
    page = opened(browser, report)
    page.fill("#search", "p10@example.org")
    sync_api.expect(page.locator("tbody tr")).to_have_count(1)
    assert page.inner_text("tbody del") == "Sample"
    assert page.inner_text("tbody ins") == "Other"
    page.close()
