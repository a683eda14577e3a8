"""The Yardstik client: a key, a transport and the resources."""

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Self, Unpack

from jofi_async.core.client import (
    DEFAULT_RATE_LIMIT,
    DEFAULT_RETRY,
    Client,
    ClientOptions,
    Closable,
    change_session,
    check_key,
    make_session,
    workers_of,
)
from jofi_async.core.errors import ConfigurationError
from jofi_async.core.events import Hook
from jofi_async.core.limits import Limiter, Priority, RateLimit
from jofi_async.core.retry import RetryPolicy
from jofi_async.core.session import Session
from jofi_async.core.transport import Transport
from jofi_async.core.unset import UNSET, Unset
from jofi_async.core.wire import Timeout
from jofi_async.sharing import limiter_of, shared_by
from jofi_async.transports.aiohttp import AiohttpTransport
from jofi_async.yardstik.refusals import classify
from jofi_async.yardstik.resources.candidates import Candidates
from jofi_async.yardstik.resources.invitations import Invitations
from jofi_async.yardstik.resources.packages import KnownPackages, Packages

if TYPE_CHECKING:
    from jofi_async.yardstik.reconcile import ReconcilableInvitations

PRODUCTION = "https://api.yardstik.com"
STAGING = "https://api.yardstik-staging.com"
ENVIRONMENTS = {"production": PRODUCTION, "staging": STAGING}
"""Where Yardstik's API lives, by name; keys and package ids are not shared between them (facts: 1)."""

SCHEME = "Account"
"""The word before the key; the answer of "Create an API key" shows "User" for that kind of key (facts: 1.1)."""

SHARED_BY = "YARDSTIK_RATE_LIMIT_SHARED"
"""The environment variable that says where the rate limit is shared."""


class YardstikOptions(ClientOptions, total=False):
    """The keyword arguments of a `YardstikClient` besides the key and the URL."""

    scheme: str


