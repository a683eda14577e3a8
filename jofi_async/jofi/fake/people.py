"""The fake's participants as pages show them."""

from datetime import datetime
from functools import partial
from urllib.parse import urlsplit

from jofi_async.fakes.people import Details, Facts, Person, Step, Tone
from jofi_async.jofi.fake.records import Invitation
from jofi_async.jofi.fake.world import World, find

STATES: dict[str, Tone] = {"invited": "waiting", "accepted": "active", "completed": "done"}


def person(world: World, record: Invitation) -> Person:
    """Return the participant of an invitation."""
    state, at = _state(record)
    return Person(
        id=str(record.id),
        about=str(record.id),
        name=f"{record.first_name} {record.last_name}",
        email=record.email,
        phone=record.phone,
        state=state,
        at=at,
        look=partial(_details, world, record),
        recall=partial(_facts, world, record),
    )


def _details(world: World, record: Invitation) -> Details:
    user = find(world.users, record.invited_by_user_id)
    account = find(world.accounts, record.account_id)
    names = [f"{user.first_name} {user.last_name}"] if user else []
    return Details(
        sender=", ".join([*names, *([account.display_name] if account else [])]),
        page=urlsplit(record.assessment_url).path if record.assessment_url else None,
        steps=(_accept(record), *(_complete(world, record, test_id) for test_id in record.test_ids)),
    )


def _state(record: Invitation) -> tuple[str, datetime]:
    if record.career_navigation_profile_id is not None:
        return "completed", max(record.completed_at.values())
    if record.accepted_at is not None:
        return "accepted", record.accepted_at
    return "invited", record.created_at


def _accept(record: Invitation) -> Step:
    return Step(key="accept", name="accept", label="Accept", subject="Invitation", at=record.accepted_at)


def _complete(world: World, record: Invitation, test_id: int) -> Step:
    assessment = find(world.assessments, test_id)
    return Step(
        key=f"complete-{test_id}",
        name="complete",
        label="Complete",
        subject=assessment.display_name if assessment else f"Assessment {test_id}",
        details={"test_id": test_id},
        at=record.completed_at.get(test_id),
        possible=record.accepted_at is not None,
    )


def _facts(world: World, record: Invitation) -> Facts:
    team = find(world.teams, record.team_id)
    facts = (
        ("Invitation", record.id),
        ("Team", team.display_name if team else None),
        ("Phone", record.phone),
        ("Custom id", record.custom_id),
        ("Person id", record.person_id),
        ("Reference", record.ref_text),
        ("Test taker", record.test_taker_id),
        ("Career profile", record.career_navigation_profile_id),
    )
    return tuple((head, str(value)) for head, value in facts if value is not None)
