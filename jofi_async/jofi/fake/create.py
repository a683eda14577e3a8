"""`POST /invitations`: the rules of seed 000, "Create Invitation"."""

from uuid import UUID

from attrs import asdict, frozen

from jofi_async.jofi.fake import events, render, rules, texts
from jofi_async.jofi.fake.form import Form, read_object
from jofi_async.jofi.fake.records import Details, Invitation, User
from jofi_async.jofi.fake.routing import Call, Payload, RefusedError, State
from jofi_async.jofi.fake.world import find

WELCOME = "/welcome"


@frozen(repr=False)
class Wanted:
    """What a create asks for; None where the inviter's default is to be used."""

    inviter_email: str
    details: Details
    team_id: int | None
    test_ids: tuple[int, ...] | None
    template_id: int | None


def create_invitation(call: Call) -> Payload:
    """Store an invitation, send it, and answer with it."""
    return render.invitation(call.state.world, store_invitation(call))


def store_invitation(call: Call) -> Invitation:
    """Store and send what the call asks for.

    Raises:
        RefusedError: A rule is broken; nothing was stored.
    """
    world = call.state.world
    form = Form(read_object(call.body), call.state.settings)
    wanted = read_wanted(form, Details())
    form.refuse()
    inviter = _inviter(call, wanted.inviter_email)
    team_id = _team_id(call, wanted, inviter)
    test_ids = _test_ids(call, wanted, inviter)
    template_id = _template_id(call, wanted, inviter)
    rules.check_duplicate(call, wanted.details.email, team_id)
    congrats_id = inviter.default_congrats_template_id
    invitation = Invitation(
        **asdict(wanted.details),
        id=world.next_invitation_id,
        account_id=call.account.id,
        team_id=team_id,
        invited_by_user_id=inviter.id,
        created_at=call.state.clock.stamp(),
        test_ids=test_ids,
        assessment_url=_assessment_url(call.state),
        email_template_id=template_id,
        congrats_email_template_id=congrats_id,
        send_congrats_notification=congrats_id is not None,
    )
    world.store(invitation)
    rules.send_invitation(call.state, invitation)
    events.invitation_created(call.state, invitation)
    return invitation


def read_wanted(form: Form, absent: Details) -> Wanted:
    """Read a create's body; what is wrong with it is noted in the form, absent fields are as in `absent`."""
    wanted = Wanted(
        details=form.details(absent),
        inviter_email=form.text("created_by_user_email"),
        team_id=form.integer("team_id") if form.has("team_id") else None,
        test_ids=form.test_ids(),
        template_id=form.integer("email_template_id") if form.has("email_template_id") else None,
    )
    if not wanted.inviter_email.strip():
        form.problems.append(texts.INVITER_REQUIRED)
    return wanted


def _inviter(call: Call, email: str) -> User:
    for user in call.state.world.users_of(call.account):
        if rules.same_email(call.state.settings, user.email, email):
            return user
    raise RefusedError(texts.USER_NOT_FOUND.format(email=email))


def _team_id(call: Call, wanted: Wanted, inviter: User) -> int:
    team_id = inviter.default_team_id if wanted.team_id is None else wanted.team_id
    if team_id is None:
        raise RefusedError(texts.INVITER_WITHOUT_TEAM.format(email=wanted.inviter_email))
    if find(call.state.world.teams_of(call.account), team_id) is None:
        raise RefusedError(texts.TEAM_NOT_FOUND)
    return team_id


def _test_ids(call: Call, wanted: Wanted, inviter: User) -> tuple[int, ...]:
    test_ids = wanted.test_ids or inviter.default_test_ids
    if not test_ids:
        raise RefusedError(texts.INVITER_WITHOUT_ASSESSMENTS.format(email=wanted.inviter_email))
    rules.check_assessments(call.state.world, test_ids)
    return test_ids


def _template_id(call: Call, wanted: Wanted, inviter: User) -> int | None:
    template_id = inviter.default_template_id if wanted.template_id is None else wanted.template_id
    if template_id is not None:
        rules.check_template(call, "email_template_id", "invitation", template_id)
    elif wanted.details.send_via_email:
        raise RefusedError(texts.INVITER_WITHOUT_TEMPLATE.format(email=wanted.inviter_email))
    return template_id


def _assessment_url(state: State) -> str:
    return f"{state.site}{WELCOME}/{UUID(int=state.random.getrandbits(128), version=4)}"
