"""The console and the participants' pages, as a browser without scripts sees them."""

import asyncio
import html
import re
from urllib.parse import urlencode

import pytest

from jofi_async.jofi.fake import FakeJofi, JofiMount
from jofi_async.sandbox import Sandbox
from jofi_async.yardstik.fake import FakeYardstik, YardstikMount
from tests.sandbox.support import LINDA, Answer, ask, shown

SCRIPT = "<script>alert(1)</script>"
PANELS = ("people", "requests", "messages", "faults")
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


async def page(sandbox: Sandbox, path: str = "/") -> str:
    answer = await ask(sandbox, "GET", path, key=None)
    assert (answer.status, answer.kind) == (200, "text/html; charset=utf-8")
    return answer.body.decode()


async def press(sandbox: Sandbox, path: str, **fields: str) -> Answer:
    return await ask(sandbox, "POST", path, urlencode(fields).encode(), key=None, headers=FORM)


def names(text: str) -> list[str]:
    return [html.unescape(name) for name in re.findall(r'class="name"[^>]*>([^<]*)<', text)]


async def test_people_are_shown_found_and_filtered() -> None:
    fake = FakeJofi()
    for number, name in enumerate(("Ada", "Grace", "Ágnes")):
        fake.invite(f"p{number}@x.org", first_name=name, custom_id=f"REQ-{number}")
    fake.accept(12346)
    async with Sandbox(JofiMount(fake)) as sandbox:
        assert names(await page(sandbox)) == ["Ágnes Sample", "Grace Sample", "Ada Sample"]
        assert names(await page(sandbox, "/?search=%C3%A1gnes+SAMPLE")) == ["Ágnes Sample"]
        assert names(await page(sandbox, "/?search=req-0")) == ["Ada Sample"]
        assert names(await page(sandbox, "/?state=accepted")) == ["Grace Sample"]
        assert "Nobody matches" in await page(sandbox, "/?state=accepted&search=ada")
        assert names(await page(sandbox, "/?service=none&panel=x&more=-1&state=")) == [
            "Ágnes Sample",
            "Grace Sample",
            "Ada Sample",
        ]


async def test_a_crowd_is_shown_in_parts() -> None:
    fake = FakeJofi()
    for number in range(120):
        fake.invite(f"p{number}@x.org")
    async with Sandbox(JofiMount(fake)) as sandbox:
        first = await page(sandbox)
        assert len(names(first)) == 50
        assert "50 of 120 shown" in first
        assert len(names(await page(sandbox, "/?more=200"))) == 120


async def test_an_empty_sandbox_says_how_to_begin() -> None:
    async with Sandbox(JofiMount(FakeJofi())) as sandbox:
        text = await page(sandbox)
        assert "Nobody is invited yet" in text
        assert f"curl {sandbox.url}/api/v2/invitations" in text


async def test_whatever_comes_from_data_is_escaped() -> None:
    fake = FakeJofi()
    names_of = dict.fromkeys(("first_name", "last_name", "custom_id", "person_id", "ref_text"), SCRIPT)
    invited = fake.invite(**names_of)
    async with Sandbox(JofiMount(fake), faults=f"/{SCRIPT}* 500") as sandbox:
        await ask(
            sandbox, "POST", f"/api/v2/invitations?x=<x>{SCRIPT}", {**LINDA, "first_name": SCRIPT, "email": "a@x.org"}
        )
        link = str(invited.assessment_url).rpartition("/")[2]
        for path in (*(f"/?panel={panel}&search=%3Cscript%3E" for panel in PANELS), f"/welcome/{link}"):
            text = await page(sandbox, path)
            assert html.escape(SCRIPT) in text
            assert "<script>" not in text
            assert "<x>" not in text


async def test_nothing_is_fetched_from_elsewhere_or_run_inline() -> None:
    fake = FakeJofi()
    token = str(fake.invite().assessment_url).rpartition("/")[2]
    async with Sandbox(JofiMount(fake)) as sandbox:
        for path in ("/", f"/welcome/{token}"):
            text = await page(sandbox, path)
            fetched = re.findall(r'<(?:script|link|img)[^>]*(?:src|href)="([^"]*)"', text)
            assert len(fetched) == 3
            assert all(one.startswith("/_console/assets/") for one in fetched)
            assert not re.search(r'<style|\sstyle=|\son\w+="|<script>', text)
            for one in fetched:
                assert (await ask(sandbox, "GET", one, key=None)).status == 200
        assert (await ask(sandbox, "GET", "/_console/assets/..%2fpages.py", key=None)).status == 404


async def test_the_policy_allows_its_own_assets_alone() -> None:
    async with Sandbox(JofiMount(FakeJofi())) as sandbox:
        head = (await asyncio.to_thread(_headers, f"{sandbox.url}/")).lower()
    assert "default-src 'none'" in head
    assert "frame-ancestors 'none'" in head
    assert "unsafe" not in head


def _headers(url: str) -> str:
    import urllib.request

    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(url, timeout=10) as answer:
        return str(answer.headers)


