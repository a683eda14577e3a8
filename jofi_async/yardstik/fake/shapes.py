"""The JSON objects that the fake takes and gives, as JSON Schema; names are those of the documentation.

No page says which fields may be null, and some objects are shown by no page whole, so all objects are open.
"""

from jofi_async.fakes.schema import FLAG, INSTANT, INSTANT_OR_NULL, NAME, TEXT, TEXT_OR_NULL, Schema, listed, open_

ANY: Schema = {}
ACCOUNT = open_(id=TEXT, account_name=TEXT, support_email_address=TEXT_OR_NULL)
REPORT = open_(id=TEXT, status=TEXT, created_at=TEXT, updated_at=TEXT, account_package_id=TEXT)
INTAKE = listed(open_(name=TEXT, type=TEXT, label=TEXT, required=FLAG))
CANDIDATE = open_(
    id=TEXT,
    object=TEXT,
    full_name=TEXT,
    first_name=TEXT,
    last_name=TEXT,
    email=TEXT,
    phone=TEXT_OR_NULL,
    ssn=TEXT_OR_NULL,
    ssn_masked=TEXT_OR_NULL,
    date_of_birth=TEXT_OR_NULL,
    driver_license_number=TEXT_OR_NULL,
    external_id=ANY,
    account=ACCOUNT,
    reports=listed(REPORT),
    created_at=TEXT,
    updated_at=TEXT,
    meta=open_(entity=TEXT, create_report=TEXT),
    addresses=ANY,
)
OBJECTS: dict[str, Schema] = {
    "invitation": open_(
        id=TEXT,
        status=TEXT,
        external_id=TEXT_OR_NULL,
        platform_service_id=TEXT_OR_NULL,
        expires_at=INSTANT,
        canceled_at=INSTANT_OR_NULL,
        confirmation_code=TEXT,
        account_id=TEXT,
        account_name=TEXT,
        created_at=TEXT,
        updated_at=TEXT,
        logo=TEXT_OR_NULL,
        report_urls=listed(TEXT),
        styles=open_(theme_base=TEXT, primary_color=TEXT, bg_image=TEXT),
        candidate=CANDIDATE,
        account=ACCOUNT,
        meta=open_(entity=TEXT, apply=TEXT),
        report=REPORT,
    ),
    "account": ACCOUNT,
    "candidate": CANDIDATE,
    "package": open_(
        id=TEXT,
        package_id=TEXT,
        package=TEXT,
        name=TEXT,
        package_system_name=TEXT,
        action_type=TEXT,
        screenings=listed(open_(id=TEXT, name=TEXT, label=TEXT, screening_type=TEXT, intake_fields=INTAKE)),
        intake_fields=INTAKE,
        account=ACCOUNT,
    ),
}
BODIES: dict[str, Schema] = {
    "new_invitation": open_(account_package_id=NAME, candidate_id=NAME),
    "refresh": {"type": "object", "properties": {"expires_at": INSTANT}},
    "new_candidate": open_(first_name=NAME, last_name=NAME, email={"type": "string", "format": "email"}),
}
BODIES["new_invitation"]["properties"]["expires_at"] = INSTANT
REFUSAL = open_(errors=ANY)
