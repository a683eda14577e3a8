"""What an account has: itself, its users, teams, e-mail templates, score profiles, and JOFI's assessments."""

from typing import Any

from attrs import define, field

from jofi_async.core.codec import no_extra
from jofi_async.core.shown import Shown
from jofi_async.jofi.models.shared import Mode, Page, mode_text


@define(repr=False)
class Account(Shown):
    """The account of the key (page "Accounts").

    Attributes:
        id: Account id.
        display_name: Its name within JOFI.
        display_name_external: The name that participants see.
        teams_count: How many teams it has.
        users_count: How many users it has.
        invitations_count: How many invitations, over all teams.
        test_takers_seats_used_count: How many seats are in use now.
        prescreens_completed_count: How many Prescreens were finished.
        thinking_skills_completed_count: How many Thinking Skills assessments were finished.
        personality_completed_count: How many Personality Traits assessments were finished.
        career_interests_completed_count: How many Career Interests assessments were finished.
        webhook_endpoint: The live webhook's URL; None when it is not set, or is no valid URL.
        webhooks_enabled: Whether live deliveries are queued; they need a valid `webhook_endpoint` as well.
        mode: "live" or "test" depending on the key.
        object: Always "account".
        extra: Fields that are not known yet.
    """

    id: int
    display_name: str | None = None
    display_name_external: str | None = None
    teams_count: int | None = None
    users_count: int | None = None
    invitations_count: int | None = None
    test_takers_seats_used_count: int | None = None
    prescreens_completed_count: int | None = None
    thinking_skills_completed_count: int | None = None
    personality_completed_count: int | None = None
    career_interests_completed_count: int | None = None
    webhook_endpoint: str | None = None
    webhooks_enabled: bool | None = None
    mode: Mode | None = None
    object: str | None = None
    extra: dict[str, Any] = field(factory=no_extra)

    def __repr__(self) -> str:
        return f"Account(id={self.id}, mode={mode_text(self.mode)})"


@define(repr=False)
class UserListItem(Shown):
    """A JOFI user of the account, who may invite.

    Documented are `email`, which is what `created_by_user_email` takes (seed 000), and that a user's defaults can be
    seen here (seed 001); the names are those of the short form in an invitation. Under which names the defaults come is
    not documented: they are in `extra` as JOFI sends them, and `jofi_async.jofi.defaults.read_defaults` reads them.

    Attributes:
        id: User id.
        first_name: First name.
        last_name: Last name.
        email: Address of the user.
        object: Which object it is; the name is not documented.
        extra: All other fields, the defaults among them.
    """

    id: int | None = None
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    object: str | None = None
    extra: dict[str, Any] = field(factory=no_extra)


@define(repr=False)
class TeamListItem(Shown):
    """A team of the account (page "Teams").

    Attributes:
        id: Team id.
        display_name: Its name.
        users_count: How many users it has.
        invitations_count: How many invitations it has.
        test_takers_count: How many test takers it has.
        object: Always "team_list_item".
        extra: Fields that are not known yet.
    """

    id: int
    display_name: str | None = None
    users_count: int | None = None
    invitations_count: int | None = None
    test_takers_count: int | None = None
    object: str | None = None
    extra: dict[str, Any] = field(factory=no_extra)


@define(repr=False)
class AssessmentListItem(Shown):
    """An assessment of JOFI's catalog, the real one even under a test key (page "API keys").

    Documented is that `id` is what `assessments_to_assign` takes (seed 000); the names are those of the short form in
    an invitation. The rest of the page could not be read: what else comes is in `extra`.

    Attributes:
        id: Assessment id.
        display_name: Its name.
        short_name: Its short name.
        object: Which object it is; the name is not documented.
        extra: All other fields.
    """

    id: int
    display_name: str | None = None
    short_name: str | None = None
    object: str | None = None
    extra: dict[str, Any] = field(factory=no_extra)


@define(repr=False)
class EmailTemplateListItem(Shown):
    """An e-mail template of the account, or a system template enabled for it (page "Email templates").

    Attributes:
        id: Template id.
        display_name: Its name.
        type: "invitation" or "congrats".
        team_ids: The teams that it serves; empty when it serves the whole account.
        object: Always "email_template_list_item".
        extra: Fields that are not known yet.
    """

    id: int
    display_name: str | None = None
    type: str | None = None
    team_ids: list[int] | None = None
    object: str | None = None
    extra: dict[str, Any] = field(factory=no_extra)


@define(repr=False)
class ScoreProfileListItem(Shown):
    """A system score profile that is enabled for the account (page "Score profiles").

    Attributes:
        id: Profile id.
        short_name: What `test_takers.scorecard` takes as `sp`.
        display_name: Its name.
        object: Always "score_profile_list_item".
        extra: Fields that are not known yet.
    """

    id: int
    short_name: str | None = None
    display_name: str | None = None
    object: str | None = None
    extra: dict[str, Any] = field(factory=no_extra)


@define(repr=False, kw_only=True)
class UserList(Page[UserListItem]):
    """Users of the account; whether and where JOFI cuts them is not documented."""

    data: list[UserListItem]


@define(repr=False, kw_only=True)
class TeamList(Page[TeamListItem]):
    """Teams of the account; JOFI cuts them at no documented number."""

    data: list[TeamListItem]


@define(repr=False, kw_only=True)
class AssessmentList(Page[AssessmentListItem]):
    """JOFI's catalog of assessments."""

    data: list[AssessmentListItem]


@define(repr=False, kw_only=True)
class EmailTemplateList(Page[EmailTemplateListItem]):
    """E-mail templates of the account; JOFI cuts them at no documented number."""

    data: list[EmailTemplateListItem]


@define(repr=False, kw_only=True)
class ScoreProfileList(Page[ScoreProfileListItem]):
    """Score profiles; `total_count` is how many are enabled for the account."""

    data: list[ScoreProfileListItem]
