"""A gateway that answers 502 after the origin has worked causes no second mail."""

from collections import Counter

import pytest
from attrs import define

from jofi_async import AiohttpTransport, FakeJofi, JofiClient, OutcomeKind, Request, Response
from jofi_async.jofi.fake import JofiMount
from jofi_async.sandbox import Sandbox
from tests.proxy.support import AT_ONCE, no_pauses, people
from tests.support.server import serve

PAGE = Response(502, {"content-type": "text/html"}, b"<html><h1>502 Bad Gateway</h1></html>")


@define
class Gateway:
    """Passes every request on to the origin, and loses the answers to the creates that it is told to lose."""

    origin: str
    transport: AiohttpTransport
    loses: range
    creates: int = 0

    async def handle(self, request: Request) -> Response:
        path = request.url.partition("/api/v2")[2]
        headers = {name: value for name, value in request.headers.items() if name != "Host"}
        answer = await self.transport.send(Request(request.method, self.origin + path, headers, request.body))
        if request.method == "POST":
            self.creates += 1
            if self.creates in self.loses:
                return PAGE
        return Response(answer.status, {"content-type": answer.headers["content-type"]}, answer.body)


@pytest.mark.parametrize("loses", [range(1, 2), range(5, 12), range(1, 1000)], ids=["the first", "some", "all"])
async def test_what_a_gateway_has_lost_is_found_and_created(loses: range, monkeypatch: pytest.MonkeyPatch) -> None:
    no_pauses(monkeypatch)
    fake = FakeJofi()
    async with Sandbox(JofiMount(fake)) as sandbox, AiohttpTransport() as inside:
        gateway = Gateway(sandbox.base_url, inside, loses)
        async with (
            serve(gateway) as url,
            JofiClient("sk_live_sandbox", base_url=f"{url}/api/v2", rate_limit=None, retry=AT_ONCE) as client,
            client.invitations.create_many(people(40)) as job,
        ):
            outcomes = [outcome async for outcome in job]
    assert Counter(outcome.kind for outcome in outcomes) == Counter({OutcomeKind.CREATED: 40})
    assert {outcome.attempts for outcome in outcomes} == {1}
    assert {outcome.item.id for outcome in outcomes if outcome.item} == {one.id for one in fake.invitations}
    assert Counter(message.to for message in fake.messages) == Counter(row.email for row in people(40))