async def test_a_participant_is_played_on_the_page_behind_the_link() -> None:
    async with Sandbox(JofiMount(FakeJofi())) as sandbox:
        created = (await ask(sandbox, "POST", "/api/v2/invitations", LINDA)).json
        link = created["assessment_url"]
        assert re.fullmatch(re.escape(sandbox.url) + r"/welcome/[0-9a-f-]{36}", link)
        (message,) = await shown(sandbox, "messages")
        assert message["link"] == link
        path = link.removeprefix(sandbox.url)
        assert "Welcome, <span" in await page(sandbox, path)
        for step in ("accept", "complete-6", "complete-8"):
            assert (await press(sandbox, path, step=step)).status == 303
        assert "Everything is done" in await page(sandbox, path)
        taker = (await ask(sandbox, "GET", "/api/v2/invitations/12345")).json
        assert taker["career_navigation_profile_id"] == "CNP1234567890"
        assert (await press(sandbox, path, step="complete-7")).status == 404
        assert (await press(sandbox, "/welcome/none", step="accept")).status == 404
        assert (await ask(sandbox, "GET", "/welcome/none")).status == 404


async def test_a_participant_is_played_from_the_console() -> None:
    fake = FakeJofi()
    fake.invite()
    async with Sandbox(JofiMount(fake)) as sandbox:
        linda = {"service": "jofi", "person": "12345"}
        assert (await press(sandbox, "/_console/play", **linda, step="accept")).status == 303
        assert fake.invitations[0].accepted_at
        for wrong in ({**linda, "step": "fly"}, {"service": "jofi", "person": "1"}, {"service": "x"}, {}):
            assert (await press(sandbox, "/_console/play", **wrong)).status == 404


async def test_faults_are_turned_on_and_off() -> None:
    async with Sandbox(JofiMount(FakeJofi())) as sandbox:
        assert "Everything works" in await page(sandbox, "/?panel=faults")
        await press(sandbox, "/_console/faults", kind="drop_after", method="POST", share=":0.5")
        await press(sandbox, "/_console/faults", add="GET cut@9")
        assert [str(rule) for rule in sandbox.faults.rules] == ["POST drop_after:0.5", "GET cut@9"]
        refused = await press(sandbox, "/_console/faults", add=SCRIPT)
        assert refused.status == 400
        assert 'role="alert"' in refused.body.decode()
        assert html.escape(SCRIPT) in refused.body.decode()
        await press(sandbox, "/_console/faults", remove="POST drop_after:0.5")
        assert [str(rule) for rule in sandbox.faults.rules] == ["GET cut@9"]


@pytest.mark.parametrize("path", ["/_console/play", "/_console/faults", "/welcome/x"])
async def test_another_page_presses_no_button(path: str) -> None:
    async with Sandbox(JofiMount(FakeJofi())) as sandbox:
        for origin in ("https://evil.example", "null"):
            answer = await ask(sandbox, "POST", path, b"add=cut", headers={**FORM, "Origin": origin})
            assert answer.status == 403
        assert sandbox.faults.rules == ()


async def test_a_button_leads_back_to_where_it_was_pressed() -> None:
    fake = FakeJofi()
    fake.invite()
    async with Sandbox(JofiMount(fake)) as sandbox:
        place = sandbox.url.removeprefix("http://")
        for referer, leads in (
            (f"http://{place}/?search=a+b&panel=messages", "/?search=a+b&panel=messages"),
            ("http://evil.example/?search=x", "/"),
        ):
            reader, writer = await asyncio.open_connection(*place.split(":"))
            head = f"POST /_console/play HTTP/1.1\r\nHost: {place}\r\nReferer: {referer}\r\nConnection: close\r\n"
            body = "service=jofi&person=12345&step=accept"
            sent = f"{head}Content-Type: {FORM['Content-Type']}\r\nContent-Length: {len(body)}\r\n\r\n{body}"
            writer.write(sent.encode())
            assert f"Location: {leads}\r\n" in (await reader.read()).decode()
            writer.close()
            await writer.wait_closed()


async def test_open_pages_are_told_and_let_go() -> None:
    fake = FakeJofi()
    async with Sandbox(JofiMount(fake)) as sandbox:
        place = sandbox.url.removeprefix("http://")
        reader, writer = await asyncio.open_connection(*place.split(":"))
        writer.write(f"GET /_console/changes HTTP/1.1\r\nHost: {place}\r\n\r\n".encode())
        async with asyncio.timeout(10):
            await reader.readuntil(b"data: changed\n\n")
            await ask(sandbox, "POST", "/api/v2/invitations", LINDA)
            await reader.readuntil(b"data: changed\n\n")
    async with asyncio.timeout(10):
        await reader.read()
    writer.close()
    await writer.wait_closed()


async def test_a_candidate_views_submits_or_lets_expire() -> None:
    fake = FakeYardstik()
    viewed, submitted, expired = (fake.invite(f"p{number}@x.org") for number in range(3))
    async with Sandbox(YardstikMount(fake)) as sandbox:
        for invitation, steps in ((viewed, ["view"]), (submitted, ["view", "complete"]), (expired, ["expire"])):
            path = f"/apply/{invitation.confirmation_code}"
            assert "Let expire" in await page(sandbox, path)
            for step in steps:
                assert (await press(sandbox, path, step=step)).status == 303
        assert "This invitation is expired." in await page(sandbox, f"/apply/{expired.confirmation_code}")
        assert "Let expire" not in await page(sandbox, f"/apply/{submitted.confirmation_code}")
        for state, count in (("sent", 0), ("viewed", 1), ("completed", 1), ("expired", 1)):
            assert len(names(await page(sandbox, f"/?state={state}"))) == count
