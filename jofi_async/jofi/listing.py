"""What lists are narrowed to, and what each of many came to."""

from attrs import frozen

from jofi_async.core.errors import InvalidInputError
from jofi_async.jofi.checks import check_filters
from jofi_async.jofi.models import InvitationList


@frozen(repr=False, kw_only=True)
class ListFilter:
    """What one list is narrowed to; both match any part, whatever the case.

    Attributes:
        custom_id: Part of the custom_id, at most 50 characters.
        email: Part of the participant's address, at most 255 characters.
    """

    custom_id: str | None = None
    email: str | None = None


@frozen(repr=False)
class ListResult:
    """What one list of many came to.

    Attributes:
        filter: What was asked for.
        page: The answer, or None when it failed.
        error: Why it failed, or None.
    """

    filter: ListFilter
    page: InvitationList | None = None
    error: Exception | None = None


def filters_of(custom_id: str | None, email: str | None, *, lengths: bool) -> dict[str, str]:
    """The filters that are given, as a query.

    Raises:
        InvalidInputError: One is empty, or too long where `lengths` are checked.
    """
    if problems := check_filters(custom_id, email, lengths=lengths):
        raise InvalidInputError(problems)
    return {name: value for name, value in (("custom_id", custom_id), ("email", email)) if value is not None}
