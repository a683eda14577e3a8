"""What comes of accepted invitations, read: test takers, their scores, and career navigation profiles."""

from jofi_async.core.operation import Operation
from jofi_async.jofi.models import (
    CareerNavigationProfile,
    CareerNavigationProfileList,
    JobFitReport,
    Scorecard,
    TestTaker,
    TestTakerList,
)
from jofi_async.jofi.resources.calls import Resource, checked_number, checked_text

_TAKERS = Operation("test_takers.list", "GET", "/test-takers", repeatable=True)
_TAKER = Operation("test_takers.get", "GET", "/test-takers/{id}", repeatable=True)
_SCORECARD = Operation("test_takers.scorecard", "GET", "/test-takers/{id}/scorecard", repeatable=True)
_JOB_FIT = Operation("test_takers.job_fit_report", "GET", "/test-takers/{id}/job-fit-report", repeatable=True)
_PROFILES = Operation("career_navigation_profiles.list", "GET", "/career-navigation-profiles", repeatable=True)
_PROFILE = Operation("career_navigation_profiles.get", "GET", "/career-navigation-profiles/{id}", repeatable=True)


class TestTakers(Resource):
    """People who accepted their invitation, as `client.test_takers`."""

    __test__ = False  # no test, whatever pytest thinks of the name

    async def list(self) -> TestTakerList:
        """List the newest test takers: at most 30, says an old page; there is no filter.

        Returns:
            One answer; `has_more` tells whether JOFI cut it, `total_count` how many there are.

        Raises:
            CallError: See `jofi_async.core.errors`.
        """
        return await self._calls.list(_TAKERS, TestTakerList)

    async def get(self, test_taker_id: int) -> TestTaker:
        """Read one test taker. JOFI's page could not be read, so see `TestTaker` for what is documented.

        Args:
            test_taker_id: Its id; an invitation has it once it was accepted.

        Raises:
            InvalidInputError: The id is no whole number; nothing was sent.
            NotFoundError: No such test taker on this account.
            CallError: See `jofi_async.core.errors`.
        """
        return await self._calls.read(_TAKER, TestTaker, object_id=checked_number("test_taker_id", test_taker_id))

    async def scorecard(self, test_taker_id: int, *, sp: str) -> Scorecard:
        """Read how a test taker fits a score profile (page "Scorecards").

        Args:
            test_taker_id: The test taker's id.
            sp: The `short_name` of a score profile, for example "JOFI-295-AS"; see `score_profiles.list`.

        Raises:
            InvalidInputError: The id is no whole number, or `sp` is empty; nothing was sent.
            NotFoundError: No such test taker on this account.
            RefusedError: There is no such score profile. JOFI answers 400 to both and documents no text: where its
                words do not tell them apart it is this one, and its problem names no field.
            CallError: See `jofi_async.core.errors`.
        """
        number = checked_number("test_taker_id", test_taker_id)
        return await self._calls.read(_SCORECARD, Scorecard, object_id=number, query={"sp": checked_text("sp", sp)})

    async def job_fit_report(self, test_taker_id: int) -> JobFitReport:
        """Read a test taker's job fit report, whose shape JOFI does not document: all of it is in `extra`.

        Args:
            test_taker_id: The test taker's id.

        Raises:
            InvalidInputError: The id is no whole number; nothing was sent.
            NotFoundError: No such test taker on this account.
            CallError: See `jofi_async.core.errors`.
        """
        return await self._calls.read(_JOB_FIT, JobFitReport, object_id=checked_number("test_taker_id", test_taker_id))


class CareerNavigationProfiles(Resource):
    """Career navigation profiles of the account's test takers, as `client.career_navigation_profiles`."""

    async def list(self) -> CareerNavigationProfileList:
        """List the newest profiles: at most 50; there is no filter (page "Career navigation profiles").

        Returns:
            One answer; `has_more` tells whether JOFI cut it, `total_count` how many there are.

        Raises:
            CallError: See `jofi_async.core.errors`.
        """
        return await self._calls.list(_PROFILES, CareerNavigationProfileList)

    async def get(self, profile_id: str) -> CareerNavigationProfile:
        """Read one profile. JOFI's page is cut, so see `CareerNavigationProfile` for what is documented.

        Args:
            profile_id: Its id, a text such as "CNP1234567890".

        Raises:
            InvalidInputError: The id is no text, or empty; nothing was sent.
            NotFoundError: No such profile; JOFI answers 404 with `null`.
            CallError: See `jofi_async.core.errors`.
        """
        return await self._calls.read(
            _PROFILE, CareerNavigationProfile, object_id=checked_text("profile_id", profile_id)
        )
