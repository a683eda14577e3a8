"""JOFI's objects as its documentation shows them; field names are those on the wire.

A `repr` shows type, id and states, nothing else: the fields hold personal data. Fields that JOFI adds one day are kept
in `extra`.
"""

from typing import TYPE_CHECKING

from jofi_async.core.lazy import lazily

if TYPE_CHECKING:
    from jofi_async.jofi.models.account import (
        Account,
        AssessmentList,
        AssessmentListItem,
        EmailTemplateList,
        EmailTemplateListItem,
        ScoreProfileList,
        ScoreProfileListItem,
        TeamList,
        TeamListItem,
        UserList,
        UserListItem,
    )
    from jofi_async.jofi.models.invitations import (
        Invitation,
        InvitationFields,
        InvitationList,
        InvitationListItem,
        InvitationReceipt,
        Invited,
        NewInvitation,
    )
    from jofi_async.jofi.models.results import (
        AssignedAssessment,
        CareerNavigationProfile,
        CareerNavigationProfileList,
        CareerNavigationProfileListItem,
        Facet,
        JobFitReport,
        Score,
        Scorecard,
        ScorecardProfile,
        Scores,
        TestTaker,
        TestTakerList,
        TestTakerListItem,
    )
    from jofi_async.jofi.models.shared import Mode, Named, Page, ShortNamed, User

__all__ = [
    "Account",
    "AssessmentList",
    "AssessmentListItem",
    "AssignedAssessment",
    "CareerNavigationProfile",
    "CareerNavigationProfileList",
    "CareerNavigationProfileListItem",
    "EmailTemplateList",
    "EmailTemplateListItem",
    "Facet",
    "Invitation",
    "InvitationFields",
    "InvitationList",
    "InvitationListItem",
    "InvitationReceipt",
    "Invited",
    "JobFitReport",
    "Mode",
    "Named",
    "NewInvitation",
    "Page",
    "Score",
    "ScoreProfileList",
    "ScoreProfileListItem",
    "Scorecard",
    "ScorecardProfile",
    "Scores",
    "ShortNamed",
    "TeamList",
    "TeamListItem",
    "TestTaker",
    "TestTakerList",
    "TestTakerListItem",
    "User",
    "UserList",
    "UserListItem",
]

_HOMES = {
    "account": (
        "Account AssessmentList AssessmentListItem EmailTemplateList EmailTemplateListItem ScoreProfileList "
        "ScoreProfileListItem TeamList TeamListItem UserList UserListItem"
    ),
    "invitations": (
        "Invitation InvitationFields InvitationList InvitationListItem InvitationReceipt Invited NewInvitation"
    ),
    "results": (
        "AssignedAssessment CareerNavigationProfile CareerNavigationProfileList CareerNavigationProfileListItem "
        "Facet JobFitReport Score Scorecard ScorecardProfile Scores TestTaker TestTakerList TestTakerListItem"
    ),
    "shared": "Mode Named Page ShortNamed User",
}
"""The modules, and which names each holds."""

__getattr__, __dir__ = lazily(__name__, _HOMES)
