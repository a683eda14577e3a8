"""Each page as people see it: drawn live, from the keyboard, and as data has it and not as a script would."""

from collections.abc import AsyncGenerator

import pytest_asyncio
from aiohttp import web

from jofi_async.jofi.fake import FakeJofi, JofiMount
from jofi_async.sandbox import Sandbox
from jofi_async.sandbox.delivery.endpoint import endpoint_of
from jofi_async.yardstik.fake import FakeYardstik, YardstikMount
from tests.browser.chromium import Chromium
from tests.sandbox.support import LINDA, ask

SCRIPT = "<script>alert(1)</script>"
PEOPLE = (
    "Ada Lovelace",
    "Alan Turing",
    "Barbara Liskov",
    "Edsger Dijkstra",
    "Grace Hopper",
    "Katherine Johnson",
    "Margaret Hamilton",
    "Radia Perlman",
)


class Stage:
    """A sandbox with people of both vendors, and what they have done."""

    def __init__(self, receiver: str) -> None:
        self.jofi, self.yardstik = FakeJofi(), FakeYardstik()
        mounts = (JofiMount(self.jofi), YardstikMount(self.yardstik))
        endpoint = endpoint_of(receiver, mounts, "secret", None)
        self.sandbox = Sandbox(*mounts, webhooks=[endpoint], faults="GET */teams 503", webhook_faults=["duplicate:0.2"])

    async def fill(self) -> None:
        """Let things happen."""
        self.jofi.invite("script@example.org", first_name=SCRIPT, last_name=SCRIPT, custom_id=SCRIPT)
        for number, name in enumerate(PEOPLE):
            first, last = name.split()
            person = {"first_name": first, "last_name": last}
            address = f"{first}.{last}@example.org".lower()
            sms = {"phone": "5551234567", "send_via_sms": True} if number % 3 == 0 else {}
            self.jofi.invite(address, **person, custom_id=f"REQ-{17 + number % 2}", **sms)
            self.yardstik.invite(address, **person)
        for invitation in self.jofi.invitations[2:7]:
            self.jofi.accept(invitation.id)
        self.jofi.complete(self.jofi.invitations[4].id, 6)
        self.jofi.complete(self.jofi.invitations[5].id)
        first, second, third, *_ = (one.id for one in self.yardstik.invitations)
        self.yardstik.view(first)
        self.yardstik.complete(second)
        self.yardstik.expire(third)
        for path in ("accounts", "users", "teams", "invitations?custom_id=REQ-17", "invitations/9"):
            await ask(self.sandbox, "GET", f"/api/v2/{path}")
        joan = {**LINDA, "first_name": "Joan", "last_name": "Clarke", "email": "joan.clarke@example.org"}
        await ask(self.sandbox, "POST", "/api/v2/invitations", joan)


@pytest_asyncio.fixture
async def stage(chromium: Chromium) -> AsyncGenerator[Stage, None]:
    app = web.Application()
    app.router.add_post("/webhooks", take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    stage = Stage(f"http://127.0.0.1:{runner.addresses[0][1]}/webhooks")
    async with stage.sandbox:
        await stage.fill()
        yield stage
        await chromium.ask(lambda: chromium.page.goto("about:blank"))
    await runner.cleanup()


async def take(_: web.Request) -> web.Response:
    return web.Response()


async def test_each_page_in_each_size_and_scheme(stage: Stage, chromium: Chromium) -> None:
    url = stage.sandbox.url
    links = {"welcome": stage.jofi.invitations[4].assessment_url, "form": stage.yardstik.invitations[0].apply_url}
    pages = {
        "people": f"{url}/?panel=people",
        "requests": f"{url}/?panel=requests",
        "messages": f"{url}/?panel=messages",
        "events": f"{url}/?panel=events",
        "faults": f"{url}/?panel=faults",
        "yardstik": f"{url}/?service=yardstik",
        "empty": f"{url}/?search=nobody",
        **links,
    }

    def look() -> None:
        for name, page in pages.items():
            chromium.page.goto(str(page))
            chromium.photograph(name)
        chromium.page.goto(url)
        chromium.find(".person:nth-child(6) .name").click()
        chromium.photograph("person")
        assert chromium.complaints() == []

    await chromium.ask(look)


async def test_a_name_that_is_a_script_is_a_name_everywhere(stage: Stage, chromium: Chromium) -> None:
    url = stage.sandbox.url
    places = {
        f"{url}/?search=alert": ".name",
        f"{url}/?panel=events": "#list-events .two",
        str(stage.jofi.invitations[0].assessment_url): "h1",
    }

    def look() -> None:
        for page, place in places.items():
            chromium.page.goto(page)
            chromium.find(place, SCRIPT)
            assert chromium.page.locator("script:not([src])").count() == 0
        chromium.page.goto(f"{url}/?search=alert")
        chromium.find(".name", SCRIPT).click()
        chromium.find(".more dd", SCRIPT)
        assert chromium.complaints() == []

    await chromium.ask(look)


async def test_what_happens_is_drawn_without_a_reload(stage: Stage, chromium: Chromium) -> None:
    def open_one() -> None:
        chromium.page.goto(stage.sandbox.url)
        chromium.find(".pulse", "Live")
        chromium.page.evaluate("window.untouched = true")
        chromium.find(".person:first-child .name").click()

    def look() -> None:
        chromium.find(".person:first-child .address", "new@x.org")
        chromium.find("#list-requests li:first-child .status", "201")
        chromium.find(".person:nth-child(2) details[open]")
        assert chromium.page.evaluate("window.untouched")

    await chromium.ask(open_one)
    await ask(stage.sandbox, "POST", "/api/v2/invitations", {**LINDA, "email": "new@x.org"})
    await chromium.ask(look)


async def test_the_keyboard_is_enough(stage: Stage, chromium: Chromium) -> None:
    def use() -> None:
        keyboard = chromium.page.keyboard
        chromium.page.goto(stage.sandbox.url)
        chromium.find(".pulse", "Live")
        keyboard.press("/")
        keyboard.type("ada")
        chromium.shows(".person", 1)
        assert "search=ada" in chromium.page.url
        chromium.page.focus(".person summary")
        keyboard.press("Enter")
        chromium.find(".more dd", "REQ-17")
        chromium.page.focus(".act button")
        for done in (1, 2, 3):  # the button stays under the finger while its step changes
            keyboard.press("Enter")
            chromium.shows(".track .done", done)
        chromium.find(".state.done")

    await chromium.ask(use)
    assert stage.jofi.invitations[1].career_navigation_profile_id


async def test_faults_are_turned_on_and_off_by_clicking(stage: Stage, chromium: Chromium) -> None:
    def use() -> None:
        chromium.page.goto(f"{stage.sandbox.url}/?panel=faults")
        chromium.find("#on-faults button", "Turn off").click()
        chromium.find("#on-faults .none")
        chromium.find("form[action$='/faults'] button", "Turn on").click()
        chromium.find("#on-faults code", "drop_after")
        chromium.find("form[action$='webhook-faults'] button", "Turn on").click()
        chromium.find("#on-webhook-faults code", "duplicate")
        chromium.find("[name=add]").fill("nonsense")
        chromium.page.keyboard.press("Enter")
        chromium.find("[role=alert]", "nonsense")
        chromium.until(lambda: "400" in "".join(chromium.complaints()), "the refusal's status")

    await chromium.ask(use)
    assert [str(rule) for rule in stage.sandbox.faults.rules] == ["drop_after"]
