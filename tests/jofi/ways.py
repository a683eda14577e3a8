"""One client on each transport over the same fake (no tests)."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

from jofi_async import FakeJofi, FakeTransport, JofiClient
from jofi_async.jofi.fake import JofiMount
from jofi_async.sandbox import Sandbox

LIVE, TEST, OTHER = "sk_live_sandbox", "sk_test_sandbox", "sk_live_other"

Read = Callable[[JofiClient], Awaitable[object]]

SP = "JOFI-295-AS"
READS: dict[str, Read] = {
    "accounts.get": lambda client: client.accounts.get(),
    "users.list": lambda client: client.users.list(),
    "teams.list": lambda client: client.teams.list(),
    "assessments.list": lambda client: client.assessments.list(),
    "email_templates.list": lambda client: client.email_templates.list(),
    "score_profiles.list": lambda client: client.score_profiles.list(),
    "invitations.list": lambda client: client.invitations.list(),
    "invitations.get": lambda client: client.invitations.get(12345),
    "test_takers.list": lambda client: client.test_takers.list(),
    "test_takers.get": lambda client: client.test_takers.get(12345),
    "test_takers.scorecard": lambda client: client.test_takers.scorecard(12345, sp=SP),
    "test_takers.job_fit_report": lambda client: client.test_takers.job_fit_report(12345),
    "career_navigation_profiles.list": lambda client: client.career_navigation_profiles.list(),
    "career_navigation_profiles.get": lambda client: client.career_navigation_profiles.get("CNP1234567890"),
}


def in_memory(fake: FakeJofi, key: str = LIVE) -> JofiClient:
    """A client over the fake itself."""
    return JofiClient(key, transport=FakeTransport(fake), rate_limit=None)


@asynccontextmanager
async def over(way: str, fake: FakeJofi, key: str = LIVE) -> AsyncGenerator[JofiClient]:
    """A client over the fake, in memory or over HTTP."""
    if way == "memory":
        async with in_memory(fake, key) as client:
            yield client
    else:
        async with (
            Sandbox(JofiMount(fake)) as sandbox,
            JofiClient(key, base_url=sandbox.base_url, rate_limit=None) as client,
        ):
            yield client
