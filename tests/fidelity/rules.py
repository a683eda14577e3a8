"""Every route, field, rule and message of seeds 000 and 001, by a name that tests are marked with (no tests).

A test that holds some of them is marked `@rule("000/duplicate-same-team")`; `tests/fidelity/plugin.py` makes the table
of docs/fidelity.md of the marks and of how the tests ended.
"""

import pytest

INVITATION = {
    "mode": '"live" or "test" depending on your API key',
    "object": 'Always "invitation"',
    "id": "Invitation ID",
    "invited_by_user": "JOFI user who sent the invitation ({ id, first_name, last_name, email }), or null",
    "created_at": "ISO 8601 timestamp when the invitation was created",
    "accepted_at": "ISO 8601 timestamp when the participant accepted the invitation, or null",
    "first_name": "Participant first name",
    "last_name": "Participant last name",
    "email": "Participant email address",
    "send_via_email": "Whether JOFI sends the invitation by email",
    "phone": "Participant phone in E.164 format, or null",
    "send_via_sms": "Whether JOFI sends the invitation by SMS",
    "custom_id": "Your grouping identifier, or null",
    "person_id": "Your system's participant identifier, or null",
    "invitation_email_template": "Assigned invitation email template ({ id, display_name }), or null",
    "ref_text": "Reference text for some email templates, or null",
    "congrats_email_template": "Assigned congrats email template ({ id, display_name }), or null",
    "send_congrats_notification": "Whether JOFI sends a congratulations notification after completion",
    "target_score_profile": "Target score profile ({ id, display_name, short_name }), or null",
    "invitation_assessments": "Assessments assigned (array of { id, display_name, short_name })",
    "assessment_url": "Unique link for the participant to start assessments, or null",
    "career_navigation_url": "Career Navigation URL, or null",
    "scorecard_url": "JOFI scorecard URL, or null",
    "job_fit_summary_url": "Job Fit Summary report URL, or null",
    "career_options_spotlight_url": "Career Options Spotlight report URL, or null",
    "team": "Team the invitation belongs to ({ id, display_name })",
    "account": "Account the invitation belongs to ({ id, display_name })",
    "test_taker_id": "Test taker ID after acceptance, or null",
    "career_navigation_profile_id": "Career Navigation profile ID, or null",
}
ITEM = {
    "object": 'Always "invitation_list_item"',
    "id": "Invitation ID",
    "first_name": "Participant first name",
    "last_name": "Participant last name",
    "email": "Participant email address",
    "created_at": "ISO 8601 timestamp when the invitation was created",
    "accepted_at": "ISO 8601 timestamp when the participant accepted the invitation, or null",
    "assessment_url": "Unique link for the participant to start assessments, or null",
    "test_taker_id": "Test taker ID after acceptance, or null",
    "custom_id": "Your grouping identifier, or null",
    "person_id": "Your system's participant identifier, or null",
}
ENVELOPE = {
    "mode": '"live" or "test" depending on your API key',
    "object": 'Always "list"',
    "total_count": "Total number of invitations matching the request",
    "has_more": "true if more matching items exist beyond the current response",
    "data": "Array of invitation_list_item objects",
}
REQUIRED = {
    "first_name": "Participant first name (non-empty string)",
    "last_name": "Participant last name (non-empty string)",
    "email": "Participant email address",
    "created_by_user_email": "Email of the JOFI user sending the invitation",
}
OPTIONAL = {
    "person_id": "Default null. Your system's identifier for this participant (any string)",
    "custom_id": "Default null. Your grouping identifier",
    "phone": "Default null. Participant phone number",
    "team_id": "Default: inviter's default team",
    "assessments_to_assign": "Default: inviter's default assessments",
    "send_via_email": "Default true. Whether the invitation email is sent",
    "send_via_sms": "Default false. Whether the invitation is also sent by text message",
    "email_template_id": "Default: inviter's default template",
    "ref_text": "Default null. Reference text for some email templates",
}
UPDATABLE = {
    "first_name": "Participant first name",
    "last_name": "Participant last name",
    "email": "Participant email",
    "phone": "Participant phone (E.164 format in responses)",
    "custom_id": "Grouping identifier (max 50 characters)",
    "person_id": "Your system's participant identifier",
    "ref_text": "Reference text for some email templates (max 60 characters)",
    "send_via_email": "Whether JOFI sends the invitation by email",
    "send_via_sms": "Whether JOFI sends the invitation by SMS (requires phone)",
    "email_template_id": "Invitation email template ID",
    "send_congrats_notification": "Whether to send a congratulations notification after completion",
    "congrats_email_template_id": "Congrats email template ID",
    "assessments_to_assign": 'Array of { "test_id": N }',
}
MESSAGES = {
    "first-name": "first_name: First name is required",
    "email": "sent_to_email: Invalid email address",
    "inviter": "User not found with email: jane.recruiter@jofiscore.com",
    "default-team": "User with email ... does not have a default team",
    "default-assessments": "... does not have a default assessments to assign",
    "default-template": "... missing default email template",
    "team": "team_id not found",
    "duplicate-invitation": "Team already has an invitation with email ...",
    "duplicate-test-taker": "Team already has a test taker with email ...",
    "duplicate-other-team": "Another team in this account already has an invitation with email ...",
    "sms-without-phone": "Phone is required if sending via text message (SMS)",
    "assessments": "Choose either Prescreen or other assessments, but not both.",
}

