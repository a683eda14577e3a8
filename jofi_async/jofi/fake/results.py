"""The routes of what comes of accepted invitations: test takers, scorecards, job fit reports, profiles."""

from datetime import datetime

from jofi_async.jofi.fake import render, rules, texts
from jofi_async.jofi.fake.records import Invitation, ScoreProfile
from jofi_async.jofi.fake.routing import NULL, Call, Parameter, Payload, RefusedError

# Page "Career navigation profiles".
PROFILE_LIMIT = 50
# Page "Scorecards".
SP = Parameter(name="sp", text="The short name of a score profile.", required=True)


def list_test_takers(call: Call) -> Payload:
    """Answer with the newest test takers."""
    world, limit = call.state.world, call.state.settings.test_taker_limit
    takers = world.takers_of(call.account)
    return render.listing([render.test_taker_list_item(world, one) for one in takers[:limit]], len(takers))


def get_test_taker(call: Call) -> Payload:
    """Answer with one test taker."""
    return render.test_taker(call.state.world, _taker(call), whole=call.state.settings.whole_test_taker)


def get_scorecard(call: Call) -> Payload:
    """Answer with one test taker's scorecard; `sp` must be an enabled profile's short name."""
    return render.scorecard(_taker(call), _score_profile(call))


def get_job_fit_report(call: Call) -> Payload:
    """Answer with one test taker's job fit report."""
    return render.job_fit_report(_taker(call))


def list_profiles(call: Call) -> Payload:
    """Answer with the newest career navigation profiles."""
    profiles = sorted(_profiles(call), key=_finished, reverse=True)
    items = [render.career_navigation_profile(call.state.world, one, item=True) for one in profiles[:PROFILE_LIMIT]]
    return render.listing(items, len(profiles))


def get_profile(call: Call) -> Payload:
    """Answer with one career navigation profile.

    Raises:
        RefusedError: Unknown or another account's: 404 with `null` (page "Errors and status codes").
    """
    for one in _profiles(call):
        if one.career_navigation_profile_id == call.args[0]:
            return render.career_navigation_profile(call.state.world, one, item=False)
    raise RefusedError(NULL, 404)


def asked_profile(call: Call) -> str:
    """Return the short name that `sp` asks for.

    Raises:
        RefusedError: There is none.
    """
    sp = call.query.get(SP.name, "")
    if not sp:
        raise RefusedError(texts.SP_REQUIRED)
    return sp


def _taker(call: Call) -> Invitation:
    asked = rules.asked_id(call)
    for one in call.state.world.takers_of(call.account):
        if one.test_taker_id == asked:
            return one
    raise RefusedError(texts.TEST_TAKER_NOT_FOUND)


def _score_profile(call: Call) -> ScoreProfile:
    sp = asked_profile(call)
    for one in call.state.world.score_profiles_of(call.account):
        if one.short_name == sp:
            return one
    raise RefusedError(texts.SP_UNKNOWN.format(sp=sp))


def _profiles(call: Call) -> list[Invitation]:
    return [one for one in call.state.world.takers_of(call.account) if one.career_navigation_profile_id is not None]


def _finished(record: Invitation) -> tuple[datetime, int]:
    return max(record.completed_at.values()), record.id
