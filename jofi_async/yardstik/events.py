"""Yardstik's events (facts: 8): thin pointers at what changed, and how their deliveries are signed.

An official list of types is not known. Seen were `account.updated`, `candidate.created`, `report.created`, `.updated`,
`.completed` and `.submitted`; that there are events of invitations is known, and not their names. So classes go by
the resource, and any event of it is of its class.
"""

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from attrs import define, evolve, field, frozen

from jofi_async.core.codec import LooseTime, no_extra
from jofi_async.webhooks import Delivery, DeliveryRefusedError, HmacSignature, Refusal, Scheme, Vocabulary
from jofi_async.yardstik.models import Candidate, Invitation

if TYPE_CHECKING:
    from jofi_async.yardstik.client import YardstikClient

SIGNATURE_HEADER = "x-yardstik-webhook-signature"


@define(repr=False, kw_only=True)
class YardstikEvent:
    """Something happened to a resource; what it is now, the API tells.

    `resource_url` is nothing to follow: a client sends its key where it asks, so ask by `resource_id`.

    Attributes:
        event: What happened, for example "created".
        resource_type: To what kind of resource, for example "candidate".
        resource_id: The resource's id.
        id: The event's own id, and not the resource's; the same in each delivery of the event.
        account_id: The account.
        account_name: Its name.
        resource_url: Where the resource is.
        status: The resource's status at that time, an open text.
        timestamp: When it happened, by Yardstik's clock; None where it cannot be read.
        external_id: The caller's own id of the resource; it is not always there.
        extra: Fields that are not known yet.
    """

    event: str
    resource_type: str
    resource_id: str
    id: str | None = None
    account_id: str | None = None
    account_name: str | None = None
    resource_url: str | None = None
    status: str | None = None
    timestamp: LooseTime | None = None
    external_id: str | None = None
    extra: dict[str, Any] = field(factory=no_extra)

    @property
    def type(self) -> str:
        """Resource and event, for example "candidate.created"."""
        return f"{self.resource_type}.{self.event}"

    def __repr__(self) -> str:
        return f"{type(self).__name__}(type={self.type!r}, id={self.id!r}, resource_id={self.resource_id!r})"


@define(repr=False, kw_only=True)
class InvitationEvent(YardstikEvent):
    """Something happened to an invitation."""

    async def fetch(self, client: "YardstikClient") -> Invitation:
        """Read the invitation as it is now; see `client.invitations.get` for what it raises."""
        return await client.invitations.get(self.resource_id)


@define(repr=False, kw_only=True)
class CandidateEvent(YardstikEvent):
    """Something happened to a candidate."""

    async def fetch(self, client: "YardstikClient") -> Candidate:
        """Read the candidate as they are now; see `client.candidates.get` for what it raises."""
        return await client.candidates.get(self.resource_id)


def _type_of(data: Mapping[str, Any]) -> str:
    return f"{data['resource_type']}.{data['event']}"


YARDSTIK_EVENTS: Vocabulary[YardstikEvent] = Vocabulary(
    source="yardstik",
    type_of=_type_of,
    types={"invitation": InvitationEvent, "candidate": CandidateEvent},
    other=YardstikEvent,
)
"""Yardstik's events, for an `EventReader` or `EventRouter`."""


def yardstik_signature(secrets: str | bytes | Iterable[str | bytes]) -> HmacSignature:
    """Yardstik's scheme: `x-yardstik-webhook-signature`, the hex HMAC-SHA256 of the body (facts: 8.4).

    Yardstik signs once the account has an API key whose name is `WEBHOOK_SIGNATURE`; without one nothing is signed, and
    all is refused. It signs no timestamp, so replays are told by the event's id alone.

    Args:
        secrets: The value of that key; or several while it is changed.
    """
    return HmacSignature(secrets=secrets, header=SIGNATURE_HEADER)


@frozen
class Reserialised:
    """Accepts, besides a signature of the raw body, one of the body as JavaScript writes its JSON anew.

    Yardstik's own example computes the signature over `JSON.stringify` of the parsed body. Use it only where signatures
    of the raw bytes fail: numbers such as 1.0 and keys such as "1" are written otherwise by JavaScript, and are
    refused. What was signed is what is read, whatever came beside it.

    Attributes:
        scheme: How the body is signed.
    """

    scheme: Scheme

    def verify(self, delivery: Delivery) -> bytes:
        """Return the body that was signed: the raw one, or the same JSON written anew.

        Raises:
            DeliveryRefusedError: Neither was signed.
        """
        try:
            return self.scheme.verify(delivery)
        except DeliveryRefusedError as error:
            if error.refusal is not Refusal.FORGED:
                raise
        return self.scheme.verify(evolve(delivery, body=_stringified(delivery.body)))


def _stringified(body: bytes) -> bytes:
    try:
        return json.dumps(json.loads(body.decode()), separators=(",", ":"), ensure_ascii=False).encode()
    except (ValueError, RecursionError):  # nothing that anybody has signed
        return body
