"""One request body, read field by field: types, limits and syntax, before any rule that needs stored data."""

import json
from typing import TypeVar, cast

import phonenumbers
from attrs import define, field
from email_validator import EmailNotValidError, validate_email

from jofi_async.jofi.fake import texts
from jofi_async.jofi.fake.records import Details
from jofi_async.jofi.fake.routing import Payload, RefusedError
from jofi_async.jofi.fake.settings import FakeSettings

CUSTOM_ID_LIMIT = 50
REF_TEXT_LIMIT = 60

T = TypeVar("T", str, bool, int)


def read_object(body: bytes) -> Payload:
    """Parse a body that must be a JSON object.

    Raises:
        RefusedError: It is not.
    """
    try:
        value: object = json.loads(body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise RefusedError(texts.BODY_NOT_JSON) from None
    if not isinstance(value, dict):
        raise RefusedError(texts.BODY_NOT_OBJECT)
    return cast("Payload", value)


@define(repr=False)
class Form:
    """Reads typed fields and remembers everything that is wrong with them.

    A field that is absent, or of a wrong type, reads as the given default; `refuse` then raises.

    Attributes:
        issues: Wrong types; answered as an array, which the page "Errors and status codes" allows for schema
            errors without showing its elements.
        problems: Broken rules; answered as one string, joined with commas as in the seed's table.
    """

    body: Payload
    settings: FakeSettings
    nulls: bool = True
    issues: list[Payload] = field(factory=list[Payload])
    problems: list[str] = field(factory=list[str])

    def has(self, name: str) -> bool:
        """Whether the body names this field."""
        return name in self.body

    def text(self, name: str, default: str = "") -> str:
        """Read a string."""
        return self._read(name, str, default, "string")

    def flag(self, name: str, default: bool) -> bool:
        """Read a boolean."""
        return self._read(name, bool, default, "boolean")

    def integer(self, name: str) -> int:
        """Read an integer; a boolean is none."""
        return self._read(name, int, 0, "integer")

    def is_null(self, name: str) -> bool:
        """Whether a field that can be null is null."""
        return self.nulls and self.has(name) and self.body[name] is None

    def text_or_null(self, name: str, default: str | None, limit: int | None = None) -> str | None:
        """Read a string of limited length, or null."""
        if self.is_null(name) or not self.has(name):
            return None if self.has(name) else default
        text = self.text(name)
        if limit is not None and len(text) > limit:
            self.problems.append(texts.TOO_LONG.format(field=name, limit=limit))
        return text

    def test_ids(self) -> tuple[int, ...] | None:
        """Read `assessments_to_assign`, `[{"test_id": N}]`, each id once; None if it is absent."""
        if not self.has("assessments_to_assign"):
            return None
        value = self.body["assessments_to_assign"]
        items = cast("list[object]", value) if isinstance(value, list) else [None]
        ids = [cast("Payload", item).get("test_id") if isinstance(item, dict) else None for item in items]
        whole = [one for one in ids if isinstance(one, int) and not isinstance(one, bool)]
        if len(whole) < len(ids):
            self._wrong("assessments_to_assign", 'array of { "test_id": integer }')
        elif not whole:
            self.problems.append(texts.ASSESSMENT_REQUIRED)
        return tuple(dict.fromkeys(whole))

    def details(self, current: Details) -> Details:
        """Read what a create and an update share, under the rules they share.

        Args:
            current: What absent fields keep. A create starts with `Details()`, whose empty names and address
                break the rules unless the body gives them.
        """
        details = Details(
            first_name=self.text("first_name", current.first_name),
            last_name=self.text("last_name", current.last_name),
            email=self.text("email", current.email),
            custom_id=self.text_or_null("custom_id", current.custom_id, CUSTOM_ID_LIMIT),
            person_id=self.text_or_null("person_id", current.person_id),
            ref_text=self.text_or_null("ref_text", current.ref_text, REF_TEXT_LIMIT),
            phone=current.phone,
            send_via_email=self.flag("send_via_email", current.send_via_email),
            send_via_sms=self.flag("send_via_sms", current.send_via_sms),
        )
        if not details.first_name.strip():
            self.problems.append(texts.FIRST_NAME_REQUIRED)
        if not details.last_name.strip():
            self.problems.append(texts.LAST_NAME_REQUIRED)
        if not _is_email(details.email):
            self.problems.append(texts.EMAIL_INVALID)
        if self.has("phone"):
            details.phone = self._phone()
        if details.send_via_sms and details.phone is None:
            self.problems.append(texts.PHONE_REQUIRED)
        return details

    def refuse(self) -> None:
        """Raise `RefusedError` if anything was wrong."""
        if self.issues:
            raise RefusedError(self.issues)
        if self.problems:
            raise RefusedError(", ".join(self.problems))

    def _phone(self) -> str | None:
        text = self.text_or_null("phone", None)
        if text is None or not text.strip():  # a blank phone is none
            return None
        phone = _e164(text, self.settings)
        if phone is None:
            self.problems.append(texts.PHONE_INVALID)
        return phone or text

    def _read(self, name: str, kind: type[T], default: T, expected: str) -> T:
        value = self.body.get(name, default)
        if isinstance(value, kind) and not (kind is int and isinstance(value, bool)):
            return value
        self._wrong(name, expected)
        return default

    def _wrong(self, name: str, expected: str) -> None:
        self.issues.append({"path": [name], "message": texts.WRONG_TYPE.format(expected=expected)})


def _is_email(text: str) -> bool:
    try:  # syntax only: the domain need not exist, nor be deliverable outside a test
        validate_email(text, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return False
    return True


def _e164(text: str, settings: FakeSettings) -> str | None:
    try:
        number = phonenumbers.parse(text, settings.phone_region)
    except phonenumbers.NumberParseException:
        return None
    check = phonenumbers.is_possible_number
    if settings.phone_check == "valid":
        check = phonenumbers.is_valid_number
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if check(number) else None


def _refuse_constant(name: str) -> object:
    raise ValueError(name)
