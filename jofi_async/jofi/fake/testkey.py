"""What a test key is answered with: the documented examples, filled in from the request; nothing is stored.

Seed 000: a create "returns 201 Created with a fake invitation object and does not create a record", a get
"returns a fake invitation object regardless of the ID".
"""

from datetime import UTC, datetime

from attrs import asdict

from jofi_async.jofi.fake import render, rules
from jofi_async.jofi.fake.create import read_wanted
from jofi_async.jofi.fake.form import Form, read_object
from jofi_async.jofi.fake.read import read_filters
from jofi_async.jofi.fake.records import Details, Invitation
from jofi_async.jofi.fake.routing import SITE, Call, Payload, RefusedError
from jofi_async.jofi.fake.update import read_changed, update_form
from jofi_async.jofi.fake.world import documented_world

# The example response of seed 000, "Create Invitation".
EXAMPLE = Invitation(
    id=12345,
    account_id=200,
    team_id=100,
    invited_by_user_id=11111,
    created_at=datetime(2026, 12, 11, 22, 23, 5, 312696, tzinfo=UTC),
    first_name="Linda",
    last_name="Sample",
    email="linda.sample@jofiscore.com",
    phone="+15551234567",
    custom_id="ABC123",
    person_id="1bb2141c-4100-4b21-9cd2-a998b76cf736",
    test_ids=(6, 8),
    assessment_url=f"{SITE}/welcome/69608c33-1425-4123-9c49-22c5d9d7838c",
    email_template_id=1000,
    congrats_email_template_id=1001,
    send_congrats_notification=True,
)

# Whom a create that is not validated and names nobody invites.
NAMES = Details(first_name=EXAMPLE.first_name, last_name=EXAMPLE.last_name, email=EXAMPLE.email)

# What seed 000, "Get Invitation by ID", shows once the participant has accepted and finished.
FINISHED: Payload = {
    "accepted_at": "2026-12-11T22:23:27.816+00:00",
    "career_navigation_url": f"{render.CAREER_SITE}?c=CNP1234567890",
    "scorecard_url": f"{SITE}/team/100/test-takers/12345/scorecard",
    "job_fit_summary_url": f"{SITE}/test-takers/CNP1234567890/job-fit?r=jfs&zones=1_5",
    "career_options_spotlight_url": f"{SITE}/test-takers/CNP1234567890/job-fit?r=cor&zones=1_5",
    "test_taker_id": 12345,
    "career_navigation_profile_id": "CNP1234567890",
}

# Seed 000, "List Invitations", the second example.
LIST_ITEMS: list[Payload] = [
    {
        "object": "invitation_list_item",
        "id": 23456,
        "first_name": "Olivia",
        "last_name": "Sample",
        "email": "olivia.sample@jofiscore.com",
        "created_at": "2026-12-11T22:21:44.960799+00:00",
        "accepted_at": None,
        "assessment_url": f"{SITE}/welcome/056590cb-655c-45bf-ac02-928148456445",
        "test_taker_id": None,
        "custom_id": "ABC456",
        "person_id": "2bb2141c-4100-4b21-9cd2-a998b76cf737",
    },
    {
        "object": "invitation_list_item",
        "id": 34567,
        "first_name": "Noah",
        "last_name": "Sample",
        "email": "noah.sample@jofiscore.com",
        "created_at": "2026-06-19T11:53:36.048918+00:00",
        "accepted_at": None,
        "assessment_url": f"{SITE}/welcome/e174b92e-20aa-450e-9a8d-1f8232430ad6",
        "test_taker_id": None,
        "custom_id": "ABC456",
        "person_id": "3bb2141c-4100-4b21-9cd2-a998b76cf738",
    },
]

# The page "Accounts".
ACCOUNT: Payload = {
    "object": "account",
    "id": 68,
    "display_name": "CoffeeBean Inc",
    "display_name_external": "The Coffee Company",
    "teams_count": 3,
    "users_count": 3,
    "invitations_count": 162,
    "test_takers_seats_used_count": 98,
    "prescreens_completed_count": 16,
    "thinking_skills_completed_count": 21,
    "personality_completed_count": 55,
    "career_interests_completed_count": 47,
    "webhook_endpoint": "https://www.example.com/webhooks/jofi",
    "webhooks_enabled": True,
}


def create_invitation(call: Call) -> Payload:
    """Answer with the example, with the request's values."""
    form = Form(_body(call), call.state.settings)
    wanted = read_wanted(form, Details() if call.state.settings.test_key_validates else NAMES)
    _refuse(call, form, wanted.test_ids)
    return {
        **_example(),
        **asdict(wanted.details),
        "invited_by_user": {
            "id": 11111,
            "first_name": "Jane",
            "last_name": "Recruiter",
            "email": wanted.inviter_email or "jane.recruiter@jofiscore.com",
        },
        "invitation_email_template": _template(wanted.template_id or 1000, "Invitation v2"),
        "invitation_assessments": _assessments(call, wanted.test_ids),
        "team": {"id": wanted.team_id or 100, "display_name": "Recruiting"},
    }


def list_invitations(call: Call) -> Payload:
    """Answer with the same two items, whatever the filter."""
    if call.state.settings.test_key_validates:
        read_filters(call)
    return render.listing(LIST_ITEMS, len(LIST_ITEMS))


def get_invitation(call: Call) -> Payload:
    """Answer with the finished example, whatever the id."""
    return {**_example(rules.asked_id(call)), **FINISHED}


def update_invitation(call: Call) -> Payload:
    """Answer with the example, with the request's changes, whatever the id."""
    form = update_form(_body(call), call.state.settings)
    changed = read_changed(form, EXAMPLE)
    _refuse(call, form, changed.test_ids)
    return {
        **_example(rules.asked_id(call)),
        **asdict(changed.details),
        "invitation_email_template": _template(changed.template_id, "Invitation v2"),
        "congrats_email_template": _template(changed.congrats_id, "Congrats v2"),
        "send_congrats_notification": changed.send_congrats,
        "invitation_assessments": _assessments(call, changed.test_ids),
    }


def get_account(call: Call) -> Payload:
    """Answer with the example."""
    return dict(ACCOUNT)


def _example(invitation_id: int | None = None) -> Payload:
    return {**render.invitation(documented_world(), EXAMPLE), "id": invitation_id or EXAMPLE.id}


def _template(template_id: int | None, display_name: str) -> Payload | None:
    return None if template_id is None else {"id": template_id, "display_name": display_name}


def _assessments(call: Call, test_ids: tuple[int, ...] | None) -> list[Payload]:
    return render.assessments(call.state.world, test_ids or EXAMPLE.test_ids)


def _body(call: Call) -> Payload:
    try:
        return read_object(call.body)
    except RefusedError:
        if call.state.settings.test_key_validates:
            raise
        return {}


def _refuse(call: Call, form: Form, test_ids: tuple[int, ...] | None) -> None:
    if call.state.settings.test_key_validates:
        form.refuse()
        rules.check_assessments(call.state.world, test_ids or ())
