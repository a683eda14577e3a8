"""Every text the fake answers with, in one place.

The first group is documented, to the letter. In `INVITER_WITHOUT_TEMPLATE` only the end is: the seed writes
"User with email ... does not have a default team (also applies to does not have a default assessments to assign
and missing default email template)". The second group is not documented anywhere; nothing may depend on it.
"""

# Documented: the page "Errors and status codes".
KEY_REQUIRED = "API key is required"
ACCOUNT_NOT_FOUND = "Account not found for API key"

# Documented: seed 000, "Validation and errors".
FIRST_NAME_REQUIRED = "first_name: First name is required"
EMAIL_INVALID = "sent_to_email: Invalid email address"
USER_NOT_FOUND = "User not found with email: {email}"
INVITER_WITHOUT_TEAM = "User with email {email} does not have a default team"
INVITER_WITHOUT_ASSESSMENTS = "User with email {email} does not have a default assessments to assign"
INVITER_WITHOUT_TEMPLATE = "User with email {email} is missing default email template"
TEAM_NOT_FOUND = "team_id not found"
TEAM_HAS_INVITATION = "Team already has an invitation with email {email}"
TEAM_HAS_TEST_TAKER = "Team already has a test taker with email {email}"
OTHER_TEAM_HAS_INVITATION = "Another team in this account already has an invitation with email {email}"
PHONE_REQUIRED = "Phone is required if sending via text message (SMS)"
PRESCREEN_OR_OTHERS = "Choose either Prescreen or other assessments, but not both."

# Not documented: the condition is (or the field's rule), the wording is ours.
LAST_NAME_REQUIRED = "last_name: Last name is required"
INVITER_REQUIRED = "created_by_user_email: Inviter email is required"
TOO_LONG = "{field}: Must be at most {limit} characters"
PHONE_INVALID = "phone: Invalid phone number"
TEMPLATE_NOT_FOUND = "{field} not found"
TEMPLATE_REQUIRED = "email_template_id: An email template is required if sending via email"
ASSESSMENT_REQUIRED = "assessments_to_assign: At least one assessment is required"
ASSESSMENT_NOT_FOUND = "assessments_to_assign: Assessment not found with test_id: {test_id}"
ASSESSMENTS_CLOSED = "assessments_to_assign: Cannot be updated after the invitation has been accepted"
NOT_UPDATABLE = "{field}: Cannot be updated"
INVITATION_NOT_FOUND = "Invitation not found"
TEST_TAKER_NOT_FOUND = "Test taker not found"
SP_REQUIRED = "sp: Score profile is required"
SP_UNKNOWN = "sp: Score profile not found: {sp}"
BODY_NOT_JSON = "Request body must be valid JSON"
BODY_NOT_OBJECT = "Request body must be a JSON object"
WRONG_TYPE = "Expected {expected}"
ROUTE_NOT_FOUND = "Not found"
METHOD_NOT_ALLOWED = "Method not allowed"
