"""An async SDK for inviting people at scale, over the APIs of JOFI and Yardstik.

Example::

    async with JofiClient.from_env() as client:
        async with client.invitations.create_many(rows) as job:
            async for outcome in job:
                ...
"""

from importlib import import_module
from typing import TYPE_CHECKING

from jofi_async._version import __version__
from jofi_async.core.lazy import lazily

if TYPE_CHECKING:
    from jofi_async.bulk.job import BulkJob, Summary
    from jofi_async.bulk.journal.journal import Journal
    from jofi_async.bulk.ledger import Resumed
    from jofi_async.bulk.outcome import Evidence, Outcome, OutcomeKind
    from jofi_async.bulk.source import SourceRow
    from jofi_async.core.errors import (
        ApiError,
        AuthenticationError,
        CallError,
        ConfigurationError,
        DeadlineNotSentError,
        DeadlineUnknownError,
        DuplicateError,
        DuplicateKind,
        Effect,
        ForbiddenError,
        InvalidInputError,
        JofiAsyncError,
        JournalError,
        JournalHeldError,
        LifecycleError,
        ModeMismatchError,
        NotFoundError,
        NotSentError,
        Problem,
        QueueTooLongError,
        RateLimitedError,
        RefusedError,
        RetryAfterTooLongError,
        ServerError,
        SetupError,
        SharedLimitLostError,
        UnknownOutcomeError,
        UnreadableAnswerError,
        UsageError,
        WrongAddressError,
    )
    from jofi_async.core.events import (
        Abandoned,
        Answered,
        BackingOff,
        CallEnded,
        Event,
        Failed,
        Hook,
        Limited,
        Queued,
        Sent,
    )
    from jofi_async.core.limits import AdaptiveRateLimit, Limiter, Priority, RateLimit, RateLimiter
    from jofi_async.core.limits.shared.store import LimitStore, LimitStoreError
    from jofi_async.core.limits.statistics import LimiterStatistics
    from jofi_async.core.retry import RetryPolicy
    from jofi_async.core.transport import Transport
    from jofi_async.core.unset import UNSET, Unset
    from jofi_async.core.wire import Request, Response, Timeout
    from jofi_async.jofi.client import JofiClient
    from jofi_async.jofi.complete import AllInvitations, InvitationListing
    from jofi_async.jofi.defaults import Default, DefaultState, UserDefaults, read_defaults
    from jofi_async.jofi.fake import FakeJofi
    from jofi_async.jofi.listing import ListFilter, ListResult
    from jofi_async.jofi.models import (
        Account,
        AssessmentList,
        AssessmentListItem,
        AssignedAssessment,
        CareerNavigationProfile,
        CareerNavigationProfileList,
        CareerNavigationProfileListItem,
        EmailTemplateList,
        EmailTemplateListItem,
        Facet,
        Invitation,
        InvitationList,
        InvitationListItem,
        InvitationReceipt,
        Invited,
        JobFitReport,
        Mode,
        Named,
        NewInvitation,
        Page,
        Score,
        Scorecard,
        ScorecardProfile,
        ScoreProfileList,
        ScoreProfileListItem,
        Scores,
        ShortNamed,
        TeamList,
        TeamListItem,
        TestTaker,
        TestTakerList,
        TestTakerListItem,
        User,
        UserList,
        UserListItem,
    )
    from jofi_async.jofi.setup.report import CheckStatus, SetupItem, SetupReport
    from jofi_async.reconcile.application import Application, Applied
    from jofi_async.reconcile.complete import IncompleteListingError, ListingSummary
    from jofi_async.reconcile.plan import Plan
    from jofi_async.reconcile.planning import reconcile
    from jofi_async.reconcile.progress import People, PersonState, Progress
    from jofi_async.reconcile.reading import How, Reading
    from jofi_async.reconcile.reconcilable import Card, Change
    from jofi_async.reconcile.step import Step, StepKind
    from jofi_async.transports.aiohttp import AiohttpTransport
    from jofi_async.transports.fake import FakeTransport
    from jofi_async.yardstik.client import YardstikClient
    from jofi_async.yardstik.fake import FakeYardstik

