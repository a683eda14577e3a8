"""Invite people from a web service: one client for the app, single invitations, and bulk jobs in the background.

Try it with `pip install 'jofi-async[sandbox]' starlette uvicorn` and `python examples/web_service.py --sandbox`, then::

    curl localhost:8000/invite -d '{"first_name": "Linda", "last_name": "Sample", "email": "linda@example.org"}'
    curl localhost:8000/jobs -d '[{"first_name": "Li", "last_name": "Wei", "email": "li@example.org"}]'
    curl localhost:8000/jobs/1
"""

import asyncio
import logging
import os
import sys
from collections.abc import AsyncGenerator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar, cast

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from jofi_async import BulkJob, FakeJofi, FakeTransport, JofiClient, NewInvitation, Outcome, OutcomeKind

T = TypeVar("T")

INVITER = os.environ.get("INVITER", "jane.recruiter@jofiscore.com")
STATUS = {
    OutcomeKind.CREATED: 201,
    OutcomeKind.EXISTED: 200,
    OutcomeKind.REFUSED: 422,
    OutcomeKind.UNKNOWN: 504,  # it may have been sent; asked again, nobody is invited twice
    OutcomeKind.NOT_ATTEMPTED: 503,  # nothing was sent
}
log = logging.getLogger("invitations")


class Service:
    """The app, with its client and whatever runs in the background."""

    def __init__(self, client: JofiClient) -> None:
        self.client = client
        self.jobs: dict[str, BulkJob[Any, Any]] = {}
        self.running: set[asyncio.Task[Any]] = set()
        routes = [
            Route("/invite", self.invite, methods=["POST"]),
            Route("/jobs", self.start_job, methods=["POST"]),
            Route("/jobs/{id}", self.show_job),
        ]
        self.app = Starlette(routes=routes, lifespan=self.lifespan)

    @asynccontextmanager
    async def lifespan(self, _: Starlette) -> AsyncGenerator[None, None]:
        """Open the client with the app, and close it when all that is under way has come to an end."""
        async with self.client:
            try:
                yield
            finally:
                for job in self.jobs.values():
                    job.stop("the service is shutting down")
                await asyncio.gather(*self.running, return_exceptions=True)

    async def invite(self, request: Request) -> JSONResponse:
        """Invite one person; a caller who hangs up changes nothing about it."""
        new = person(await body_of(request))
        outcome = await asyncio.shield(self.start(self.invite_and_record(new)))
        answer = {
            "outcome": outcome.kind,
            "field": outcome.field,
            "reason": outcome.reason,
            "invitation_id": outcome.item and outcome.item.id,
        }
        return JSONResponse(answer, STATUS[outcome.kind])

    async def invite_and_record(self, new: dict[str, Any]) -> Outcome[Any, Any]:
        """Invite one person to the end, and note how it ended."""
        outcome = await self.client.invitations.ensure(**new)
        record(outcome)
        return outcome

    async def start_job(self, request: Request) -> JSONResponse:
        """Invite a list of people in the background."""
        people = await body_of(request)
        if not isinstance(people, list):
            raise HTTPException(400, "The body must be a list of people")
        rows = [NewInvitation(**person(one)) for one in cast("list[object]", people)]
        name = str(len(self.jobs) + 1)
        self.jobs[name] = self.client.invitations.create_many(rows)
        self.start(self.run(self.jobs[name]))
        return JSONResponse({"id": name}, 202)

    async def run(self, job: BulkJob[Any, Any]) -> None:
        """Run a job to its end or until it is stopped."""
        async with job:
            async for outcome in job:
                record(outcome)

    async def show_job(self, request: Request) -> JSONResponse:
        """Tell how far a job has come."""
        job = self.jobs.get(request.path_params["id"])
        if job is None:
            raise HTTPException(404)
        summary = job.summary()
        return JSONResponse({"ended": summary.total, "in_flight": job.in_flight, **summary.counts})

    def start(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Start what goes on whoever waits for it."""
        task = asyncio.create_task(work)
        self.running.add(task)
        task.add_done_callback(self.running.discard)
        return task


def record(outcome: Outcome[Any, Any]) -> None:
    """Stands for your database."""
    log.info("%s %s", outcome.kind, outcome.item)  # nothing personal


async def body_of(request: Request) -> Any:
    """Read a body that is JSON."""
    try:
        return await request.json()
    except ValueError:
        raise HTTPException(400, "The body must be JSON") from None


def person(given: Any) -> dict[str, Any]:
    """Take what a caller may say; who invites is not the caller's to say."""
    try:
        return {name: given[name] for name in ("first_name", "last_name", "email")} | {"created_by_user_email": INVITER}
    except (KeyError, TypeError):
        raise HTTPException(400, "A person has first_name, last_name and email") from None


def main() -> None:
    """Serve until told to stop."""
    logging.basicConfig(level=logging.INFO)
    if "--sandbox" in sys.argv:
        client = JofiClient("sk_live_sandbox", transport=FakeTransport(FakeJofi()), rate_limit=None)
    else:
        client = JofiClient.from_env()
    uvicorn.run(Service(client).app, port=int(os.environ.get("PORT", "8000")))


if __name__ == "__main__":
    main()
