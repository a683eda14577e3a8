"""What JOFI's documentation leaves open, as settings of the fake."""

from typing import Literal

from attrs import frozen


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
