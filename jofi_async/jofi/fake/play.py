"""What participants do on JOFI's web pages: accept an invitation, complete assessments."""

from jofi_async.jofi.fake import events
from jofi_async.jofi.fake.records import Invitation
from jofi_async.jofi.fake.routing import State
from jofi_async.jofi.fake.rules import send


def accept(state: State, invitation: Invitation) -> None:
    """Accept an invitation: from now on there is a test taker. A second time changes nothing."""
    if invitation.accepted_at is not None:
        return
    invitation.accepted_at = state.clock.now()
    world = state.world
    invitation.test_taker_id = world.next_test_taker_id
    world.next_test_taker_id += 1
    first = world.next_assigned_id
    world.next_assigned_id += len(invitation.test_ids)
    invitation.assigned_ids = tuple(range(first, world.next_assigned_id))
    events.accepted(state, invitation)


def complete(state: State, invitation: Invitation, test_id: int | None) -> None:
    """Complete one assessment, or all; after the last, the results and their links are there.

    An invitation that was not accepted yet is accepted first.

    Raises:
        LookupError: The assessment is not assigned.
    """
    if test_id is not None and test_id not in invitation.test_ids:
        raise LookupError(f"assessment {test_id} is not assigned to invitation {invitation.id}")
    accept(state, invitation)
    for one in invitation.test_ids if test_id is None else (test_id,):
        if one not in invitation.completed_at:
            invitation.completed_at[one] = state.clock.now()
            events.assessment_completed(state, invitation, one)
    finished = invitation.completed_at.keys() >= set(invitation.test_ids)
    if finished and invitation.career_navigation_profile_id is None:
        invitation.career_navigation_profile_id = f"CNP{state.world.next_profile_number}"
        state.world.next_profile_number += 1
        _congratulate(state, invitation)
        events.profile_created(state, invitation)


def _congratulate(state: State, invitation: Invitation) -> None:
    template_id = invitation.congrats_email_template_id
    if invitation.send_congrats_notification and template_id is not None:
        send(state, invitation, "email", invitation.email, template_id, link=None)
