"""The lists of what an account has: users, teams, assessments, e-mail templates, score profiles.

No page gives a limit for them, so all is shown.
"""

from collections.abc import Iterable

from jofi_async.jofi.fake import render
from jofi_async.jofi.fake.routing import Call, Payload


def list_users(call: Call) -> Payload:
    """Answer with the account's users."""
    world, names = call.state.world, call.state.settings.user_fields
    return _all(render.user_list_item(world, user, names) for user in world.users_of(call.account))


def list_teams(call: Call) -> Payload:
    """Answer with the account's teams and their true counts."""
    world = call.state.world
    return _all(render.team_list_item(world, team) for team in world.teams_of(call.account))


def list_assessments(call: Call) -> Payload:
    """Answer with the catalog, the same for all accounts and under all keys (page "API keys")."""
    return _all(map(render.assessment_list_item, call.state.world.assessments))


def list_email_templates(call: Call) -> Payload:
    """Answer with the account's templates of both types."""
    return _all(map(render.email_template_list_item, call.state.world.templates_of(call.account)))


def list_score_profiles(call: Call) -> Payload:
    """Answer with the score profiles that are enabled for the account."""
    return _all(map(render.score_profile_list_item, call.state.world.score_profiles_of(call.account)))


def _all(items: Iterable[Payload]) -> Payload:
    shown = list(items)
    return render.listing(shown, len(shown))