class YardstikClient(Client):
    """Yardstik's API under one key; an async context manager, cheap to make: subaccounts have a key each.

    Args:
        api_key: The account's key.
        base_url: Where the API lives: a URL, "production" or "staging".
        scheme: The word before the key in `Authorization`: "Account", or "User" for a user's token.
        transport: Moves the bytes. One that is given is not closed with the client, so that several clients can share
            it; by default there is an `AiohttpTransport` of its own.
        rate_limit: How fast and how many at once, a limiter of your own, or None for no limit. Yardstik documents none.
        retry: How a call is repeated.
        timeout: Seconds that one attempt may wait for the next bytes of the answer, and, up to 10, for a connection;
            or a `Timeout` that tells the two apart.
        deadline: Seconds for one call: queue, limit, attempts and backoff together; None for no end.
        headers: Sent with every request.
        hooks: Told of what happens on each call's way.
        max_wait: Seconds that a call may wait for its first slot of the rate limit: if it would take longer, it is
            refused at once with `QueueTooLongError`. None waits as long as it takes.

    Attributes:
        invitations: Create, list, get, cancel, refresh and delete invitations.
        candidates: Who is invited.
        packages: What is ordered.

    Raises:
        ConfigurationError: The key is empty, or an option is out of range.
    """

    def __init__(
        self,
        api_key: str,
        *,
        base_url: str = PRODUCTION,
        scheme: str = SCHEME,
        transport: Transport | None = None,
        rate_limit: RateLimit | Limiter | None = DEFAULT_RATE_LIMIT,
        retry: RetryPolicy = DEFAULT_RETRY,
        timeout: float | Timeout = 30.0,
        deadline: float | None = None,
        headers: Mapping[str, str] | None = None,
        hooks: Sequence[Hook] = (),
        max_wait: float | None = None,
    ) -> None:
        key = check_key(_unquoted(api_key))
        self._workers = workers_of(rate_limit)
        self._packages = KnownPackages()
        owned: Transport | None = None
        if transport is None:
            transport = owned = AiohttpTransport()
        base_url = ENVIRONMENTS.get(base_url.strip(), base_url)
        shared = limiter_of(rate_limit, base_url=base_url, key=key)
        session = make_session(
            base_url=base_url,
            authorization=f"{check_key(scheme)} {key}",
            classify=classify,
            transport=transport,
            rate_limit=shared or rate_limit,
            retry=retry,
            timeout=timeout,
            deadline=deadline,
            headers=headers,
            hooks=hooks,
            max_wait=max_wait,
        )
        self._use(session, owned, shared)

    @classmethod
    def from_env(cls, **options: Unpack[YardstikOptions]) -> Self:
        """Make a client of `YARDSTIK_API_KEY`, `YARDSTIK_BASE_URL` and `YARDSTIK_RATE_LIMIT_SHARED`.

        Only the first must be set. The last is where all processes share the rate limit (`RateLimit.shared`), unless
        `rate_limit` says so itself.

        Raises:
            ConfigurationError: `YARDSTIK_API_KEY` is not set, or an option cannot be right.
        """
        key = os.environ.get("YARDSTIK_API_KEY", "")
        if not key.strip():
            raise ConfigurationError("YARDSTIK_API_KEY is not set")
        limit = options.get("rate_limit", DEFAULT_RATE_LIMIT)
        options["rate_limit"] = shared_by(limit, os.environ.get(SHARED_BY))
        return cls(key, base_url=os.environ.get("YARDSTIK_BASE_URL") or PRODUCTION, **options)

    def with_options(
        self,
        *,
        retry: RetryPolicy | Unset = UNSET,
        timeout: float | Timeout | Unset = UNSET,
        deadline: float | Unset | None = UNSET,
        headers: Mapping[str, str] | Unset = UNSET,
        hooks: Sequence[Hook] | Unset = UNSET,
        max_wait: float | Unset | None = UNSET,
        priority: Priority | Unset = UNSET,
    ) -> Self:
        """A client that shares this one's transport and limiter, with some options changed.

        Closing it closes nothing: the transport belongs to this client.

        Args:
            retry: How a call is repeated.
            timeout: See `YardstikClient`.
            deadline: Seconds for one call, or None for no end.
            headers: Sent with every request, besides those of this client.
            hooks: Told of what happens, instead of those of this client.
            max_wait: See `YardstikClient`.
            priority: `Priority.INTERACTIVE`, the default, or `Priority.BULK` for work in the background, which the
                others overtake.
        """
        other = object.__new__(type(self))
        other._workers, other._packages = self._workers, self._packages
        changed = change_session(
            self._session,
            retry=retry,
            timeout=timeout,
            deadline=deadline,
            headers=headers,
            hooks=hooks,
            max_wait=max_wait,
            priority=priority,
        )
        other._use(changed)
        return other

    def reconcilable(self) -> "ReconcilableInvitations":
        """What `reconcile(client, ...)` asks of Yardstik; its requests are made in the background, as a job's are."""
        from jofi_async.yardstik.reconcile import ReconcilableInvitations

        background = self.with_options(priority=Priority.BULK, max_wait=None)
        return ReconcilableInvitations(
            invitations=background.invitations, candidates=background.candidates, workers=self._workers
        )

    def _use(self, session: Session, *owned: Closable | None) -> None:
        super().__init__(session, *owned)
        self.invitations = Invitations(session, self._workers)
        self.candidates = Candidates(session, self._workers)
        self.packages = Packages(session, self._workers, self._packages)


def _unquoted(api_key: str) -> str:
    """A key without the quotes that often come along when it is pasted (facts: 1.1)."""
    key = api_key.strip() if isinstance(api_key, str) else ""  # pyright: ignore[reportUnnecessaryIsInstance]
    return key[1:-1] if len(key) > 1 and key[0] == key[-1] and key[0] in "'\"" else key
