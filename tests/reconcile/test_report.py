"""The report: everything from data is escaped, nothing comes from elsewhere, and its numbers are the plan's."""

import json
import re
from html.parser import HTMLParser

from jofi_async.reconcile.report import render_report
from tests.reconcile.account import Account, JofiPlan, row

NASTY = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'&<!--"


def a_plan() -> JofiPlan:
    account = Account()
    account.invite("ann@example.org", custom_id="R1")
    account.invite("bob@example.org", custom_id="R1", first_name=NASTY)
    account.invite("stranger@example.org", custom_id="R1", last_name=NASTY)
    rows = [row("ann", custom_id="R1"), row("bob", custom_id="R1", last_name=NASTY), row("cleo", person_id=NASTY)]
    return account.plan([*rows, row("dan", last_name="")])


class Page(HTMLParser):
    """What a browser would make of it."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.scripts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1] == "script":
            self.scripts.append(data)


def read(html: str) -> Page:
    page = Page()
    page.feed(html)
    return page


def test_everything_from_data_is_escaped() -> None:
    html = render_report(a_plan(), title=NASTY)
    page = read(html)
    assert page.tags.count("script") == 2
    assert "img" not in page.tags
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    assert NASTY not in html
    plan = json.loads(page.scripts[0])
    assert {step["name"] for step in plan["steps"]} >= {f"Linda {NASTY}"}


def test_nothing_comes_from_elsewhere() -> None:
    html = render_report(Account().plan([row()]), title="people.csv")
    assert not re.search(r"(?:src|href)=|@import|url\(|https?:", html)
    assert "default-src 'none'" in html


def test_its_numbers_are_the_plans() -> None:
    plan = a_plan()
    html = render_report(plan, title="people.csv")
    found = re.findall(r'data-kind="(\w+)".*?<span class="number">([\d,]+)</span>', html, re.DOTALL)
    assert {kind: int(count) for kind, count in found} == {kind.value: count for kind, count in plan.counts.items()}
    assert "4 rows against 3 invitations" in html
    assert len(json.loads(read(html).scripts[0])["steps"]) == len(plan.steps)
