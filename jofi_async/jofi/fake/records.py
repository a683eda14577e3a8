"""The records a world is made of. Their `repr` shows type and id: personal data is never in it."""

from datetime import datetime
from typing import Literal

from attrs import define, field


class Record:
    """Something with an id.

    Attributes:
        id: Its id; unique among records of its type.
    """

    __slots__ = ()

    id: int

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.id})"


@define(kw_only=True, repr=False)
class Account(Record):
    """A customer of JOFI's (page "Accounts").

    Attributes:
        keys: Its API keys; those that start with `sk_test_` are test keys.
        score_profile_ids: The system score profiles that are enabled for it.
    """

    id: int
    display_name: str
    keys: tuple[str, ...]
    display_name_external: str | None = None
    webhook_endpoint: str | None = None
    webhooks_enabled: bool = False
    score_profile_ids: tuple[int, ...] = ()


@define(kw_only=True, repr=False)
class Team(Record):
    """A team of an account (page "Teams")."""

    id: int
    account_id: int
    display_name: str


@define(kw_only=True, repr=False)
class User(Record):
    """A JOFI user who may invite, with the settings of seed 000, "User defaults"."""

    id: int
    account_id: int
    first_name: str
    last_name: str
    email: str
    default_team_id: int | None = None
    default_test_ids: tuple[int, ...] = ()
    default_template_id: int | None = None
    default_congrats_template_id: int | None = None


@define(kw_only=True, repr=False)
class EmailTemplate(Record):
    """An e-mail template of an account (page "Email templates")."""

    id: int
    account_id: int
    display_name: str
    type: Literal["invitation", "congrats"]
    team_ids: tuple[int, ...] = ()


@define(kw_only=True, repr=False)
class Assessment(Record):
    """An assessment of JOFI's catalog, the same for all accounts; its id is the `test_id` of a request."""

    id: int
    display_name: str
    short_name: str


@define(kw_only=True, repr=False)
class ScoreProfile(Record):
    """A system score profile, which an account may have enabled (page "Score profiles").

    Attributes:
        riasec_profile: Its interests, as a scorecard shows them.
    """

    id: int
    short_name: str
    display_name: str
    riasec_profile: str


@define(kw_only=True, repr=False)
class Details:
    """The fields that a create sets and an update may change, under the rules both share.

    The defaults are those of seed 000, "Optional request fields".
    """

    first_name: str = ""
    last_name: str = ""
    email: str = ""
    phone: str | None = None
    custom_id: str | None = None
    person_id: str | None = None
    ref_text: str | None = None
    send_via_email: bool = True
    send_via_sms: bool = False

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


@define(kw_only=True, repr=False)
class Invitation(Record, Details):
    """A stored invitation and how far its participant has come.

    Attributes:
        assigned_ids: The ids of the assignments of the assessments, in their order; there are none before acceptance.
        completed_at: When each completed assessment was completed, by test id.
    """

    id: int
    account_id: int
    team_id: int
    invited_by_user_id: int | None
    created_at: datetime
    test_ids: tuple[int, ...]
    assessment_url: str | None
    email_template_id: int | None = None
    congrats_email_template_id: int | None = None
    send_congrats_notification: bool = False
    accepted_at: datetime | None = None
    test_taker_id: int | None = None
    assigned_ids: tuple[int, ...] = ()
    completed_at: dict[int, datetime] = field(factory=dict[int, datetime])
    career_navigation_profile_id: str | None = None


@define(kw_only=True, repr=False)
class Message:
    """What a live JOFI would have sent to a participant.

    Attributes:
        link: The link to the assessments; None in a congratulation.
    """

    kind: Literal["email", "sms"]
    to: str
    invitation_id: int
    template_id: int | None
    link: str | None
    at: datetime

    def __repr__(self) -> str:
        return f"Message({self.kind}, invitation {self.invitation_id})"
