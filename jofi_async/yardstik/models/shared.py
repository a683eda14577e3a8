"""What Yardstik's objects have in common: the envelope of a list, and the short forms inside other objects.

Yardstik documents of no field whether it may be null or absent (facts: 2.7), so every field but an id may be None.
"""

from typing import Any, Generic, TypeVar

from attrs import define, field

from jofi_async.core.codec import no_extra
from jofi_async.core.shown import Shown

Item = TypeVar("Item")


@define(repr=False)
class PageMeta:
    """Where a page stands in its list (seed 002, "List Invitations").

    Attributes:
        page: The page's number; the first is 1.
        per_page: How many items a page has at most, which need not be what was asked for.
        total_count: How many items match on the server.
        total_pages: How many pages they fill.
        extra: Fields that are not known yet.
    """

    page: int | None = None
    per_page: int | None = None
    total_count: int | None = None
    total_pages: int | None = None
    extra: dict[str, Any] = field(factory=no_extra)

    def __repr__(self) -> str:
        return f"PageMeta(page={self.page} of {self.total_pages}, total_count={self.total_count})"


@define(repr=False, kw_only=True)
class Page(Generic[Item]):
    """One page of a list: in an envelope with `meta`, or a bare array without.

    Attributes:
        data: The items.
        meta: Where the page stands; None for a bare array.
        object: "list" where there is an envelope.
        extra: Fields that are not known yet.
    """

    data: list[Item]
    meta: PageMeta | None = None
    object: str | None = None
    extra: dict[str, Any] = field(factory=no_extra)

    def __repr__(self) -> str:
        where = f", page {self.meta.page} of {self.meta.total_pages}" if self.meta else ""
        return f"{type(self).__name__}({len(self.data)} items{where})"


@define(repr=False)
class Account(Shown):
    """An account in short form.

    Attributes:
        id: Account ID.
        account_name: Its name.
        support_email_address: Where its people can ask.
        extra: Fields that are not known yet.
    """

    id: str | None = None
    account_name: str | None = None
    support_email_address: str | None = None
    extra: dict[str, Any] = field(factory=no_extra)


@define(repr=False, kw_only=True)
class AccountList(Page[Account]):
    """The accounts of a key."""

    data: list[Account]


@define(repr=False)
class Report(Shown):
    """A report in short form; creating an invitation creates one.

    Attributes:
        id: Report ID.
        status: How far it is, an open text.
        created_at: When it was created.
        updated_at: When it was changed last.
        submitted_at: When the candidate submitted their data.
        completed_at: When it was complete.
        account_package_id: The account package that was ordered.
        external_reference: The caller's own reference.
        meta: Links of the object.
        extra: Fields that are not known yet.
    """

    id: str | None = None
    status: str | None = None
    created_at: str | None = None
    updated_at: str | None = None
    submitted_at: str | None = None
    completed_at: str | None = None
    account_package_id: str | None = None
    external_reference: dict[str, Any] | None = None
    meta: dict[str, Any] | None = None
    extra: dict[str, Any] = field(factory=no_extra)
