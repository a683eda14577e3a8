"""Exports of applicant-tracking systems: their headers are understood, or asked about."""

import attrs
import pytest

from jofi_async.jofi.columns import FIELDS, new_invitation
from jofi_async.jofi.models import NewInvitation
from jofi_async.tables.columns import match_columns
from tests.cli.support import Command

NAMES = ("first_name", "last_name", "email", "person_id", "custom_id", "phone")
EXPORTS = {
    "the example": "First Name,Last Name,Email Address,Candidate ID,Job Req #,Mobile Phone",
    "Greenhouse": "First Name,Last Name,Primary Email,Candidate ID,Requisition ID,Phone",
    "Lever": "Candidate First Name,Candidate Last Name,Emails,Candidate ID,Posting ID,Phone",
    "Workday": "Legal Name - First Name,Legal Name - Last Name,Primary Email Address,Candidate ID,Job Requisition ID,"
    "Primary Phone Number",
    "iCIMS": "Person : First Name,Person : Last Name,Person : Email,Person : System ID,Job ID,Person : Mobile Phone",
    "Taleo": "First Name,Last Name,Email Address,Candidate Identifier,Requisition Number,Home Phone Number",
    "SmartRecruiters": "First name,Last name,E-mail,Applicant ID,Job ref,Phone number",
    "BambooHR": "First Name,Last Name,Email,Applicant ID,Job Opening ID,Phone",
    "JazzHR": "applicant_first_name,applicant_last_name,applicant_email,prospect_id,job_id,prospect_phone",
    "Bullhorn": "First Name,Last Name,Email 1,ID,Job Order ID,Mobile Phone",
    "Workable": "firstname,lastname,email,candidateId,Job shortcode,phone",
    "Ashby": "Candidate First Name,Candidate Last Name,Primary Email Address,Candidate Id,Job Id,Primary Phone Number",
    "Recruitee": "Candidate first name,Candidate last name,Candidate emails,Candidate ID,Job ID,Candidate phone",
    "Teamtailor": "first-name,last-name,email,Candidate ID,Requisition ID,phone",
    "camel case": "firstName,lastName,emailAddress,personId,requisitionId,phoneNumber",
    "German": "Vorname,Nachname,E-Mail-Adresse,Bewerber-ID,Stellennummer,Telefonnummer",
    "French": "Prénom,Nom,Adresse e-mail,Identifiant candidat,Référence de l'offre,Téléphone",
    "Spanish": "Nombre,Apellidos,Correo electrónico,ID candidato,ID del puesto,Teléfono móvil",
    "Polish": "Imię,Nazwisko,Adres e-mail,ID kandydata,Numer oferty,Telefon komórkowy",
}


@pytest.mark.parametrize("system", list(EXPORTS))
def test_an_export_is_understood(system: str) -> None:
    header = EXPORTS[system].split(",")
    columns = match_columns([*header, "Source", "Stage", "Notes", "Job Title", "Applied On", "Location"], FIELDS, {})
    assert {field.name: place for field, place in columns.fields} == {name: at for at, name in enumerate(NAMES)}


def test_every_field_of_a_create_can_be_a_column() -> None:
    names = {field.name for field in FIELDS}
    assert names == set(attrs.fields_dict(NewInvitation))
    assert match_columns(sorted(names), FIELDS, {}).names == [field.name for field in FIELDS]


def test_no_spelling_is_of_two_fields() -> None:
    for field in FIELDS:
        for spelling in (field.name, *field.spellings):
            assert [other.name for other in FIELDS if other.is_headed(spelling)] == [field.name]


def test_a_row_without_cells_holds_nothing_that_would_be_sent() -> None:
    assert new_invitation({}) == NewInvitation(first_name="", last_name="", email="", created_by_user_email="")


def test_a_recruiters_address_is_not_taken_for_the_inviters() -> None:
    header = ["First Name", "Last Name", "Email", "Recruiter Email", "Hiring Manager Email"]
    assert match_columns(header, FIELDS, {}).names == ["first_name", "last_name", "email"]


def test_all_fields_from_columns(jofi: Command) -> None:
    header = (
        "First Name,Last Name,Email,Inviter,Team ID,Assessment IDs,Template ID,"
        "Send via email,Send via SMS,Phone,Ref text"
    )
    text = (
        f"{header}\nAda,Lovelace,ada@example.org,jane.recruiter@jofiscore.com,101,6;7,1000,no,x,5551234567,Hello\n"
        "Alan,Turing,alan@example.org,,,,,,,,\n"
    )
    assert jofi.invite(text) == 0
    assert "would have sent 1 e-mail and 1 text." in jofi.out


def test_cells_that_cannot_be_read_are_refused_unsent(jofi: Command) -> None:
    text = "First Name,Last Name,Email,Team ID\nAda,Lovelace,ada@example.org,Sales\nAlan,Turing,alan@example.org,\n"
    assert jofi.invite(text) == 3
    refused = jofi.rows()[0]
    assert (refused["outcome"], refused["field"]) == ("refused", "team_id")
    assert refused["reason"] == "must be a whole number, not 'Sales'"
    assert refused["team_id"] == "Sales"
    assert refused["attempts"] == "0"
