"""Invitations (seed 002): as they are asked for, and as they are answered."""

from datetime import datetime
from typing import Any

from attrs import define, field, frozen

from jofi_async.core.codec import LooseTime, OpenEnum, no_extra
from jofi_async.core.unset import UNSET, Unset
from jofi_async.yardstik.models.candidates import Candidate, NewCandidate
from jofi_async.yardstik.models.shared import Account, Page, Report


class InvitationStatus(OpenEnum):
    """How far an invitation is; seed 002 names two, and whatever else comes is kept as it came."""

    EXPIRED = "expired"
    CANCELED = "canceled"

    @property
    def is_refreshable(self) -> bool:
        """Whether `refresh` is allowed: from expired and canceled only (seed 002, "Refresh an invitation")."""
        return self in REFRESHABLE


REFRESHABLE = (InvitationStatus.EXPIRED, InvitationStatus.CANCELED)


@define(repr=False)
class Styles:
    """How the candidate's form looks.

    Attributes:
        theme_base: The theme.
        primary_color: The main color.
        bg_image: The picture behind it.
        extra: Fields that are not known yet.
    """

    theme_base: str | None = None
    primary_color: str | None = None
    bg_image: str | None = None
    extra: dict[str, Any] = field(factory=no_extra, repr=False)


@define(repr=False)
class InvitationMeta:
    """Links of an invitation; no page shows them, and others' programs rely on `apply`.

    Attributes:
        entity: The URL of the object.
        apply: The candidate's link.
        extra: Fields that are not known yet.
    """

    entity: str | None = None
    apply: str | None = None
    extra: dict[str, Any] = field(factory=no_extra)

    def __repr__(self) -> str:
        return "InvitationMeta(...)"


@define(repr=False)
class Invitation:
    """An invitation (seed 002, "Create an invitation").

    Attributes:
        id: Invitation ID, an opaque text.
        status: How far it is, an open enum.
        external_id: The caller's own reference.
        platform_service_id: Not described.
        expires_at: When it expires.
        canceled_at: When it was canceled.
        confirmation_code: A code for the candidate.
        account_id: Account ID.
        account_name: Account name.
        created_at: When it was created, by Yardstik's clock; None where it cannot be read.
        updated_at: When it was changed last.
        logo: The account's logo.
        report_urls: Links to the candidate's form.
        styles: How the form looks.
        candidate: Who was invited.
        account: The account.
        meta: Links of the object.
        report: The report that was created with it.
        extra: Fields that are not known yet.
    """

    id: str
    status: InvitationStatus | None = None
    external_id: str | None = None
    platform_service_id: str | None = None
    expires_at: LooseTime | None = None
    canceled_at: LooseTime | None = None
    confirmation_code: str | None = None
    account_id: str | None = None
    account_name: str | None = None
    created_at: LooseTime | None = None
    updated_at: LooseTime | None = None
    logo: str | None = None
    report_urls: list[str] | None = None
    styles: Styles | None = None
    candidate: Candidate | None = None
    account: Account | None = None
    meta: InvitationMeta | None = None
    report: Report | None = None
    extra: dict[str, Any] = field(factory=no_extra)

    @property
    def apply_url(self) -> str | None:
        """The candidate's link, where the answer has one: `meta.apply`, else the first of `report_urls`."""
        if self.meta is not None and self.meta.apply:
            return self.meta.apply
        return self.report_urls[0] if self.report_urls else None

    def __repr__(self) -> str:
        return f"Invitation(id={self.id}, {self.status.value if self.status else 'status unknown'})"


@define(repr=False, kw_only=True)
class InvitationList(Page[Invitation]):
    """A page of invitations."""

    data: list[Invitation]


@frozen(repr=False)
class InvitationReceipt:
    """What a job's journal keeps of an invitation that an earlier run settled; `get` reads the rest.

    Attributes:
        id: Invitation ID.
        apply_url: The candidate's link.
    """

    id: str
    apply_url: str | None = None

    def __repr__(self) -> str:
        return f"InvitationReceipt(id={self.id})"


@frozen(repr=False, kw_only=True)
class NewInvitation:
    """One person to invite: who it is, and to what. `create_many` finds or creates the candidate first.

    Attributes:
        candidate: Who is invited.
        account_package_id: The `id` of one of the account's packages.
        expires_at: When it expires, an aware datetime; by default as the account's notification settings say.
        candidate_id: The candidate's id, where it is known; then nobody is looked for or created.
    """

    candidate: NewCandidate
    account_package_id: str
    expires_at: datetime | Unset = UNSET
    candidate_id: str | Unset = UNSET

    def __repr__(self) -> str:
        return "NewInvitation(...)"
