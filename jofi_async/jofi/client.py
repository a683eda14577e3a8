"""The JOFI client: a key, a transport and the resources."""

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property, partial
from pathlib import Path
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
from jofi_async.core.errors import ApiError, ConfigurationError
from jofi_async.core.events import Hook
from jofi_async.core.limits import Limiter, Priority, RateLimit
from jofi_async.core.operation import Operation
from jofi_async.core.retry import RetryPolicy
from jofi_async.core.session import Session
from jofi_async.core.transport import Transport
from jofi_async.core.unset import UNSET, Unset
from jofi_async.core.wire import Response, Timeout
from jofi_async.jofi.models import Mode
from jofi_async.jofi.resources.calls import Calls
from jofi_async.jofi.resources.invitations import Invitations
from jofi_async.jofi.watermark import Watermark
from jofi_async.sharing import limiter_of, shared_by
from jofi_async.transports.aiohttp import AiohttpTransport

if TYPE_CHECKING:
    from jofi_async.jofi.reconcile import ReconcilableInvitations
    from jofi_async.jofi.resources.account import Accounts, Assessments, EmailTemplates, ScoreProfiles, Teams, Users
    from jofi_async.jofi.resources.results import CareerNavigationProfiles, TestTakers
    from jofi_async.jofi.setup.report import SetupReport

BASE_URL = "https://www.jofiscore.com/api/v2"
"""Where JOFI's API lives (facts: "Basics")."""

SHARED_BY = "JOFI_RATE_LIMIT_SHARED"
"""The environment variable that says where the rate limit is shared."""

_KEY_FORM = re.compile(r"sk_(live|test)_[\x21-\x7e]+")
_MODES = {"sk_live_": Mode.LIVE, "sk_test_": Mode.TEST}


class JofiOptions(ClientOptions, total=False):
    """The keyword arguments of a `JofiClient` besides the key and the URL."""

    expect_mode: str | None
    validate: bool


