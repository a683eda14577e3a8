"""What many lists at once are asked for, and what each came to."""

from attrs import frozen

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
