"""JOFI's events (pages "Events" and "Webhooks"; seed 001, "Webhooks"), as classes by type.

Documented are five types, and that JOFI adds more on request. What the pages do not say is not claimed: which object
`invitation.accepted` and `test_taker.assessment_completed` carry follows from their names, and how a delivery is signed
is a setting (`jofi_async.webhooks.HmacSignature`, `BasicAuth`).
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar

from attrs import Attribute, define, field

from jofi_async.core.codec import no_extra
from jofi_async.jofi.models import CareerNavigationProfile, Invitation, TestTaker
from jofi_async.webhooks import Vocabulary


def _is(name: str) -> Callable[[object, "Attribute[Any]", Any], None]:
    """What an object calls itself, where it does, must be what the event's type promises."""

    def check(_: object, __: "Attribute[Any]", value: Any) -> None:
        if value.object not in (None, name):
            raise ValueError(f"the object is no {name}")

    return check


@define(repr=False, kw_only=True)
class JofiEvent:
    """What all events have around their object.

    Attributes:
        type: What happened; the field to switch on.
        id: `evt_` and letters and digits; the same in each delivery of the event.
        object: Always "event".
        created_at: When it happened, by JOFI's clock.
        api_version: The version of the API that made it, for example "2.3.0".
        webhook_url: Where JOFI sent it, if it says so.
        webhook_verification_method: How JOFI says that it signed it. Never believed: an attacker could write it.
        extra: Fields that are not known yet.
    """

    type: str
    id: str | None = None
    object: str | None = None
    created_at: datetime | None = None
    api_version: str | None = None
    webhook_url: str | None = None
    webhook_verification_method: str | None = None
    extra: dict[str, Any] = field(factory=no_extra)

    @property
    def as_of(self) -> datetime:
        """When the object was as it is here; long ago where JOFI does not say, so that it replaces nothing newer."""
        return self.created_at or datetime.fromtimestamp(0, UTC)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(type={self.type!r}, id={self.id!r})"


@define(repr=False, kw_only=True)
class OtherEvent(JofiEvent):
    """An event of a type that is not documented.

    Attributes:
        data: What came with it, as it came.
    """

    data: Any = None


@define(repr=False)
class InvitationData:
    """What an invitation's event carries.

    Attributes:
        object: The invitation.
        extra: Fields that are not known yet.
    """

    object: Invitation = field(validator=_is("invitation"))
    extra: dict[str, Any] = field(factory=no_extra)


@define(repr=False, kw_only=True)
class InvitationEvent(JofiEvent):
    """Something happened to an invitation.

    Attributes:
        data: The invitation, as JOFI wraps it.
    """

    data: InvitationData

    @property
    def invitation(self) -> Invitation:
        """The invitation as it was then: `await mirror.remember(event.invitation, event.as_of)` keeps a mirror so."""
        return self.data.object


@define(repr=False, kw_only=True)
class InvitationCreated(InvitationEvent):
    """An invitation was created (`invitation.created`)."""


@define(repr=False, kw_only=True)
class InvitationAccepted(InvitationEvent):
    """A participant accepted an invitation (`invitation.accepted`)."""


@define(repr=False)
class TestTakerData:
    """What a test taker's event carries.

    Attributes:
        object: The test taker.
        extra: Fields that are not known yet.
    """

    __test__: ClassVar[bool] = False  # no test, whatever pytest thinks of the name

    object: TestTaker = field(validator=_is("test_taker"))
    extra: dict[str, Any] = field(factory=no_extra)


@define(repr=False, kw_only=True)
class TestTakerEvent(JofiEvent):
    """Something happened to a test taker.

    Attributes:
        data: The test taker, as JOFI wraps it.
    """

    __test__: ClassVar[bool] = False

    data: TestTakerData

    @property
    def test_taker(self) -> TestTaker:
        """The test taker."""
        return self.data.object


@define(repr=False, kw_only=True)
class TestTakerCreated(TestTakerEvent):
    """A test taker was created (`test_taker.created`)."""


@define(repr=False, kw_only=True)
class AssessmentCompleted(TestTakerEvent):
    """A test taker completed an assessment (`test_taker.assessment_completed`).

    Which one is not documented; `test_taker.assigned_assessments` have a `completed_at`.
    """


@define(repr=False)
class CareerNavigationProfileData:
    """What a career navigation profile's event carries.

    Attributes:
        object: The profile.
        extra: Fields that are not known yet.
    """

    object: CareerNavigationProfile = field(validator=_is("career_navigation_profile"))
    extra: dict[str, Any] = field(factory=no_extra)


@define(repr=False, kw_only=True)
class CareerNavigationProfileCreated(JofiEvent):
    """A career navigation profile was created (`career_navigation_profile.created`).

    Attributes:
        data: The profile, as JOFI wraps it.
    """

    data: CareerNavigationProfileData

    @property
    def career_navigation_profile(self) -> CareerNavigationProfile:
        """The profile."""
        return self.data.object


def _type_of(data: Mapping[str, Any]) -> str:
    name: str = data["type"]
    return name


JOFI_EVENTS: Vocabulary[JofiEvent] = Vocabulary(
    source="jofi",
    type_of=_type_of,
    types={
        "invitation.created": InvitationCreated,
        "invitation.accepted": InvitationAccepted,
        "test_taker.created": TestTakerCreated,
        "test_taker.assessment_completed": AssessmentCompleted,
        "career_navigation_profile.created": CareerNavigationProfileCreated,
    },
    other=OtherEvent,
)
"""JOFI's events, for an `EventReader` or `EventRouter`; types that JOFI adds for you go into `including(...)`."""
