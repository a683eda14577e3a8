"""The fields of a `NewInvitation` as columns, in the spellings of applicant-tracking systems."""

from collections.abc import Mapping
from typing import Any, cast

from jofi_async.jofi.models import NewInvitation
from jofi_async.tables.columns import Field, flag, whole_number, whole_numbers

FIELDS = (
    Field(
        "first_name",
        (
            *(
                "first",
                "given name",
                "forename",
                "legal first name",
                "legal name first name",
                "name first",
                "fname",
                "vorname",
                "rufname",
            ),
            *("prénom", "prénoms", "nombre", "nombres", "primer nombre", "imię", "imiona", "pierwsze imię"),
        ),
        needed=True,
    ),
    Field(
        "last_name",
        (
            *(
                "last",
                "surname",
                "family name",
                "legal last name",
                "legal name last name",
                "name last",
                "lname",
                "nachname",
                "familienname",
            ),
            *("zuname", "nom", "nom de famille", "apellido", "apellidos", "primer apellido", "nazwisko"),
        ),
        needed=True,
    ),
    Field(
        "email",
        (
            *("e-mail", "mail", "email address", "e-mail address", "mail address", "email id", "primary email"),
            *("primary email address", "email primary", "email address primary", "work email", "personal email"),
            *(
                "work email address",
                "personal email address",
                "emails",
                "email addresses",
                "home email",
                "home email address",
                "email 1",
            ),
            *("contact email", "login email", "mailadresse", "e-mail-adresse", "adresse e-mail", "adresse mail"),
            *("adresse électronique", "courriel", "adresse courriel", "correo", "correo electrónico"),
            *("dirección de correo electrónico", "dirección de correo", "adres e-mail", "poczta", "adres email"),
            "poczta elektroniczna",
        ),
        needed=True,
    ),
    Field(
        "person_id",
        (
            *("id", "candidate id", "applicant id", "prospect id", "person number", "candidate number"),
            *("candidate no", "applicant number", "applicant no", "contact id", "system id", "profile id"),
            *(
                "external id",
                "candidate external id",
                "candidate identifier",
                "bewerbernummer",
                "bewerber-nr",
                "kandidatennummer",
            ),
            *("numéro de candidat", "identifiant", "identifiant candidat", "id candidat", "id del candidato"),
            *("id candidato", "id kandydata", "numer kandydata"),
        ),
    ),
    Field(
        "custom_id",
        (
            *("job req #", "job req id", "job req no", "job req number", "job requisition", "job requisition id"),
            *("job requisition number", "requisition", "requisition id", "requisition number", "requisition #"),
            *(
                "req",
                "req id",
                "req no",
                "req number",
                "job id",
                "job number",
                "job no",
                "job #",
                "job code",
                "job shortcode",
            ),
            *("job ref", "job reference", "job reference number", "job opening id", "job posting id", "job order id"),
            *("posting id", "position id", "position number", "vacancy id", "vacancy number", "stellennummer"),
            *("stellen-id", "kennziffer", "référence du poste", "référence de l'offre", "id del puesto"),
            *("id de la vacante", "numer oferty", "numer rekrutacji", "id oferty"),
        ),
    ),
    Field(
        "phone",
        (
            *("phone number", "phone no", "phone 1", "primary phone", "primary phone number", "mobile"),
            *("mobile phone", "mobile number", "mobile phone number", "mobile no", "cell", "cell phone"),
            *("cell number", "cell phone number", "cellphone", "telephone", "telephone number", "tel", "tel no"),
            *("home phone", "home phone number", "work phone", "work phone number", "contact number"),
            *("phone mobile", "telefon", "telefonnummer", "handy", "handynummer", "mobiltelefon"),
            *("mobilnummer", "mobil", "rufnummer", "téléphone", "numéro de téléphone", "téléphone portable"),
            *("téléphone mobile", "portable", "teléfono", "número de teléfono", "teléfono móvil", "móvil"),
            *("celular", "numer telefonu", "telefon komórkowy", "komórka", "nr telefonu"),
        ),
    ),
    Field("ref_text", ("reference text",)),
    Field("created_by_user_email", ("inviter", "inviter email", "invited by", "invited by email")),
    Field("team_id", ("jofi team id", "team"), read=whole_number),
    Field(
        "assessments_to_assign", ("assessment ids", "assessment id", "assessments", "assessment"), read=whole_numbers
    ),
    Field("email_template_id", ("template id", "invitation template id", "template"), read=whole_number),
    Field("send_via_email", ("send email",), read=flag),
    Field("send_via_sms", ("send sms", "send text"), read=flag),
)
"""Everything that an invitation is created with; a recruiter's address is not taken for the inviter's."""

_NEEDED: dict[str, Any] = {"first_name": "", "last_name": "", "email": "", "created_by_user_email": ""}


def new_invitation(values: Mapping[str, Any]) -> NewInvitation:
    """Make a row of what its cells and the options hold; what is empty is not sent, or refused by the checks."""
    given = {**_NEEDED, **values}
    if isinstance(assessments := given.get("assessments_to_assign"), list):
        given["assessments_to_assign"] = [_assessment(each) for each in cast("list[object]", assessments)]
    return NewInvitation(**given)


def _assessment(entry: object) -> object:
    """An assessment's id, which JSON may hold as a request does: `{"test_id": 6}`."""
    return cast("dict[str, object]", entry).get("test_id") if isinstance(entry, dict) else entry
