"""From raw body bytes and headers to a typed event, or one typed refusal."""

from collections.abc import Callable
from hashlib import sha256
from typing import Generic

from attrs import field, frozen

from jofi_async.core.codec import DecodeError
from jofi_async.webhooks.delivery import Delivery, Headers
from jofi_async.webhooks.refusal import DeliveryRefusedError, Refusal
from jofi_async.webhooks.schemes import Scheme
from jofi_async.webhooks.vocabulary import E, Event, Vocabulary

MAX_BYTES = 262_144


def event_id(event: Event, body: bytes) -> str:
    """The event's id; where it has none, or an empty one, the SHA-256 of its body.

    By a digest two deliveries are one event if their bytes are the same, and two if a single byte differs.
    """
    return event.id or f"sha256:{sha256(body).hexdigest()}"


@frozen
class Received(Generic[E]):
    """A delivery that was accepted.

    Attributes:
        event: The event.
        key: Stands for the event in a replay store: a digest of its source and id, so it tells nothing of either.
    """

    event: E
    key: str


@frozen
class EventReader(Generic[E]):
    """Verifies and parses deliveries; it keeps nothing, waits for nothing, and may be shared by threads.

    Attributes:
        vocabulary: The vendor's events.
        scheme: The check that every delivery must pass.
        max_bytes: Larger bodies are refused before anything looks at them.
        identify: Gives the id by which deliveries of one event are known, of the event and its body. What is no text,
            or an empty one, is none, and the delivery is refused: else all such events would be taken for one.
    """

    vocabulary: Vocabulary[E]
    scheme: Scheme
    max_bytes: int = MAX_BYTES
    identify: Callable[[E, bytes], str] = field(default=event_id, repr=False)

    def read(self, body: bytes | None, headers: Headers) -> Received[E]:
        """Verify and parse one delivery.

        Args:
            body: The bytes as they came, before anything has parsed them; None if they broke off.
            headers: As they came; a mapping, or pairs where a name may come twice.

        Raises:
            DeliveryRefusedError: It is not accepted, whatever is wrong with it.
        """
        if body is None:
            raise DeliveryRefusedError(Refusal.INCOMPLETE, "The delivery broke off before its end")
        if len(body) > self.max_bytes:
            raise DeliveryRefusedError(Refusal.TOO_LARGE, f"The delivery is larger than {self.max_bytes} bytes")
        proven = self._proven(body, headers)
        try:
            event = self.vocabulary.parse(proven)
            return Received(event, self._key(self.identify(event, proven)))
        except Exception as error:
            why = str(error) if isinstance(error, DecodeError) else f"it has no id ({type(error).__name__})"
            raise DeliveryRefusedError(Refusal.UNREADABLE, f"The delivery is true, but {why}") from None

    def _proven(self, body: bytes, headers: Headers) -> bytes:
        try:
            return self.scheme.verify(Delivery.of(body, headers))
        except DeliveryRefusedError:
            raise
        except Exception as error:  # of headers that are none, or somebody's own scheme: neither lets a delivery pass
            raise DeliveryRefusedError(Refusal.FORGED, f"The check failed with {type(error).__name__}") from None

    def _key(self, name: object) -> str:
        if not isinstance(name, str) or not name:
            raise ValueError("no id")
        text = f"{self.vocabulary.source}\0{name}"
        return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
