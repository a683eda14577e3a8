"""An update without an answer is read first, and only what did not take effect is sent again."""

import asyncio
import json
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from attrs import define, field

from jofi_async import FakeJofi, JofiAsyncError, Request, Response, ServerError, UnknownOutcomeError
from tests.bulk.support import INVITER, ONCE, TEST, client_of, run

CHANGES: dict[str, Any] = {
    "first_name": " Lindsay ",
    "last_name": "Sampled",
    "email": "Lindsay.Sample@JOFIscore.com",
    "phone": "(555) 123-4568",
    "custom_id": None,
    "person_id": "p-2",
    "ref_text": "Ask for Jennifer",
    "send_via_email": False,
    "send_via_sms": True,
    "email_template_id": 1000,
    "send_congrats_notification": False,
    "congrats_email_template_id": None,
    "assessments_to_assign": [8, 7],
}


def _well() -> Iterator[str]:
    return iter(())


def _in_turn(faults: Iterable[str]) -> Iterator[str]:
    return iter(faults)


@define
class Gateway:
    """Passes requests on, and does to each PUT and GET what its turn says: "before", "after", "500" or nothing."""

    fake: FakeJofi = field(factory=FakeJofi)
    puts: Iterator[str] = field(factory=_well, converter=_in_turn)
    gets: Iterator[str] = field(factory=_well, converter=_in_turn)
    sent: list[dict[str, Any]] = field(factory=list[dict[str, Any]])
    reads: int = 0

    async def handle(self, request: Request) -> Response:
        fault = ""
        if request.method == "PUT":
            self.sent.append(json.loads(request.body or b""))
            fault = next(self.puts, "")
        elif request.method == "GET":
            self.reads += 1
            fault = next(self.gets, "")
        if fault == "busy":
            return Response(503, {"retry-after": "30"})
        if fault == "before":
            raise UnknownOutcomeError("lost on its way")
        response = await self.fake.handle(request)
        if fault == "after":
            raise UnknownOutcomeError("the answer was lost")
        return Response(500) if fault == "500" else response


def linda(gateway: Gateway) -> int:
    invitation = gateway.fake.invite(
        email="linda.sample@jofiscore.com",
        first_name="Linda",
        last_name="Sample",
        created_by_user_email=INVITER,
        custom_id="ABC",
        phone="5551234567",
    )
    return invitation.id


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("fault", ["after", "500"])
def test_a_change_that_took_effect_is_not_sent_again(name: str, fault: str) -> None:
    async def main() -> None:
        gateway = Gateway(puts=[fault])
        client = client_of(gateway, retry=ONCE)
        change: dict[str, Any] = {name: CHANGES[name]}
        if name == "send_via_sms":
            change["phone"] = CHANGES["phone"]
        expected = linda(gateway)
        invitation = await client.invitations.update(expected, **change)
        assert invitation.id == expected
        assert len(gateway.sent) == 1
        assert gateway.reads == 1

    run(main())


def test_a_change_that_did_not_take_effect_is_sent_again() -> None:
    async def main() -> None:
        gateway = Gateway(puts=["before", "before"])
        client = client_of(gateway, retry=ONCE)
        changes: dict[str, Any] = {**CHANGES, "first_name": "Lindsay"}
        invitation = await client.invitations.update(linda(gateway), **changes)
        assert (invitation.first_name, invitation.phone, invitation.custom_id) == ("Lindsay", "+15551234568", None)
        assert len(gateway.sent) == 3
        assert "email_template_id" not in gateway.sent[1]  # it was so before

    run(main())


def test_only_what_is_not_there_is_sent_again() -> None:
    async def main() -> None:
        gateway = Gateway(puts=["before"])
        client = client_of(gateway, retry=ONCE)
        await client.invitations.update(linda(gateway), first_name="Linda", last_name="Sampled", custom_id="ABC")
        assert gateway.sent[1] == {"last_name": "Sampled"}

    run(main())


def test_it_gives_up_with_the_error_of_the_update() -> None:
    async def main() -> None:
        gateway = Gateway(puts=["before"] * 9)
        with pytest.raises(UnknownOutcomeError, match="lost on its way"):
            await client_of(gateway, retry=ONCE).invitations.update(linda(gateway), first_name="Lindsay")
        assert len(gateway.sent) == 4

    run(main())


@pytest.mark.parametrize(("key", "reads"), [("sk_live_sandbox", 1), (TEST, 0)])
def test_what_cannot_be_read_is_not_sent_again(key: str, reads: int) -> None:
    async def main() -> None:
        gateway = Gateway(puts=["500"], gets=["500"])
        with pytest.raises(ServerError) as caught:
            await client_of(gateway, key, retry=ONCE).invitations.update(linda(gateway), first_name="Lindsay")
        assert caught.value.method == "PUT"
        assert (len(gateway.sent), gateway.reads) == (1, reads)

    run(main())


def test_a_refusal_is_raised_at_once() -> None:
    async def main() -> None:
        gateway = Gateway()
        with pytest.raises(JofiAsyncError, match="not found"):
            await client_of(gateway).invitations.update(99, first_name="Lindsay")
        assert not gateway.reads

    run(main())


def test_a_wait_that_the_server_asks_for_is_kept_before_a_change_is_sent_again() -> None:
    async def main() -> None:
        gateway = Gateway(puts=["busy"])
        await client_of(gateway, retry=ONCE).invitations.update(linda(gateway), first_name="Lindsay")
        assert asyncio.get_running_loop().time() == 30.5, "the look waits out the pause, and the change its own rest"
        assert len(gateway.sent) == 2

    run(main())
