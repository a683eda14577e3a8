"""The columns that tell who a person is, in the spellings of applicant-tracking systems."""

from jofi_async.tables.columns import Field

PERSON = (
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
)
"""Names, address, the caller's own ids and the phone."""
