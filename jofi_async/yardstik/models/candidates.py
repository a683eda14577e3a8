"""Candidates (page "Candidates"): as they are created, and as they are answered.

They hold what must never leave its field: social security number, date of birth, licence numbers, addresses.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
from attrs import define, field, frozen

from jofi_async.core.codec import LooseTime, no_extra
from jofi_async.core.shown import Shown
from jofi_async.core.unset import UNSET, Unset, reader_of_given
from jofi_async.yardstik.models.shared import Account, Page, Report


@define(repr=False)
class Address:
    """A postal address, as accounts have them; the page is cut where a candidate's begins.

    Attributes:
        id: Address ID.
        line1: Street and number.
        line2: What else the street needs.
        city: City.
        state: State.
        zip_code: ZIP code.
        current: Whether they live there now.
        extra: Fields that are not known yet.
    """

    id: str | None = None
    line1: str | None = None
    line2: str | None = None
    city: str | None = None
    state: str | None = None
    zip_code: str | None = None
    current: bool | None = None
    extra: dict[str, Any] = field(factory=no_extra)

    def __repr__(self) -> str:
        return "Address(...)"


@define(repr=False)
class Guardian:
    """Who signs for a candidate who is not of age.

    Attributes:
        first_name: First name.
        last_name: Last name.
        email: E-mail address.
        extra: Fields that are not known yet.
    """

    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    extra: dict[str, Any] = field(factory=no_extra)

    def __repr__(self) -> str:
        return "Guardian(...)"


@define(repr=False)
class Candidate(Shown):
    """A candidate, alone or inside an invitation.

    Attributes:
        id: Candidate ID, an opaque text.
        object: "candidate".
        full_name: Full name.
        first_name: First name.
        middle_name: Middle name.
        no_middle_name: Whether they say that they have none.
        last_name: Last name.
        email: E-mail address.
        phone: Phone in E.164 format.
        ssn: Social security number.
        ssn_masked: The same, all but its end hidden.
        additional_data: What else was asked.
        guardian: Who signs for a candidate who is not of age.
        active: Whether the candidate is active.
        copy_requested: Whether they want a copy of the report.
        date_of_birth: Date of birth, as Yardstik writes it.
        date_of_birth_masked: The same, partly hidden.
        gender: Gender.
        driver_license_number: Licence number.
        driver_license_number_masked: The same, partly hidden.
        driver_license_state: The licence's state.
        previous_driver_license_number: Number of the licence before.
        previous_driver_license_state: Its state.
        evergreen: Whether their consent is evergreen.
        external_id: The caller's own id.
        account: The account they belong to.
        reports: Their reports.
        created_at: When they were created, by Yardstik's clock; None where it cannot be read.
        updated_at: When they were changed last.
        meta: Links of the object.
        addresses: Where they live and lived.
        extra: Fields that are not known yet.
    """

    id: str
    object: str | None = None
    full_name: str | None = None
    first_name: str | None = None
    middle_name: str | None = None
    no_middle_name: bool | None = None
    last_name: str | None = None
    email: str | None = None
    phone: str | None = None
    ssn: str | None = None
    ssn_masked: str | None = None
    additional_data: dict[str, Any] | None = None
    guardian: Guardian | None = None
    active: bool | None = None
    copy_requested: bool | None = None
    date_of_birth: str | None = None
    date_of_birth_masked: str | None = None
    gender: str | None = None
    driver_license_number: str | None = None
    driver_license_number_masked: str | None = None
    driver_license_state: str | None = None
    previous_driver_license_number: str | None = None
    previous_driver_license_state: str | None = None
    evergreen: bool | None = None
    external_id: str | None = None
    account: Account | None = None
    reports: list[Report] | None = None
    created_at: LooseTime | None = None
    updated_at: LooseTime | None = None
    meta: dict[str, Any] | None = None
    addresses: list[Address] | None = None
    extra: dict[str, Any] = field(factory=no_extra)


@define(repr=False, kw_only=True)
class CandidateList(Page[Candidate]):
    """A page of candidates."""

    data: list[Candidate]


@frozen(repr=False, kw_only=True)
class NewCandidate:
    """What a candidate is created with; a field that is `UNSET` is not sent, and asked of the candidate.

    Attributes:
        first_name: First name; needed for an invitation.
        last_name: Last name; needed for an invitation.
        email: E-mail address; needed for an invitation.
        middle_name: Middle name.
        no_middle_name: Whether they have none.
        phone: Phone, best in E.164 format.
        external_id: Your own id for the person.
        ssn: Social security number.
        date_of_birth: Date of birth, `YYYY-MM-DD`.
        gender: Gender.
        driver_license_number: Licence number.
        driver_license_state: The licence's state.
        previous_driver_license_number: Number of the licence before.
        previous_driver_license_state: Its state.
        addresses: Addresses, each with `line1`, `line2`, `city`, `state`, `zip_code` and `current`.
        additional_data: What else your packages ask.
    """

    first_name: str
    last_name: str
    email: str
    middle_name: str | Unset | None = UNSET
    no_middle_name: bool | Unset = UNSET
    phone: str | Unset | None = UNSET
    external_id: str | Unset | None = UNSET
    ssn: str | Unset | None = UNSET
    date_of_birth: str | Unset | None = UNSET
    gender: str | Unset | None = UNSET
    driver_license_number: str | Unset | None = UNSET
    driver_license_state: str | Unset | None = UNSET
    previous_driver_license_number: str | Unset | None = UNSET
    previous_driver_license_state: str | Unset | None = UNSET
    addresses: Sequence[Mapping[str, object]] | Unset = UNSET
    additional_data: Mapping[str, object] | Unset = UNSET

    def given(self) -> dict[str, Any]:
        """The fields that are set, by name."""
        return _given_of(self)

    def __repr__(self) -> str:
        return "NewCandidate(...)"


_given_of = reader_of_given(field.name for field in attrs.fields(NewCandidate))
