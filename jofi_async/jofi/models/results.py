"""What comes of an accepted invitation: test takers, scorecards, job fit reports, career navigation profiles."""

from datetime import datetime
from typing import Any, ClassVar

from attrs import define, field

from jofi_async.core.codec import no_extra
from jofi_async.core.shown import Shown
from jofi_async.jofi.models.shared import Mode, Named, Page, ShortNamed, mode_text


@define(repr=False, kw_only=True)
class ParticipantListItem(Shown):
    """What the lists of test takers and of career navigation profiles show of a person (pages of these names).

    Attributes:
        first_name: Participant first name.
        last_name: Participant last name.
        email: Participant email address.
        invitation_created_at: When the invitation was created.
        invitation_id: The invitation that was accepted.
        custom_id: Your grouping identifier.
        person_id: Your system's participant identifier.
        assessment_url: Unique link to the assessments.
        career_navigation_url: Career Navigation URL.
        scorecard_url: JOFI scorecard URL.
        job_fit_summary_url: Job Fit Summary report URL.
        career_options_spotlight_url: Career Options Spotlight report URL.
        team: Team of the invitation.
        account: Account of the invitation.
        object: Which object it is.
        extra: Fields that are not known yet.
    """

    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    invitation_created_at: datetime | None = None
    invitation_id: int | None = None
    custom_id: str | None = None
    person_id: str | None = None
    assessment_url: str | None = None
    career_navigation_url: str | None = None
    scorecard_url: str | None = None
    job_fit_summary_url: str | None = None
    career_options_spotlight_url: str | None = None
    team: Named | None = None
    account: Named | None = None
    object: str | None = None
    extra: dict[str, Any] = field(factory=no_extra)


@define(repr=False, kw_only=True)
class TestTakerListItem(ParticipantListItem):
    """A test taker as the list shows it.

    Attributes:
        id: Test taker id.
        career_navigation_profile_id: The profile, once there is one.
    """

    __test__: ClassVar[bool] = False  # no test, whatever pytest thinks of the name

    id: int
    career_navigation_profile_id: str | None = None


@define(repr=False, kw_only=True)
class TestTakerList(Page[TestTakerListItem]):
    """Test takers, newest first; JOFI cuts them at 30, says an old page."""

    __test__: ClassVar[bool] = False

    data: list[TestTakerListItem]


@define(repr=False)
class AssignedAssessment(Shown):
    """How far a test taker is with one assessment (page "Events").

    Attributes:
        id: Id of the assignment.
        assessment: The assessment.
        created_at: When it was assigned.
        started_at: When it was started.
        completed_at: When it was completed.
        progress_saved_at: When progress was saved last.
        is_used_for_scoring: Whether it counts.
        extra: Fields that are not known yet.
    """

    id: int
    assessment: ShortNamed | None = None
    created_at: datetime | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
    progress_saved_at: datetime | None = None
    is_used_for_scoring: bool | None = None
    extra: dict[str, Any] = field(factory=no_extra)


@define(repr=False)
class TestTaker(Shown):
    """A test taker as `test_takers.get` and the events return it.

    Documented is what the example of the page "Events" shows: the fields below. That page is cut, and the page of the
    route could not be read: everything else, such as links and the ids of the invitation, is in `extra` as JOFI sends
    it.

    Attributes:
        id: Test taker id.
        first_name: Participant first name.
        last_name: Participant last name.
        email: Participant email address.
        invitation_created_at: When the invitation was created.
        assigned_assessments: How far the person is with each assessment.
        mode: "live" or "test" depending on the key.
        object: Always "test_taker".
        extra: All other fields.
    """

    __test__: ClassVar[bool] = False

    id: int
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    invitation_created_at: datetime | None = None
    assigned_assessments: list[AssignedAssessment] | None = None
    mode: Mode | None = None
    object: str | None = None
    extra: dict[str, Any] = field(factory=no_extra)

    def __repr__(self) -> str:
        assigned = self.assigned_assessments or []
        completed = sum(one.completed_at is not None for one in assigned)
        return f"TestTaker(id={self.id}, mode={mode_text(self.mode)}, completed {completed} of {len(assigned)})"


