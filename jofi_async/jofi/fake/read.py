"""The routes that change nothing: lists, one invitation, the account."""

from jofi_async.jofi.fake import render, rules, texts
from jofi_async.jofi.fake.records import Invitation
from jofi_async.jofi.fake.routing import Call, Parameter, Payload, RefusedError

# Seed 000, "List Invitations".
UNFILTERED_LIMIT = 50
FILTERED_LIMIT = 150
FILTERS = (
    Parameter(name="custom_id", text="Partial match, case-insensitive.", limit=50),
    Parameter(name="email", text="Partial match, case-insensitive.", limit=255),
)

# Which assessment each count of the page "Accounts" counts.
COMPLETED_COUNTS = {
    "prescreens_completed_count": 1,
    "thinking_skills_completed_count": 7,
    "personality_completed_count": 6,
    "career_interests_completed_count": 8,
}


def list_invitations(call: Call) -> Payload:
    """Answer with the newest matches: 50, or 150 when filtered.

    Both filters together must both match, which the seed does not say. An empty filter is none.
    """
    custom_id, email = read_filters(call)
    matches = [
        one
        for one in call.state.world.invitations_of(call.account)
        if custom_id in (one.custom_id or "").lower() and email in one.email.lower()
    ]
    matches.sort(key=lambda one: (one.created_at, one.id), reverse=True)
    limit = FILTERED_LIMIT if custom_id or email else UNFILTERED_LIMIT
    return render.listing([render.invitation_list_item(one) for one in matches[:limit]], len(matches))


def get_invitation(call: Call) -> Payload:
    """Answer with one invitation."""
    return render.invitation(call.state.world, rules.find_invitation(call))


def get_account(call: Call) -> Payload:
    """Answer with the key's account and its true counts (page "Accounts")."""
    world, account = call.state.world, call.account
    invitations = world.invitations_of(account)
    return {
        "object": "account",
        "id": account.id,
        "display_name": account.display_name,
        "display_name_external": account.display_name_external,
        "teams_count": len(world.teams_of(account)),
        "users_count": len(world.users_of(account)),
        "invitations_count": len(invitations),
        "test_takers_seats_used_count": sum(one.test_taker_id is not None for one in invitations),
        **{name: _completed(invitations, test_id) for name, test_id in COMPLETED_COUNTS.items()},
        "webhook_endpoint": account.webhook_endpoint,
        "webhooks_enabled": account.webhooks_enabled,
    }


def read_filters(call: Call) -> tuple[str, str]:
    """Return the filters custom_id and email, ready to be compared; empty when absent.

    Raises:
        RefusedError: One is too long, where the settings refuse that.
    """
    for one in FILTERS:
        too_long = one.limit is not None and len(call.query.get(one.name, "")) > one.limit
        if too_long and call.state.settings.long_filter == "refused":
            raise RefusedError(texts.TOO_LONG.format(field=one.name, limit=one.limit))
    return call.query.get("custom_id", "").lower(), call.query.get("email", "").lower()


def _completed(invitations: list[Invitation], test_id: int) -> int:
    return sum(test_id in one.completed_at for one in invitations)