class JofiClient(Client):
    """JOFI's API under one key; an async context manager.

    Args:
        api_key: `sk_live_...` or `sk_test_...`.
        base_url: Where the API lives; it ends in `/api/v2`.
        transport: Moves the bytes. One that is given is not closed with the client; by default there is an
            `AiohttpTransport` of its own.
        rate_limit: How fast and how many at once, a limiter of your own, or None for no limit.
        retry: How a call is repeated.
        timeout: Seconds that one attempt may wait for the next bytes of the answer, and, up to 10, for a connection;
            or a `Timeout` that tells the two apart.
        deadline: Seconds for one call: queue, limit, attempts and backoff together; None for no end.
        headers: Sent with every request.
        hooks: Told of what happens on each call's way.
        max_wait: Seconds that a call may wait for its first slot of the rate limit: if it would take longer, it is
            refused at once with `QueueTooLongError`. None waits as long as it takes, as `create_many` always does.
        expect_mode: "live" or "test": a key of another kind is refused.
        validate: Whether what JOFI documents is checked before anything is sent.

    Attributes:
        invitations: Create, list, get and update invitations, one or many.
        accounts: The account of the key.
        users: The account's users, who may invite.
        teams: The account's teams.
        assessments: JOFI's assessments.
        email_templates: The account's e-mail templates.
        score_profiles: What scores are held against.
        test_takers: People who accepted, their scorecards and job fit reports.
        career_navigation_profiles: What finished people have.

    Raises:
        ConfigurationError: The key is empty or not of the mode that is expected, or an option is out of range.
    """

    def __init__(
        self,
        api_key: str,
        *,
        base_url: str = BASE_URL,
        transport: Transport | None = None,
        rate_limit: RateLimit | Limiter | None = DEFAULT_RATE_LIMIT,
        retry: RetryPolicy = DEFAULT_RETRY,
        timeout: float | Timeout = 30.0,
        deadline: float | None = None,
        headers: Mapping[str, str] | None = None,
        hooks: Sequence[Hook] = (),
        max_wait: float | None = None,
        expect_mode: str | None = None,
        validate: bool = True,
    ) -> None:
        key = check_key(api_key)
        self._mode = _mode_of(key, expect_mode)
        self._is_well_formed = _KEY_FORM.fullmatch(key) is not None
        self._validate = validate
        self._max_in_flight = workers_of(rate_limit)
        self._watermark = Watermark()
        owned: Transport | None = None
        if transport is None:
            transport = owned = AiohttpTransport()
        shared = limiter_of(rate_limit, base_url=base_url, key=key)
        session = make_session(
            base_url=base_url,
            authorization=f"Bearer {key}",
            classify=_classify,
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
    def from_env(cls, **options: Unpack[JofiOptions]) -> Self:
        """Make a client of `JOFI_API_KEY` and, where they are set, `JOFI_BASE_URL` and `JOFI_RATE_LIMIT_SHARED`.

        The last is where all processes share the rate limit (`RateLimit.shared`), unless `rate_limit` says so itself.

        Raises:
            ConfigurationError: `JOFI_API_KEY` is not set, or an option cannot be right.
        """
        key = os.environ.get("JOFI_API_KEY", "")
        if not key.strip():
            raise ConfigurationError("JOFI_API_KEY is not set")
        limit = options.get("rate_limit", DEFAULT_RATE_LIMIT)
        options["rate_limit"] = shared_by(limit, os.environ.get(SHARED_BY))
        return cls(key, base_url=os.environ.get("JOFI_BASE_URL") or BASE_URL, **options)

    @cached_property
    def accounts(self) -> "Accounts":
        """The account of the key."""
        from jofi_async.jofi.resources.account import Accounts  # slow to import, as its models are

        return Accounts(self._calls)

    @cached_property
    def users(self) -> "Users":
        """The account's users, who may invite."""
        from jofi_async.jofi.resources.account import Users

        return Users(self._calls)

    @cached_property
    def teams(self) -> "Teams":
        """The account's teams."""
        from jofi_async.jofi.resources.account import Teams

        return Teams(self._calls)

    @cached_property
    def assessments(self) -> "Assessments":
        """JOFI's assessments."""
        from jofi_async.jofi.resources.account import Assessments

        return Assessments(self._calls)

    @cached_property
    def email_templates(self) -> "EmailTemplates":
        """The account's e-mail templates."""
        from jofi_async.jofi.resources.account import EmailTemplates

        return EmailTemplates(self._calls)

    @cached_property
    def score_profiles(self) -> "ScoreProfiles":
        """What scores are held against."""
        from jofi_async.jofi.resources.account import ScoreProfiles

        return ScoreProfiles(self._calls)

    @cached_property
    def test_takers(self) -> "TestTakers":
        """People who accepted, their scorecards and job fit reports."""
        from jofi_async.jofi.resources.results import TestTakers

        return TestTakers(self._calls)

    @cached_property
    def career_navigation_profiles(self) -> "CareerNavigationProfiles":
        """What finished people have."""
        from jofi_async.jofi.resources.results import CareerNavigationProfiles

        return CareerNavigationProfiles(self._calls)

    @property
    def mode(self) -> Mode | None:
        """What the key's prefix says, or None when it says nothing."""
        return self._mode

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
            timeout: See `JofiClient`.
            deadline: Seconds for one call, or None for no end.
            headers: Sent with every request, besides those of this client.
            hooks: Told of what happens, instead of those of this client.
            max_wait: See `JofiClient`.
            priority: `Priority.INTERACTIVE`, which is the default of all calls but those of `create_many` and
                `list_many`, or `Priority.BULK` for work in the background, which the others overtake.
        """
        other = object.__new__(type(self))
        other._mode, other._validate, other._is_well_formed = self._mode, self._validate, self._is_well_formed
        other._max_in_flight, other._watermark = self._max_in_flight, self._watermark
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

    async def check_setup(
        self, inviters: Iterable[str] = (), *, key_file: str | os.PathLike[str] | None = None
    ) -> "SetupReport":
        """Go through JOFI's setup checklist (seed 001), item by item; nothing is created or changed.

        Args:
            inviters: The addresses of the users who will invite.
            key_file: The file from which the key was read, to see who else may read it.

        Returns:
            Each item with its status, what was looked at and what to do next. A call that fails makes its items
            "cannot be known", a key that is not accepted makes one fail; nothing is raised for either.
        """
        from jofi_async.jofi.setup.facts import KeyFacts, Rooms, gather
        from jofi_async.jofi.setup.judge import judge  # slow to import, and asked for only before going live

        named = [inviters] if isinstance(inviters, str) else inviters
        file = None if key_file is None else Path(key_file)
        rooms = Rooms(self.accounts, self.users, self.teams, self.assessments, self.email_templates)
        facts = await gather(rooms, KeyFacts(True, self._is_well_formed, self._mode), file)
        return judge(facts, list({inviter.strip().casefold(): inviter.strip() for inviter in named}.values()))

    def reconcilable(self) -> "ReconcilableInvitations":
        """What `reconcile(client, ...)` asks of JOFI; its requests are made in the background, as those of a job."""
        from jofi_async.jofi.reconcile import ReconcilableInvitations
        from jofi_async.jofi.updating import update

        background = self.with_options(priority=Priority.BULK, max_wait=None)
        return ReconcilableInvitations(
            validate=self._validate,
            invitations=background.invitations,
            test_takers=background.test_takers,
            update=partial(update, Calls(background._session, self._mode)),
            workers=self._max_in_flight,
            mode=self._mode,
        )

    def _use(self, session: Session, *owned: Closable | None) -> None:
        super().__init__(session, *owned)
        self._calls = Calls(session, self._mode)
        self.invitations = Invitations(
            self._calls,
            validate=self._validate,
            max_in_flight=self._max_in_flight,
            watermark=self._watermark,
        )


def _classify(operation: Operation, response: Response) -> ApiError:
    from jofi_async.jofi.refusals import classify  # slow to import, and asked only when something was refused

    return classify(operation, response)


def _mode_of(key: str, expected: str | None) -> Mode | None:
    mode = next((mode for prefix, mode in _MODES.items() if key.startswith(prefix)), None)
    if expected is None:
        return mode
    if expected not in (Mode.LIVE, Mode.TEST):
        raise ConfigurationError(f'expect_mode must be "live" or "test", not {expected!r}')
    if mode != expected:
        found = f"a {mode}" if mode else "neither a live nor a test"
        raise ConfigurationError(f"A {expected} key is expected, and this is {found} key")
    return mode
