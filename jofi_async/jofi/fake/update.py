"""`PUT /invitations/:invitationId`: the rules of seed 000, "Update Invitation by ID"."""

from attrs import asdict, frozen

from jofi_async.jofi.fake import render, rules, texts
from jofi_async.jofi.fake.form import Form, read_object
from jofi_async.jofi.fake.records import Details, Invitation
from jofi_async.jofi.fake.routing import Call, Payload, RefusedError
from jofi_async.jofi.fake.settings import FakeSettings

# Fields of a create that the seed's table of updatable fields leaves out.
FIXED_FIELDS = ("team_id", "created_by_user_email")
# What decides whom an invitation reaches, and how.
DELIVERY_FIELDS = ("email", "phone", "send_via_email", "send_via_sms", "email_template_id")


@frozen(repr=False)
class Changed:
    """An invitation's updatable values once an update is applied; `test_ids` is None where they stay."""

    details: Details
    template_id: int | None
    congrats_id: int | None
    send_congrats: bool
    test_ids: tuple[int, ...] | None


def update_invitation(call: Call) -> Payload:
    """Change the fields that the body names, all or none, and answer with the invitation."""
    state, current = call.state, rules.find_invitation(call)
    form = update_form(read_object(call.body), state.settings)
    changed = read_changed(form, current)
    form.refuse()
    _check(call, current, changed)
    _apply(current, changed)
    state.world.store(current)
    if state.settings.update_resends and any(form.has(name) for name in DELIVERY_FIELDS):
        rules.send_invitation(state, current)
    return render.invitation(state.world, current)


def update_form(body: Payload, settings: FakeSettings) -> Form:
    """Return the form of an update, with the fields that cannot be updated noted as problems."""
    form = Form(body, settings, nulls=settings.null_on_update == "clears")
    if settings.fixed_fields_on_update == "refused":
        form.problems.extend(texts.NOT_UPDATABLE.format(field=name) for name in FIXED_FIELDS if form.has(name))
    return form


def read_changed(form: Form, current: Invitation) -> Changed:
    """Read an update's body; what is wrong with it is noted in the form."""
    changed = Changed(
        details=form.details(current),
        template_id=_template_id(form, "email_template_id", current.email_template_id),
        congrats_id=_template_id(form, "congrats_email_template_id", current.congrats_email_template_id),
        send_congrats=form.flag("send_congrats_notification", current.send_congrats_notification),
        test_ids=form.test_ids(),
    )
    if changed.details.send_via_email and changed.template_id is None:
        form.problems.append(texts.TEMPLATE_REQUIRED)
    return changed


def _template_id(form: Form, name: str, current: int | None) -> int | None:
    if not form.has(name):
        return current
    return None if form.is_null(name) else form.integer(name)


def _check(call: Call, current: Invitation, changed: Changed) -> None:
    if changed.test_ids is not None:
        if current.accepted_at is not None:
            raise RefusedError(texts.ASSESSMENTS_CLOSED)
        rules.check_assessments(call.state.world, changed.test_ids)
    if changed.template_id not in (None, current.email_template_id):
        rules.check_template(call, "email_template_id", "invitation", changed.template_id)
    if changed.congrats_id not in (None, current.congrats_email_template_id):
        rules.check_template(call, "congrats_email_template_id", "congrats", changed.congrats_id)
    settings, email = call.state.settings, changed.details.email
    if settings.update_checks_duplicates and not rules.same_email(settings, email, current.email):
        rules.check_duplicate(call, email, current.team_id, itself=current)


def _apply(current: Invitation, changed: Changed) -> None:
    for name, value in asdict(changed.details).items():
        setattr(current, name, value)
    current.email_template_id = changed.template_id
    current.congrats_email_template_id = changed.congrats_id
    current.send_congrats_notification = changed.send_congrats
    current.test_ids = changed.test_ids or current.test_ids