@define(repr=False)
class Facet(Shown):
    """One part of a score (page "Scorecards").

    Attributes:
        id: Id of what is scored.
        display_name: Its name.
        short_name: Its short name, for example `think-read`.
        description: What it tells.
        is_starred: Whether it is starred.
        yellow_band: A number whose meaning is not documented.
        test_taker_score: The person's score; only null is documented, so it is kept as it comes.
        object: Always "score".
        extra: Fields that are not known yet.
    """

    id: int
    display_name: str | None = None
    short_name: str | None = None
    description: str | None = None
    is_starred: bool | None = None
    yellow_band: float | None = None
    test_taker_score: Any = None
    object: str | None = None
    extra: dict[str, Any] = field(factory=no_extra)


@define(repr=False)
class Score(Facet):
    """A score and its parts (page "Scorecards").

    Attributes:
        facets: The parts.
    """

    facets: list[Facet] | None = None


@define(repr=False)
class Scores:
    """The sections of a scorecard; one is None when it has no scores.

    Attributes:
        thinking_skills: Thinking skills.
        personality_traits: Personality traits.
        extra: Sections whose names are not documented, as JOFI sends them.
    """

    thinking_skills: list[Score] | None = None
    personality_traits: list[Score] | None = None
    extra: dict[str, Any] = field(factory=no_extra)

    def __repr__(self) -> str:
        return "Scores(...)"


@define
class ScorecardProfile:
    """The score profile of a scorecard.

    Attributes:
        id: Profile id; it may differ from that of the list, so go by `short_name`.
        display_name: Its name.
        short_name: Its short name.
        riasec_profile: Its interests, for example "SA".
        extra: Fields that are not known yet.
    """

    id: int
    display_name: str | None = field(default=None, repr=False)
    short_name: str | None = field(default=None, repr=False)
    riasec_profile: str | None = field(default=None, repr=False)
    extra: dict[str, Any] = field(factory=no_extra, repr=False)


@define(repr=False)
class Scorecard:
    """How a test taker fits a score profile (page "Scorecards", which is cut).

    Attributes:
        test_taker_id: Test taker id.
        invitation_id: The invitation.
        custom_id: Your grouping identifier.
        person_id: Your system's participant identifier.
        career_navigation_profile_id: The profile, once there is one.
        first_name: Participant first name.
        last_name: Participant last name.
        email: Participant email address.
        scorecard_url: The same as a web page.
        score_profile: What the scores are held against.
        riasec_profile: The person's own interests, for example "RCI".
        scores: The scores by section.
        mode: "live" or "test" depending on the key.
        object: Always "scorecard".
        extra: Fields that are not known yet.
    """

    test_taker_id: int
    invitation_id: int | None = None
    custom_id: str | None = None
    person_id: str | None = None
    career_navigation_profile_id: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    scorecard_url: str | None = None
    score_profile: ScorecardProfile | None = None
    riasec_profile: str | None = None
    scores: Scores | None = None
    mode: Mode | None = None
    object: str | None = None
    extra: dict[str, Any] = field(factory=no_extra)

    def __repr__(self) -> str:
        return f"Scorecard(test_taker_id={self.test_taker_id}, mode={mode_text(self.mode)})"


@define(repr=False)
class JobFitReport:
    """A job fit report. JOFI documents that it exists, and nothing of its shape: all of it is in `extra`.

    Attributes:
        mode: "live" or "test" depending on the key.
        object: Which object it is; the name is not documented.
        extra: The report as JOFI sends it.
    """

    mode: Mode | None = None
    object: str | None = None
    extra: dict[str, Any] = field(factory=no_extra)

    def __repr__(self) -> str:
        return f"JobFitReport(mode={mode_text(self.mode)})"


@define(repr=False, kw_only=True)
class CareerNavigationProfileListItem(ParticipantListItem):
    """A career navigation profile as the list shows it.

    Attributes:
        id: Profile id, a text such as `CNP1234567890`.
        test_taker_id: The test taker.
    """

    id: str
    test_taker_id: int | None = None


@define(repr=False, kw_only=True)
class CareerNavigationProfileList(Page[CareerNavigationProfileListItem]):
    """Career navigation profiles, newest first; JOFI cuts them at 50."""

    data: list[CareerNavigationProfileListItem]


@define(repr=False)
class CareerNavigationProfile(Shown):
    """A career navigation profile. Its page is cut before its fields: all but the id is in `extra`.

    Attributes:
        id: Profile id, a text such as `CNP1234567890`.
        mode: "live" or "test" depending on the key.
        object: Always "career_navigation_profile".
        extra: All other fields.
    """

    id: str
    mode: Mode | None = None
    object: str | None = None
    extra: dict[str, Any] = field(factory=no_extra)
