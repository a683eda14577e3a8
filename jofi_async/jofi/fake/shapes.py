"""The JSON objects that the fake takes and gives, as JSON Schema; names and types are those of the documentation.

An object that no page shows whole is open: it may hold other fields, too.
"""

from jofi_async.fakes.schema import (
    EMAIL,
    FLAG,
    INSTANT,
    INSTANT_OR_NULL,
    INTEGER,
    INTEGER_OR_NULL,
    NAME,
    NUMBER,
    TEXT,
    TEXT_OR_NULL,
    Schema,
    closed,
    constant,
    limited,
    listed,
    nullable,
    open_,
)
from jofi_async.jofi.fake.form import CUSTOM_ID_LIMIT, REF_TEXT_LIMIT

PHONE: Schema = {"type": ["string", "null"], "examples": ["5551234567", "+15551234567"]}

SHORT = closed(id=INTEGER, display_name=TEXT)
SHORT_NAMED = closed(id=INTEGER, display_name=TEXT, short_name=TEXT)
USER = closed(id=INTEGER, first_name=TEXT, last_name=TEXT, email=TEXT)
TESTS: Schema = {
    "type": "array",
    "minItems": 1,
    "items": {"type": "object", "required": ["test_id"], "properties": {"test_id": INTEGER}},
}

RESULT_URLS = {
    "career_navigation_url": TEXT_OR_NULL,
    "scorecard_url": TEXT_OR_NULL,
    "job_fit_summary_url": TEXT_OR_NULL,
    "career_options_spotlight_url": TEXT_OR_NULL,
}
PARTICIPANT = {
    "first_name": TEXT,
    "last_name": TEXT,
    "email": TEXT,
    "invitation_created_at": INSTANT,
    "invitation_id": INTEGER,
    "custom_id": TEXT_OR_NULL,
    "person_id": TEXT_OR_NULL,
}
LINKS = {"assessment_url": TEXT_OR_NULL, **RESULT_URLS, "team": SHORT, "account": SHORT}
SCORE = {
    "object": constant("score"),
    "id": INTEGER,
    "display_name": TEXT,
    "short_name": TEXT,
    "description": TEXT,
    "is_starred": FLAG,
    "yellow_band": NUMBER,
    "test_taker_score": {"type": ["number", "null"]},
}
SECTION = nullable(listed(closed(**SCORE, facets=listed(closed(**SCORE)))))

