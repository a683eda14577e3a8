"""Account packages (page "Account Packages"): what a report is made of."""

from typing import Any

from attrs import define, field

from jofi_async.core.codec import no_extra
from jofi_async.core.shown import Shown
from jofi_async.yardstik.models.shared import Account, Page


@define(repr=False)
class IntakeField:
    """What a candidate is asked.

    Attributes:
        name: The field's name.
        type: The type of its value.
        label: What the form calls it.
        required: Whether it must be given.
        extra: Fields that are not known yet.
    """

    name: str | None = None
    type: str | None = None
    label: str | None = None
    required: bool | None = None
    extra: dict[str, Any] = field(factory=no_extra)

    def __repr__(self) -> str:
        return f"IntakeField(name={self.name!r})"


@define(repr=False)
class Screening(Shown):
    """One search of a package.

    Attributes:
        id: Screening ID.
        name: Its name.
        label: What people call it.
        screening_type: What is searched.
        intake_fields: What a candidate is asked for it.
        extra: Fields that are not known yet.
    """

    id: str | None = None
    name: str | None = None
    label: str | None = None
    screening_type: str | None = None
    intake_fields: list[IntakeField] | None = None
    extra: dict[str, Any] = field(factory=no_extra)


@define(repr=False)
class Package(Shown):
    """An account package; its `id` is what invitations want, never its `package_id`.

    Attributes:
        id: Account package ID.
        package_id: Yardstik's own id of the package that it was made of.
        package: The name of that one.
        name: The account's name of it.
        package_system_name: A name that programs can rely on.
        action_type: For example "report" or "monitor", an open text.
        screenings: What is searched.
        intake_fields: What a candidate is asked.
        account: The account it belongs to.
        extra: Fields that are not known yet.
    """

    id: str
    package_id: str | None = None
    package: str | None = None
    name: str | None = None
    package_system_name: str | None = None
    action_type: str | None = None
    screenings: list[Screening] | None = None
    intake_fields: list[IntakeField] | None = None
    account: Account | None = None
    extra: dict[str, Any] = field(factory=no_extra)


@define(repr=False, kw_only=True)
class PackageList(Page[Package]):
    """The account packages."""

    data: list[Package]
