"""The web service, on a real server."""

import asyncio
import logging
from collections import Counter
from typing import Any

import pytest

from jofi_async import LifecycleError, OutcomeKind
from tests.examples.support import Stage, web_service

LINDA = {"first_name": "Linda", "last_name": "Sample", "email": "linda@example.org"}


def held(number: int = 0) -> dict[str, str]:
    """Somebody whose invitation is held up until it is let go."""
    return {**LINDA, "email": f"linda{number}@held.example.org"}


async def all_ended(stage: Stage) -> None:
    async with asyncio.timeout(10):
        await asyncio.gather(*stage.service.running)


async def test_an_invitation_is_answered_with_its_outcome() -> None:
    async with web_service() as stage:
        first = await stage.ask("POST", "/invite", LINDA)
        second = await stage.ask("POST", "/invite", {**LINDA, "email": "LINDA@example.org"})
        refused = await stage.ask("POST", "/invite", {**LINDA, "email": "linda"})
        (invitation,) = stage.jofi.fake.invitations
    assert first == (201, {"outcome": "created", "field": "", "reason": "", "invitation_id": invitation.id})
    assert (second[0], second[1]["outcome"], second[1]["invitation_id"]) == (200, "existed", invitation.id)
    assert (refused[0], refused[1]["outcome"], refused[1]["invitation_id"]) == (422, "refused", None)
    assert (refused[1]["field"], refused[1]["reason"]) == ("email", "this is no e-mail address")


async def test_what_cannot_be_understood_is_refused() -> None:
    bodies: list[Any] = [None, 7, "people", {"email": "linda@example.org"}, [7], [{}]]
    asked: list[tuple[str, Any]] = [
        *((path, body) for path in ("/invite", "/jobs") for body in bodies),
        ("/jobs", {}),
        ("/jobs", LINDA),
    ]
    async with web_service() as stage:
        answers = [await stage.ask("POST", path, body) for path, body in asked]
        assert {status for status, _ in answers} == {400}
        assert stage.jofi.fake.requests == []


@pytest.mark.parametrize("cancels", [True, False], ids=["cancels the handler", "goes on"])
async def test_a_caller_who_hangs_up_is_invited_once_and_it_is_known(
    cancels: bool, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "invitations")
    async with web_service(cancels=cancels) as stage:
        calling = asyncio.create_task(stage.ask("POST", "/invite", held()))
        await stage.jofi.arrived.wait()
        calling.cancel()
        await stage.hang_ups.heard.wait()
        assert stage.jofi.fake.invitations == []
        stage.jofi.let_go.set()
        await all_ended(stage)
        (invitation,) = stage.jofi.fake.invitations
        assert f"created Invitation(id={invitation.id}" in caplog.text
        again = await stage.ask("POST", "/invite", held())
        assert (again[0], again[1]["invitation_id"]) == (200, invitation.id)
    assert [message.to for message in stage.jofi.fake.messages] == [held()["email"]]


async def test_the_service_answers_while_a_job_runs() -> None:
    people = [held(number) for number in range(40)]
    async with web_service() as stage:
        started = await stage.ask("POST", "/jobs", people)
        await stage.jofi.arrived.wait()
        running = await stage.ask("GET", "/jobs/1")
        invited = await stage.ask("POST", "/invite", LINDA)
        stage.jofi.let_go.set()
        await all_ended(stage)
        ended = await stage.ask("GET", "/jobs/1")
        nowhere = await stage.ask("GET", "/jobs/2")
    assert started == (202, {"id": "1"})
    assert (running[0], running[1]["ended"], running[1]["in_flight"] > 0) == (200, 0, True)
    assert invited[0] == 201
    assert (ended[0], ended[1]["ended"], ended[1]["in_flight"], ended[1]["created"]) == (200, 40, 0, 40)
    assert nowhere[0] == 404
    assert len(stage.jofi.fake.messages) == 41


async def test_a_shutdown_stops_the_jobs_and_closes_the_client(monkeypatch: pytest.MonkeyPatch) -> None:
    async with web_service() as stage:
        await stage.ask("POST", "/jobs", [held(number) for number in range(100)])
        await stage.jofi.arrived.wait()
        job = stage.service.jobs["1"]
        stop = job.stop

        def stop_and_let_go(reason: str) -> None:
            stop(reason)
            stage.jofi.let_go.set()

        monkeypatch.setattr(job, "stop", stop_and_let_go)
        stage.server.should_exit = True
        async with asyncio.timeout(10):
            await stage.jofi.let_go.wait()
    assert job.summary().stopped == "the service is shutting down"
    told = Counter(message.to for message in stage.jofi.fake.messages)
    assert 0 < told.total() == len(told) == job.summary().counts[OutcomeKind.CREATED] < 100
    assert not stage.service.running
    with pytest.raises(LifecycleError):
        await stage.client.invitations.list()
