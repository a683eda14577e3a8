"""What Yardstik's documentation leaves open, as settings of the fake."""

from typing import Literal

from attrs import frozen


@frozen(kw_only=True)
class FakeSettings:
    """The behaviour no page settles; each default is the least surprising one.

    Attributes:
        sent: What the status of a new invitation is called. Seed 002 names `expired` and `canceled` alone.
        viewed: What it is called once the candidate opened the form.
        completed: What it is called once they submitted their data.
        invitation_created: What the event of a new invitation is called. Only `<resource>.<event>` could be read.
        invitation_updated: What the event of its every other change is called.
        per_page: How many items a page has unless the request says; the sample shows 25.
        most_per_page: How many it has at most; more is cut to it.
        filters: A known attribute narrows the list, or all filters are `ignored`.
        unknown_filters: An unknown attribute or predicate is `ignored`, or `refused` with 400.
        ordering: `order_by` is `applied` or `ignored`.
        errors: The shape of the elements of `errors`: `texts`, `objects` with `field` and `message`, or one `map` of
            fields to texts.
        quotes_values: A refusal of a candidate's field quotes the value.
        times: `created_at` and `updated_at`, which the pages call a string, are `iso` as `expires_at` is, or `plain`
            as "2026-12-11 22:23:05 UTC".
        delete_refused: In which states a delete is refused with 422.
        create_minimum_hours: How far ahead a create's `expires_at` must be.
        refuses_second: A second live invitation of a candidate to a package is refused with 422.
        refresh_contacts: A refresh e-mails the candidate again.
        shows_ssn: A candidate's secrets are shown, as the schema has them; else only their masks are.
        sends_email: The account's notification settings: whether invitations go out by e-mail.
        sends_sms: Whether they go out by text message, too, where there is a phone.
    """

    sent: str = "sent"
    viewed: str = "viewed"
    completed: str = "completed"
    invitation_created: str = "created"
    invitation_updated: str = "updated"
    per_page: int = 25
    most_per_page: int = 100
    filters: Literal["applied", "ignored"] = "applied"
    unknown_filters: Literal["ignored", "refused"] = "ignored"
    ordering: Literal["applied", "ignored"] = "applied"
    errors: Literal["texts", "objects", "map"] = "texts"
    quotes_values: bool = False
    times: Literal["iso", "plain"] = "iso"
    delete_refused: tuple[str, ...] = ("completed",)
    create_minimum_hours: float = 0.0
    refuses_second: bool = False
    refresh_contacts: bool = True
    shows_ssn: bool = True
    sends_email: bool = True
    sends_sms: bool = False