ANSWERS: dict[str, Schema] = {
    "account": closed(
        object=constant("account"),
        id=INTEGER,
        display_name=TEXT,
        display_name_external=TEXT_OR_NULL,
        teams_count=INTEGER,
        users_count=INTEGER,
        invitations_count=INTEGER,
        test_takers_seats_used_count=INTEGER,
        prescreens_completed_count=INTEGER,
        thinking_skills_completed_count=INTEGER,
        personality_completed_count=INTEGER,
        career_interests_completed_count=INTEGER,
        webhook_endpoint=TEXT_OR_NULL,
        webhooks_enabled=FLAG,
    ),
    "user_list_item": open_(object=TEXT, id=INTEGER, first_name=TEXT, last_name=TEXT, email=TEXT),
    "team_list_item": closed(
        object=constant("team_list_item"),
        id=INTEGER,
        display_name=TEXT,
        users_count=INTEGER,
        invitations_count=INTEGER,
        test_takers_count=INTEGER,
    ),
    "assessment_list_item": open_(object=TEXT, id=INTEGER, display_name=TEXT, short_name=TEXT),
    "email_template_list_item": closed(
        object=constant("email_template_list_item"),
        id=INTEGER,
        display_name=TEXT,
        type={"type": "string", "enum": ["invitation", "congrats"]},
        team_ids=listed(INTEGER),
    ),
    "score_profile_list_item": closed(
        object=constant("score_profile_list_item"), id=INTEGER, short_name=TEXT, display_name=TEXT
    ),
    "invitation": closed(
        object=constant("invitation"),
        id=INTEGER,
        invited_by_user=nullable(USER),
        created_at=INSTANT,
        accepted_at=INSTANT_OR_NULL,
        first_name=TEXT,
        last_name=TEXT,
        email=TEXT,
        send_via_email=FLAG,
        phone=TEXT_OR_NULL,
        send_via_sms=FLAG,
        custom_id=limited(CUSTOM_ID_LIMIT),
        person_id=TEXT_OR_NULL,
        invitation_email_template=nullable(SHORT),
        ref_text=limited(REF_TEXT_LIMIT),
        congrats_email_template=nullable(SHORT),
        send_congrats_notification=FLAG,
        target_score_profile=nullable(SHORT_NAMED),
        invitation_assessments=listed(SHORT_NAMED),
        assessment_url=TEXT_OR_NULL,
        **RESULT_URLS,
        team=SHORT,
        account=SHORT,
        test_taker_id=INTEGER_OR_NULL,
        career_navigation_profile_id=TEXT_OR_NULL,
    ),
    "invitation_list_item": closed(
        object=constant("invitation_list_item"),
        id=INTEGER,
        first_name=TEXT,
        last_name=TEXT,
        email=TEXT,
        created_at=INSTANT,
        accepted_at=INSTANT_OR_NULL,
        assessment_url=TEXT_OR_NULL,
        test_taker_id=INTEGER_OR_NULL,
        custom_id=TEXT_OR_NULL,
        person_id=TEXT_OR_NULL,
    ),
    "test_taker_list_item": closed(
        object=constant("test_taker_list_item"),
        id=INTEGER,
        **PARTICIPANT,
        career_navigation_profile_id=TEXT_OR_NULL,
        **LINKS,
    ),
    "test_taker": open_(
        object=constant("test_taker"),
        id=INTEGER,
        first_name=TEXT,
        last_name=TEXT,
        email=TEXT,
        invitation_created_at=INSTANT,
        assigned_assessments=listed(
            closed(
                id=INTEGER,
                assessment=SHORT_NAMED,
                created_at=INSTANT,
                started_at=INSTANT_OR_NULL,
                completed_at=INSTANT_OR_NULL,
                progress_saved_at=INSTANT_OR_NULL,
                is_used_for_scoring=FLAG,
            )
        ),
    ),
    "scorecard": closed(
        object=constant("scorecard"),
        test_taker_id=INTEGER,
        invitation_id=INTEGER,
        custom_id=TEXT_OR_NULL,
        person_id=TEXT_OR_NULL,
        career_navigation_profile_id=TEXT_OR_NULL,
        first_name=TEXT,
        last_name=TEXT,
        email=TEXT,
        scorecard_url=TEXT_OR_NULL,
        score_profile=closed(id=INTEGER, display_name=TEXT, short_name=TEXT, riasec_profile=TEXT),
        riasec_profile=TEXT_OR_NULL,
        scores=open_(thinking_skills=SECTION, personality_traits=SECTION),
    ),
    "job_fit_report": open_(),
    "career_navigation_profile_list_item": closed(
        object=constant("career_navigation_profile_list_item"),
        id=TEXT,
        **PARTICIPANT,
        test_taker_id=INTEGER,
        **LINKS,
    ),
    "career_navigation_profile": open_(object=constant("career_navigation_profile"), id=TEXT),
}

SHARED: dict[str, Schema] = {
    "first_name": NAME,
    "last_name": NAME,
    "email": EMAIL,
    "phone": PHONE,
    "custom_id": limited(CUSTOM_ID_LIMIT),
    "person_id": TEXT_OR_NULL,
    "ref_text": limited(REF_TEXT_LIMIT),
    "send_via_email": FLAG,
    "send_via_sms": FLAG,
    "assessments_to_assign": TESTS,
}

BODIES: dict[str, Schema] = {
    "new_invitation": {
        "type": "object",
        "required": ["first_name", "last_name", "email", "created_by_user_email"],
        "properties": {
            **SHARED,
            "created_by_user_email": EMAIL,
            "team_id": INTEGER,
            "email_template_id": INTEGER,
        },
    },
    "invitation_changes": {
        "type": "object",
        "properties": {
            **SHARED,
            "email_template_id": INTEGER_OR_NULL,
            "send_congrats_notification": FLAG,
            "congrats_email_template_id": INTEGER_OR_NULL,
        },
    },
}
