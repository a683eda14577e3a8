"""The rules that need stored data and that several routes share."""

from typing import Literal

from jofi_async.jofi.fake import texts
from jofi_async.jofi.fake.records import Invitation, Message
from jofi_async.jofi.fake.routing import Call, RefusedError, State
from jofi_async.jofi.fake.settings import FakeSettings
from jofi_async.jofi.fake.world import World, find

PRESCREEN = 1
NOT_WITH_PRESCREEN = {6, 7, 8}


def same_email(settings: FakeSettings, one: str, other: str) -> bool:
    """Whether two addresses are the same to the service."""
    return one.lower() == other.lower() if settings.emails_ignore_case else one == other


def check_assessments(world: World, test_ids: tuple[int, ...]) -> None:
    """Refuse assessments that do not exist or do not go together (seed 000, `assessments_to_assign`)."""
    for test_id in test_ids:
        if find(world.assessments, test_id) is None:
            raise RefusedError(texts.ASSESSMENT_NOT_FOUND.format(test_id=test_id))
    if PRESCREEN in test_ids and NOT_WITH_PRESCREEN.intersection(test_ids):
        raise RefusedError(texts.PRESCREEN_OR_OTHERS)


def check_template(call: Call, field: str, kind: Literal["invitation", "congrats"], template_id: int | None) -> None:
    """Refuse a template that the account does not have, or that is of the other type."""
    if find(call.state.world.templates_of(call.account, kind), template_id) is None:
        raise RefusedError(texts.TEMPLATE_NOT_FOUND.format(field=field))


def check_duplicate(call: Call, email: str, team_id: int, itself: Invitation | None = None) -> None:
    """Refuse a second invitation of one person in an account (seed 000, "Validation and errors").

    The same team comes first, and says whether the person has accepted; another account is no matter.
    """
    found = [
        one
        for one in call.state.world.invitations_to(call.account, email)
        if one is not itself and same_email(call.state.settings, one.email, email)
    ]
    same_team = [one for one in found if one.team_id == team_id]
    if any(one.accepted_at for one in same_team):
        raise RefusedError(texts.TEAM_HAS_TEST_TAKER.format(email=email))
    if same_team:
        raise RefusedError(texts.TEAM_HAS_INVITATION.format(email=email))
    if found:
        raise RefusedError(texts.OTHER_TEAM_HAS_INVITATION.format(email=email))


def asked_id(call: Call) -> int | None:
    """Return the route's argument as a number, or None if it is none."""
    text = call.args[0]
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else None


def find_invitation(call: Call) -> Invitation:
    """Return the account's invitation whose id is the route's argument.

    Raises:
        RefusedError: Unknown, another account's, or no number: 400 (seed 000, "Get Invitation by ID").
    """
    found = call.state.world.invitations.get(asked_id(call) or 0)
    if found is None or found.account_id != call.account.id:
        raise RefusedError(texts.INVITATION_NOT_FOUND)
    return found


def send_invitation(state: State, invitation: Invitation) -> None:
    """Record the e-mail and the SMS that the send flags ask for."""
    link = invitation.assessment_url
    if invitation.send_via_email:
        send(state, invitation, "email", invitation.email, invitation.email_template_id, link)
    if invitation.send_via_sms and invitation.phone is not None:
        send(state, invitation, "sms", invitation.phone, None, link)


def send(
    state: State,
    invitation: Invitation,
    kind: Literal["email", "sms"],
    to: str,
    template_id: int | None,
    link: str | None,
) -> None:
    """Record a message to a participant."""
    message = Message(
        kind=kind,
        to=to,
        invitation_id=invitation.id,
        template_id=template_id,
        link=link,
        at=state.clock.now(),
    )
    state.messages.append(message)
