"""Invitations (seed 000): as they are asked for, and as they are answered."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NotRequired, TypedDict

from attrs import define, field, frozen

from jofi_async.core.codec import no_extra
from jofi_async.core.unset import UNSET, Unset, reader_of_given
from jofi_async.jofi.models.shared import Mode, Named, Page, ShortNamed, User, mode_text


@define(repr=False)
class Invitation:
    """An invitation as create, get and update return it (seed 000, "invitation object").

    Attributes:
        id: Invitation ID.
        created_at: When the invitation was created, by JOFI's clock.
        first_name: Participant first name.
        last_name: Participant last name.
        email: Participant email address.
        mode: "live" or "test" depending on the key.
        object: Always "invitation".
        invited_by_user: JOFI user who sent the invitation.
        accepted_at: When the participant accepted the invitation.
        send_via_email: Whether JOFI sends the invitation by email.
        phone: Participant phone in E.164 format.
        send_via_sms: Whether JOFI sends the invitation by SMS.
        custom_id: Your grouping identifier.
        person_id: Your system's participant identifier.
        invitation_email_template: Assigned invitation email template.
        ref_text: Reference text for some email templates.
        congrats_email_template: Assigned congrats email template.
        send_congrats_notification: Whether JOFI sends a congratulations notification after completion.
        target_score_profile: Target score profile.
        invitation_assessments: Assessments assigned to this invitation.
        assessment_url: Unique link for the participant to start assessments.
        career_navigation_url: Career Navigation URL.
        scorecard_url: JOFI scorecard URL.
        job_fit_summary_url: Job Fit Summary report URL.
        career_options_spotlight_url: Career Options Spotlight report URL.
        team: Team the invitation belongs to.
        account: Account the invitation belongs to.
        test_taker_id: Test taker ID after acceptance.
        career_navigation_profile_id: Career Navigation profile ID.
        extra: Fields that are not known yet.
    """

    id: int
    created_at: datetime
    first_name: str
    last_name: str
    email: str
    mode: Mode | None = None
    object: str | None = None
    invited_by_user: User | None = None
    accepted_at: datetime | None = None
    send_via_email: bool | None = None
    phone: str | None = None
    send_via_sms: bool | None = None
    custom_id: str | None = None
    person_id: str | None = None
    invitation_email_template: Named | None = None
    ref_text: str | None = None
    congrats_email_template: Named | None = None
    send_congrats_notification: bool | None = None
    target_score_profile: ShortNamed | None = None
    invitation_assessments: list[ShortNamed] | None = None
    assessment_url: str | None = None
    career_navigation_url: str | None = None
    scorecard_url: str | None = None
    job_fit_summary_url: str | None = None
    career_options_spotlight_url: str | None = None
    team: Named | None = None
    account: Named | None = None
    test_taker_id: int | None = None
    career_navigation_profile_id: str | None = None
    extra: dict[str, Any] = field(factory=no_extra)

    def __repr__(self) -> str:
        return f"Invitation(id={self.id}, mode={mode_text(self.mode)}, {_state(self.accepted_at)})"


@define(repr=False)
class InvitationListItem:
    """An invitation as the list shows it (seed 000, "invitation_list_item fields").

    Attributes:
        id: Invitation ID.
        created_at: When the invitation was created, by JOFI's clock.
        first_name: Participant first name.
        last_name: Participant last name.
        email: Participant email address.
        object: Always "invitation_list_item".
        accepted_at: When the participant accepted the invitation.
        assessment_url: Unique link for the participant to start assessments.
        test_taker_id: Test taker ID after acceptance.
        custom_id: Your grouping identifier.
        person_id: Your system's participant identifier.
        extra: Fields that are not known yet.
    """

    id: int
    created_at: datetime
    first_name: str
    last_name: str
    email: str
    object: str | None = None
    accepted_at: datetime | None = None
    assessment_url: str | None = None
    test_taker_id: int | None = None
    custom_id: str | None = None
    person_id: str | None = None
    extra: dict[str, Any] = field(factory=no_extra)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(id={self.id}, {_state(self.accepted_at)})"


@frozen(repr=False)
class InvitationReceipt:
    """What a job's journal keeps of an invitation that an earlier run settled; `get` reads the rest.

    Attributes:
        id: Invitation ID.
        assessment_url: Unique link for the participant to start assessments.
    """

    id: int
    assessment_url: str | None = None

    def __repr__(self) -> str:
        return f"InvitationReceipt(id={self.id})"


Invited = Invitation | InvitationListItem | InvitationReceipt
"""An invitation as a bulk job knows it: as it was created, found, or kept in the journal; each has `id` and link."""


@define(repr=False, kw_only=True)
class InvitationList(Page[InvitationListItem]):
    """Invitations, newest first; JOFI cuts them at 50, or 150 with a filter."""

    data: list[InvitationListItem]


@frozen(repr=False, kw_only=True)
class NewInvitation:
    """What one invitation is created with (seed 000, "Required request fields", "Optional request fields").

    A field that is `UNSET` is not sent, so that JOFI takes the inviter's default. Nothing is checked here:
    `jofi_async.jofi.checks.check_new` says what cannot be right.

    Attributes:
        first_name: Participant first name, not empty.
        last_name: Participant last name, not empty.
        email: Participant email address.
        created_by_user_email: Address of the JOFI user who invites, of the same account as the key.
        person_id: Your system's identifier for this participant. Recommended.
        custom_id: Your grouping identifier, for example a job req #; at most 50 characters.
        phone: Participant phone; needed for SMS.
        team_id: A team of the account. Default: the inviter's.
        assessments_to_assign: Assessment ids, at least one; 1 does not go with 6, 7 or 8. Default: the inviter's.
        send_via_email: Whether JOFI sends the invitation by email. JOFI's default: true.
        send_via_sms: Whether JOFI also sends it by text message. JOFI's default: false.
        email_template_id: An invitation template. Default: the inviter's.
        ref_text: Reference text for some email templates; at most 60 characters.
    """

    first_name: str
    last_name: str
    email: str
    created_by_user_email: str
    person_id: str | Unset | None = UNSET
    custom_id: str | Unset | None = UNSET
    phone: str | Unset | None = UNSET
    team_id: int | Unset = UNSET
    assessments_to_assign: Sequence[int] | Unset = UNSET
    send_via_email: bool | Unset = UNSET
    send_via_sms: bool | Unset = UNSET
    email_template_id: int | Unset = UNSET
    ref_text: str | Unset | None = UNSET

    def given(self) -> dict[str, Any]:
        """The fields that are set, by name."""
        return _given_of(self)

    def __repr__(self) -> str:
        return "NewInvitation(...)"


class InvitationFields(TypedDict):
    """The fields of a `NewInvitation` as keyword arguments."""

    first_name: str
    last_name: str
    email: str
    created_by_user_email: str
    person_id: NotRequired[str | Unset | None]
    custom_id: NotRequired[str | Unset | None]
    phone: NotRequired[str | Unset | None]
    team_id: NotRequired[int | Unset]
    assessments_to_assign: NotRequired[Sequence[int] | Unset]
    send_via_email: NotRequired[bool | Unset]
    send_via_sms: NotRequired[bool | Unset]
    email_template_id: NotRequired[int | Unset]
    ref_text: NotRequired[str | Unset | None]


_given_of = reader_of_given(InvitationFields.__annotations__)


def _state(accepted_at: datetime | None) -> str:
    return "accepted" if accepted_at else "not accepted"
