"""The examples of JOFI's pages besides seed 000, as they are printed there (no tests)."""

from typing import Any

Json = dict[str, Any]

# Page "Accounts".
ACCOUNT: Json = {
    "mode": "live",
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

# Page "Events", in `data.object`; the rest of the object is cut there.
TEST_TAKER: Json = {
    "object": "test_taker",
    "id": 12345,
    "first_name": "Linda",
    "last_name": "Sample",
    "email": "linda.sample@jofiscore.com",
    "invitation_created_at": "2026-02-03T12:41:35.034681+00:00",
    "assigned_assessments": [
        {
            "id": 11111,
            "assessment": {"id": 6, "short_name": "Personality", "display_name": "JOFI Personality Traits"},
            "created_at": "2026-02-03T12:43:24.598908+00:00",
            "started_at": None,
            "completed_at": None,
            "progress_saved_at": None,
            "is_used_for_scoring": True,
        }
    ],
}

# The fields that the field tables and examples of the other pages name, in their order.
FIELDS = {
    "account": list(ACCOUNT),
    "team_list_item": [
        "object",
        "id",
        "display_name",
        "users_count",
        "invitations_count",
        "test_takers_count",
    ],
    "email_template_list_item": ["object", "id", "display_name", "type", "team_ids"],
    "score_profile_list_item": ["object", "id", "short_name", "display_name"],
    "test_taker_list_item": [
        "object",
        "id",
        "first_name",
        "last_name",
        "email",
        "invitation_created_at",
        "invitation_id",
        "custom_id",
        "person_id",
        "career_navigation_profile_id",
        "assessment_url",
        "career_navigation_url",
        "scorecard_url",
        "job_fit_summary_url",
        "career_options_spotlight_url",
        "team",
        "account",
    ],
    "test_taker": list(TEST_TAKER),
    "scorecard": [
        "mode",
        "object",
        "test_taker_id",
        "invitation_id",
        "custom_id",
        "person_id",
        "career_navigation_profile_id",
        "first_name",
        "last_name",
        "email",
        "scorecard_url",
        "score_profile",
        "riasec_profile",
        "scores",
    ],
    "score": [
        "object",
        "id",
        "display_name",
        "short_name",
        "description",
        "is_starred",
        "yellow_band",
        "test_taker_score",
        "facets",
    ],
    "career_navigation_profile_list_item": [
        "object",
        "id",
        "first_name",
        "last_name",
        "email",
        "invitation_created_at",
        "invitation_id",
        "custom_id",
        "person_id",
        "test_taker_id",
        "assessment_url",
        "career_navigation_url",
        "scorecard_url",
        "job_fit_summary_url",
        "career_options_spotlight_url",
        "team",
        "account",
    ],
}
