"""What JOFI's documentation leaves open, as settings of the fake."""

from collections.abc import Mapping
from typing import Any, Literal

from attrs import field, frozen


@frozen(kw_only=True)
class UserFields:
    """How `GET /users` shows a user's defaults: seed 001 says that it does, and no page under which names.

    Attributes:
        team: The name of the default team; None leaves it out.
        assessments: The name of the default assessments.
        email_template: The name of the default invitation template.
        congrats_email_template: The name of the default congrats template.
        form: `objects` as in an invitation, or `ids` alone.
    """

    team: str | None = "default_team"
    assessments: str | None = "default_assessments"
    email_template: str | None = "default_email_template"
    congrats_email_template: str | None = "default_congrats_email_template"
    form: Literal["objects", "ids"] = "objects"


@frozen(kw_only=True)
class FakeSettings:
    """The behaviour no page settles; each default is the least surprising one.

    Attributes:
        emails_ignore_case: Duplicates and inviters are found whatever the case of the address.
        phone_region: The country of a phone without a country code. The seed turns `5551234567` into
            `+15551234567`.
        phone_check: `possible` accepts numbers of a right length, as the documented example needs; `valid` also
            wants a range that is in use.
        long_filter: A list filter longer than documented (custom_id 50, email 255) is `refused` with 400, or
            `matched` as it is.
        null_on_update: In an update, null `clears` a field that can be null, or is `refused` with 400. A create
            takes null where null is the documented default.
        fixed_fields_on_update: `team_id` and `created_by_user_email` in an update are `refused` with 400, so that
            nobody believes that they changed, or `ignored` as unknown fields are.
        update_checks_duplicates: An update to an address that is already invited in the account is refused as a
            create would be.
        update_resends: An update that names the address, the phone, a send flag or the invitation template sends
            the invitation again.
        test_key_validates: Under a test key, what is wrong with the request itself (types, required fields,
            limits, syntax, the assessment catalog) is still refused; what depends on the account's data (inviter,
            team, templates, duplicates) never is. When false, every body is answered with a fake.
        user_fields: How users show their defaults.
        test_taker_limit: How many test takers the list shows; an old page says 30.
        undocumented: Fields that no page shows, by the `object` of the answers or items that bear them: what your
            account's job fit reports look like, say, or the paging fields that JOFI announces, on `list`.
        whole_test_taker: One test taker by id shows all that the list shows of it, besides what is documented.
    """

    emails_ignore_case: bool = True
    phone_region: str = "US"
    phone_check: Literal["possible", "valid"] = "possible"
    long_filter: Literal["refused", "matched"] = "refused"
    null_on_update: Literal["clears", "refused"] = "clears"
    fixed_fields_on_update: Literal["refused", "ignored"] = "refused"
    update_checks_duplicates: bool = True
    update_resends: bool = False
    test_key_validates: bool = True
    user_fields: UserFields = UserFields()
    test_taker_limit: int = 30
    undocumented: Mapping[str, dict[str, Any]] = field(factory=dict[str, dict[str, Any]])
    whole_test_taker: bool = True