__all__ = [
    "UNSET",
    "Abandoned",
    "Account",
    "AdaptiveRateLimit",
    "AiohttpTransport",
    "AllInvitations",
    "Answered",
    "ApiError",
    "Application",
    "Applied",
    "AssessmentList",
    "AssessmentListItem",
    "AssignedAssessment",
    "AuthenticationError",
    "BackingOff",
    "BulkJob",
    "CallEnded",
    "CallError",
    "Card",
    "CareerNavigationProfile",
    "CareerNavigationProfileList",
    "CareerNavigationProfileListItem",
    "Change",
    "CheckStatus",
    "ConfigurationError",
    "DeadlineNotSentError",
    "DeadlineUnknownError",
    "Default",
    "DefaultState",
    "DuplicateError",
    "DuplicateKind",
    "Effect",
    "EmailTemplateList",
    "EmailTemplateListItem",
    "Event",
    "Evidence",
    "Facet",
    "Failed",
    "FakeJofi",
    "FakeTransport",
    "FakeYardstik",
    "ForbiddenError",
    "Hook",
    "How",
    "IncompleteListingError",
    "InvalidInputError",
    "Invitation",
    "InvitationList",
    "InvitationListItem",
    "InvitationListing",
    "InvitationReceipt",
    "Invited",
    "JobFitReport",
    "JofiAsyncError",
    "JofiClient",
    "Journal",
    "JournalError",
    "JournalHeldError",
    "LifecycleError",
    "LimitStore",
    "LimitStoreError",
    "Limited",
    "Limiter",
    "LimiterStatistics",
    "ListFilter",
    "ListResult",
    "ListingSummary",
    "Mode",
    "ModeMismatchError",
    "Named",
    "NewInvitation",
    "NotFoundError",
    "NotSentError",
    "Outcome",
    "OutcomeKind",
    "Page",
    "People",
    "PersonState",
    "Plan",
    "Priority",
    "Problem",
    "Progress",
    "QueueTooLongError",
    "Queued",
    "RateLimit",
    "RateLimitedError",
    "RateLimiter",
    "Reading",
    "RefusedError",
    "Request",
    "Response",
    "Resumed",
    "RetryAfterTooLongError",
    "RetryPolicy",
    "Score",
    "ScoreProfileList",
    "ScoreProfileListItem",
    "Scorecard",
    "ScorecardProfile",
    "Scores",
    "Sent",
    "ServerError",
    "SetupError",
    "SetupItem",
    "SetupReport",
    "SharedLimitLostError",
    "ShortNamed",
    "SourceRow",
    "Step",
    "StepKind",
    "Summary",
    "TeamList",
    "TeamListItem",
    "TestTaker",
    "TestTakerList",
    "TestTakerListItem",
    "Timeout",
    "Transport",
    "UnknownOutcomeError",
    "UnreadableAnswerError",
    "Unset",
    "UsageError",
    "User",
    "UserDefaults",
    "UserList",
    "UserListItem",
    "WrongAddressError",
    "YardstikClient",
    "__version__",
    "read_defaults",
    "reconcile",
]

_HOMES = {
    "bulk.job": "BulkJob Summary",
    "bulk.journal.journal": "Journal",
    "bulk.ledger": "Resumed",
    "bulk.outcome": "Evidence Outcome OutcomeKind",
    "bulk.source": "SourceRow",
    "core.errors": (
        "ApiError AuthenticationError CallError ConfigurationError DeadlineNotSentError DeadlineUnknownError "
        "DuplicateError DuplicateKind Effect ForbiddenError InvalidInputError JofiAsyncError JournalError "
        "JournalHeldError LifecycleError ModeMismatchError NotFoundError NotSentError Problem "
        "QueueTooLongError RateLimitedError RefusedError RetryAfterTooLongError ServerError SetupError "
        "SharedLimitLostError UnknownOutcomeError UnreadableAnswerError UsageError WrongAddressError"
    ),
    "core.events": "Abandoned Answered BackingOff CallEnded Event Failed Hook Limited Queued Sent",
    "core.limits": "AdaptiveRateLimit Limiter Priority RateLimit RateLimiter",
    "core.limits.shared.store": "LimitStore LimitStoreError",
    "core.limits.statistics": "LimiterStatistics",
    "core.retry": "RetryPolicy",
    "core.transport": "Transport",
    "core.unset": "UNSET Unset",
    "core.wire": "Request Response Timeout",
    "jofi.client": "JofiClient",
    "jofi.complete": "AllInvitations InvitationListing",
    "jofi.defaults": "Default DefaultState UserDefaults read_defaults",
    "jofi.fake": "FakeJofi",
    "jofi.listing": "ListFilter ListResult",
    "jofi.models": (
        "Account AssessmentList AssessmentListItem AssignedAssessment CareerNavigationProfile "
        "CareerNavigationProfileList CareerNavigationProfileListItem EmailTemplateList EmailTemplateListItem "
        "Facet Invitation InvitationList InvitationListItem InvitationReceipt Invited JobFitReport Mode Named "
        "NewInvitation Page Score ScoreProfileList ScoreProfileListItem Scorecard ScorecardProfile Scores "
        "ShortNamed TeamList TeamListItem TestTaker TestTakerList TestTakerListItem User UserList "
        "UserListItem"
    ),
    "jofi.setup.report": "CheckStatus SetupItem SetupReport",
    "reconcile.application": "Application Applied",
    "reconcile.complete": "IncompleteListingError ListingSummary",
    "reconcile.plan": "Plan",
    "reconcile.planning": "reconcile",
    "reconcile.progress": "People PersonState Progress",
    "reconcile.reading": "How Reading",
    "reconcile.reconcilable": "Card Change",
    "reconcile.step": "Step StepKind",
    "transports.aiohttp": "AiohttpTransport",
    "transports.fake": "FakeTransport",
    "yardstik.client": "YardstikClient",
    "yardstik.fake": "FakeYardstik",
}
"""The modules, and which public names each holds."""

import_module("jofi_async.reconcile")
del globals()["reconcile"]  # the package's name is the function's here

__getattr__, __dir__ = lazily(__name__, _HOMES)
