"""What a test key is answered with on the routes that only read: the live rules, on a world of examples.

Page "API keys": a test key gets well-formed fake objects, except from `GET /assessments`.
"""

from collections.abc import Callable
from datetime import UTC, datetime

from attrs import evolve

from jofi_async.jofi.fake import catalog, results
from jofi_async.jofi.fake.routing import Call, Payload, RefusedError
from jofi_async.jofi.fake.rules import asked_id
from jofi_async.jofi.fake.testkey import EXAMPLE
from jofi_async.jofi.fake.world import World, documented_world

Rule = Callable[[Call], Payload]

ACCEPTED = datetime(2026, 12, 11, 22, 23, 27, 816000, tzinfo=UTC)
TAKER = "12345"
PROFILE = "CNP1234567890"


def example_world() -> World:
    """Return a world in which the example's participant has accepted and completed everything."""
    world = documented_world()
    finished = evolve(
        EXAMPLE,
        accepted_at=ACCEPTED,
        test_taker_id=int(TAKER),
        assigned_ids=(11111, 11112),
        completed_at={6: ACCEPTED, 8: ACCEPTED},
        career_navigation_profile_id=PROFILE,
    )
    world.store(finished)
    return world


def made_up(rule: Rule) -> Rule:
    """Make the rule of a list."""

    def answer(call: Call) -> Payload:
        world = example_world()
        return rule(evolve(call, state=evolve(call.state, world=world), account=world.accounts[0]))

    return answer


def made_up_one(rule: Rule, field: str = "id") -> Rule:
    """Make the rule of something of a test taker's, which there is whatever the id that was asked for."""

    def answer(call: Call) -> Payload:
        payload = made_up(rule)(evolve(call, args=(TAKER,)))
        return {**payload, field: asked_id(call) or payload[field]}

    return answer


def get_profile(call: Call) -> Payload:
    """Answer with the example's profile under any id."""
    return {**made_up(results.get_profile)(evolve(call, args=(PROFILE,))), "id": call.args[0]}


def get_scorecard(call: Call) -> Payload:
    """Answer with the example's scorecard, whatever score profile is asked for; that one is asked for is a rule."""
    try:
        sp = results.asked_profile(call)
    except RefusedError:
        if call.state.settings.test_key_validates:
            raise
        sp = ""
    known = [one.short_name for one in example_world().score_profiles]
    chosen = evolve(call, query={"sp": sp if sp in known else known[0]})
    return made_up_one(results.get_scorecard, "test_taker_id")(chosen)


list_users = made_up(catalog.list_users)
list_teams = made_up(catalog.list_teams)
list_email_templates = made_up(catalog.list_email_templates)
list_score_profiles = made_up(catalog.list_score_profiles)
list_test_takers = made_up(results.list_test_takers)
list_profiles = made_up(results.list_profiles)
get_test_taker = made_up_one(results.get_test_taker)
get_job_fit_report = made_up_one(results.get_job_fit_report, "test_taker_id")
