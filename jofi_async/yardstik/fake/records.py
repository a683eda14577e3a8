"""The records a world is made of. Their `repr` shows type and id: personal data is never in it."""

from datetime import datetime
from typing import Any

from attrs import define, field

SECRETS = ("ssn", "date_of_birth", "driver_license_number")
FIELDS = (
    "first_name",
    "middle_name",
    "no_middle_name",
    "last_name",
    "email",
    "phone",
    "ssn",
    "additional_data",
    "guardian",
    "date_of_birth",
    "gender",
    "driver_license_number",
    "driver_license_state",
    "previous_driver_license_number",
    "previous_driver_license_state",
    "external_id",
    "addresses",
)
"""What a candidate may be created with, in the order of the sample."""

PLAIN = frozenset(FIELDS) - frozenset(SECRETS)
"""What is shown as it was given, whatever the settings."""


class Record:
    """Something with an id."""

    __slots__ = ()

    id: str

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.id})"


@define(kw_only=True, repr=False)
class Account(Record):
    """A customer of Yardstik's.

    Attributes:
        keys: Its API keys, sent as `Account KEY`.
        user_tokens: Keys of its users, sent as `User KEY`.
        invitation_days: How many days an invitation lives, as its notification settings say.
    """

    id: str
    account_name: str
    keys: tuple[str, ...] = ()
    user_tokens: tuple[str, ...] = ()
    support_email_address: str | None = None
    invitation_days: float = 7.0


@define(kw_only=True, repr=False)
class Package(Record):
    """An account package; `package_id` and `package` are of the one that it was made of."""

    id: str
    account_id: str
    package_id: str
    package: str
    name: str
    package_system_name: str
    action_type: str = "report"
    screenings: list[dict[str, Any]] = field(factory=list[dict[str, Any]])
    intake_fields: list[dict[str, Any]] = field(factory=list[dict[str, Any]])


@define(kw_only=True, repr=False)
class Candidate(Record):
    """A candidate: the fields of its create, as they came."""

    id: str
    account_id: str
    created_at: datetime
    updated_at: datetime
    fields: dict[str, Any] = field(factory=dict[str, Any])


@define(kw_only=True, repr=False)
class Invitation(Record):
    """A stored invitation and how far its candidate has come.

    Attributes:
        viewed_at: When the candidate opened the form.
        completed_at: When the candidate submitted their data.
    """

    id: str
    account_id: str
    candidate_id: str
    account_package_id: str
    report_id: str
    confirmation_code: str
    apply_url: str
    created_at: datetime
    updated_at: datetime
    expires_at: datetime
    canceled_at: datetime | None = None
    viewed_at: datetime | None = None
    completed_at: datetime | None = None


@define(kw_only=True, repr=False)
class Message:
    """What a live Yardstik would have sent to a candidate."""

    kind: str
    to: str
    invitation_id: str
    link: str
    at: datetime

    def __repr__(self) -> str:
        return f"Message({self.kind}, invitation {self.invitation_id})"