_SEED_000 = {
    "route/create": "POST /invitations creates an invitation",
    "route/list": "GET /invitations lists invitations",
    "route/get": "GET /invitations/:invitationId gets one",
    "route/update": "PUT /invitations/:invitationId updates one",
    "bearer-token": "The API key is a Bearer token in the Authorization header",
    "create-201": "Create returns 201 Created with a complete invitation object",
    "unique-link": "assessment_url is the unique link the participant uses",
    "sends": "JOFI sends by email and/or SMS according to the flags, unless both are false",
    "inviter-of-account": "created_by_user_email must belong to the same account as the key",
    "four-fields": "The four required fields are the only ones that must be included",
    "default-team": "Team: the inviter's default, or team_id",
    "default-assessments": "Assessments: the inviter's defaults, or assessments_to_assign",
    "default-template": "Invitation email template: the inviter's default, or email_template_id",
    "default-congrats": "Congratulations notification: the inviter's template if configured, not overridable on create",
    "default-scheduling": "Scheduling link: not overridable on create",
    "template-for-email": "The template default is required when send_via_email is true, which is the default",
    "custom-id-50": "custom_id: max 50 characters",
    "ref-text-60": "ref_text: max 60 characters",
    "phone-e164": "phone is normalized to E.164 format in the response",
    "sms-needs-phone": "phone is required when send_via_sms is true",
    "team-of-account": "team_id must belong to your account",
    "one-assessment": "At least one assessment is required",
    "prescreen-alone": "Prescreen (1) cannot be combined with 6, 7 or 8",
    "example/minimal": "The first example request",
    "example/full": "The second example request",
    "example/created": "The example response of create",
    "example/list": "The first example response of list",
    "example/filtered": "The second example response of list",
    "example/got": "The example response of get",
    "example/updated": "The example of update",
    "refused-400": "Validation errors are 400 Bad Request",
    "duplicate-same-team": "Duplicate email on the same team is refused",
    "duplicate-elsewhere": "Duplicate email elsewhere in the account is refused",
    "test-key/create": "With a test key create returns 201 with a fake and does not create a record",
    "test-key/get": "With a test key get returns a fake regardless of the ID",
    "newest-first": "Lists are ordered by most recently created",
    "limit-50": "Unfiltered requests return up to 50 items",
    "limit-150": "Filtered requests return up to 150 items",
    "filter/custom_id": "Filter by custom_id: partial match, case-insensitive, max 50 characters",
    "filter/email": "Filter by email: partial match, case-insensitive, max 255 characters",
    "has-more": "has_more tells whether further records match",
    "total-count": "total_count counts all in your account, or all matching the filters",
    "paging-soon": "Pagination is coming soon",
    "get-400": "Get returns 400 if the invitation does not exist or is another account's",
    "update-200": "Update returns 200 OK with the updated invitation object",
    "update-partial": "All fields are optional; include only those you want to change",
    "assessments-closed": "assessments_to_assign cannot be updated after the invitation has been accepted",
}
_SEED_001 = {
    "live-key": "Live API key (sk_live_...): creates real records",
    "test-key": "Test API key (sk_test_...): returns fake responses",
    "key-stored": "API key stored securely",
    "one-team": "At least one team",
    "one-user": "At least one user",
    "inviter-on-account": "The inviter is on the same account as the key",
    "default-team": "Default team for each inviter",
    "default-assessments": "Default assessments for each inviter",
    "default-template": "Default invitation email template for each inviter",
    "overrides": "The API accepts override fields where a default is missing",
    "get-users": "GET /users verifies each inviter's defaults",
    "get-email-templates": "GET /email-templates looks up valid template IDs",
    "get-accounts": "GET /accounts shows the configured live webhook endpoint",
    "webhooks-optional": "Webhooks are optional",
    "live-webhook": "Live webhook endpoint",
    "test-webhook": "Test webhook endpoint: only a JOFI Admin sends events to it",
    "event-types": "Automatic events: invitation.created, test_taker.assessment_completed, and so on",
    "events": "Handlers react to accepted invitations, completed assessments and created career navigation profiles",
    "walk-through": "A person walks through the participant experience",
}

RULES: dict[str, str] = {
    **{f"000/{name}": text for name, text in _SEED_000.items()},
    **{f"000/message/{name}": text for name, text in MESSAGES.items()},
    **{f"000/create/{name}": text for name, text in (REQUIRED | OPTIONAL).items()},
    **{f"000/update/{name}": text for name, text in UPDATABLE.items()},
    **{f"000/invitation/{name}": text for name, text in INVITATION.items()},
    **{f"000/list/{name}": text for name, text in ENVELOPE.items()},
    **{f"000/invitation_list_item/{name}": text for name, text in ITEM.items()},
    **{f"001/{name}": text for name, text in _SEED_001.items()},
}


def rule(*names: str) -> pytest.MarkDecorator:
    """Mark a test as holding some rules.

    Raises:
        KeyError: There is no rule of this name.
    """
    for name in names:
        RULES[name]
    return pytest.mark.rule(*names)
