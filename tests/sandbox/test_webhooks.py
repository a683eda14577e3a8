"""A sandbox that pushes to a handler over real sockets, and `listen` between them."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from io import StringIO

import pytest
from aiohttp import web
from rich.console import Console

from jofi_async.cli.listen import Listener, Screen
from jofi_async.core.errors import ConfigurationError
from jofi_async.jofi.events import JOFI_EVENTS, JofiEvent
from jofi_async.jofi.fake import FakeJofi, JofiMount
from jofi_async.sandbox import Sandbox
from jofi_async.sandbox.delivery.endpoint import endpoint_of
from jofi_async.sandbox.delivery.faults import WebhookFaults
from jofi_async.webhooks import EventRouter, HmacSignature
from jofi_async.webhooks.adapters.aiohttp import handler
from tests.sandbox.support import LINDA, ask, shown
from tests.sandbox.test_console import page, press

STORY = [
    "invitation.created",
    "invitation.accepted",
    "test_taker.created",
    "test_taker.assessment_completed",
    "test_taker.assessment_completed",
    "career_navigation_profile.created",
]


@asynccontextmanager
async def receiving(handled: list[JofiEvent]) -> AsyncGenerator[str, None]:
    router = EventRouter(JOFI_EVENTS, HmacSignature(secrets="s3cret", header="x-signature"))

    @router.otherwise
    async def keep(event: JofiEvent) -> None:
        handled.append(event)

    app = web.Application()
    app.router.add_post("/webhooks", handler(router))
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/webhooks"
    finally:
        await runner.cleanup()


def pushing(fake: FakeJofi, url: str, *faults: str) -> Sandbox:
    mount = JofiMount(fake)
    return Sandbox(mount, webhooks=[endpoint_of(url, [mount], "s3cret", None)], webhook_faults=faults)


async def until_delivered(sandbox: Sandbox, attempts: int) -> None:
    def tried() -> int:
        return sum(len(push.attempts) for one in sandbox.courier.log.after(0) for push in one.deliveries)

    await until(lambda: tried() >= attempts)


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110  (what is waited for happens on sockets)
            await asyncio.sleep(0.001)


async def test_the_whole_story_is_handled_once_in_order_whatever_goes_wrong() -> None:
    handled: list[JofiEvent] = []
    async with receiving(handled) as url, pushing(FakeJofi(), url, "duplicate", "bad_signature") as sandbox:
        await ask(sandbox, "POST", "/api/v2/invitations", LINDA)
        account = (await ask(sandbox, "GET", "/api/v2/accounts")).json
        assert (account["webhook_endpoint"], account["webhooks_enabled"]) == (url, True)
        await ask(sandbox, "POST", "/_sandbox/invitations/12345/complete")
        await until_delivered(sandbox, 3 * len(STORY))
        events = await shown(sandbox, "events")
        text = await page(sandbox, "/?panel=events")
    assert [event.type for event in handled] == STORY
    assert [one["event"]["type"] for one in events] == STORY
    (delivery,) = events[0]["deliveries"]
    assert [(one["status"], one["note"]) for one in delivery["attempts"]] == [
        (401, "bad_signature"),
        (200, ""),
        (200, "duplicate"),
    ]
    assert all(kind in text for kind in STORY)


async def test_an_event_is_delivered_again_by_hand() -> None:
    handled: list[JofiEvent] = []
    async with receiving(handled) as url, pushing(FakeJofi(), url) as sandbox:
        await ask(sandbox, "POST", "/api/v2/invitations", LINDA)
        await until_delivered(sandbox, 1)
        assert (await ask(sandbox, "POST", "/_sandbox/events/1/redeliver")).status == 200
        assert (await press(sandbox, "/_console/redeliver", number="1")).status == 303
        await until_delivered(sandbox, 3)
        (event,) = await shown(sandbox, "events")
        assert [one["by_hand"] for one in event["deliveries"]] == [False, True, True]
        for wrong in ("2", "x"):
            assert (await ask(sandbox, "POST", f"/_sandbox/events/{wrong}/redeliver")).status == 404
            assert (await press(sandbox, "/_console/redeliver", number=wrong)).status == 404
        assert await shown(sandbox, "events?after=1") == []
    assert len(handled) == 1  # the router has dropped what it knew


async def test_faults_of_deliveries_are_turned_on_and_off() -> None:
    async with Sandbox(JofiMount(FakeJofi())) as sandbox:
        await press(sandbox, "/_console/webhook-faults", kind="late", share=":0.5")
        assert [str(rule) for rule in sandbox.courier.faults.rules] == ["late:0.5"]
        assert (await press(sandbox, "/_console/webhook-faults", add="none")).status == 400
        await press(sandbox, "/_console/webhook-faults", remove="late:0.5")
        assert sandbox.courier.faults.rules == ()


async def test_a_listener_shows_and_forwards_what_comes_from_now_on() -> None:
    handled: list[JofiEvent] = []
    told = StringIO()
    fake = FakeJofi()
    async with receiving(handled) as url, Sandbox(JofiMount(fake)) as sandbox:
        fake.invite("before@x.org")
        screen = Screen(Console(file=told, width=80), as_json=False)
        listener = Listener(sandbox.url, url, "s3cret", None, WebhookFaults(), screen)
        listening = asyncio.create_task(listener.run())
        await until(lambda: "Listening" in told.getvalue())
        await ask(sandbox, "POST", "/api/v2/invitations", LINDA)
        await until(lambda: handled and "200" in told.getvalue())
    await listening
    assert [event.type for event in handled] == ["invitation.created"]
    assert "invitation.created" in told.getvalue()
    assert "The sandbox has ended." in told.getvalue()


async def test_a_listener_without_a_sandbox_says_so() -> None:
    screen = Screen(Console(file=StringIO()), as_json=False)
    for url in ("http://127.0.0.1:1", "nonsense"):
        listener = Listener(url, None, "s", None, WebhookFaults(), screen)
        with pytest.raises(ConfigurationError, match="No sandbox answers"):
            await listener.run()
