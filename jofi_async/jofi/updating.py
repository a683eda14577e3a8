"""One update of an invitation, carried on until it is known what took effect; what did is never sent again."""

from jofi_async.core.call import CallRecord
from jofi_async.core.doubt import see_through
from jofi_async.core.errors import Effect
from jofi_async.core.operation import Operation
from jofi_async.core.session import Session
from jofi_async.jofi.changes import not_there
from jofi_async.jofi.models import Invitation, Mode
from jofi_async.jofi.resources.calls import Calls
from jofi_async.jofi.resources.invitation_reads import GET

_UPDATE = Operation("invitations.update", "PUT", "/invitations/{id}")


async def update(calls: Calls, invitation_id: int, payload: dict[str, object], record: CallRecord) -> Invitation:
    """Send an update; when no answer comes, read the invitation, and send again only what it does not show.

    Args:
        calls: Asks JOFI.
        invitation_id: Which invitation.
        payload: What is to be changed, as it goes on the wire.
        record: How the sends go.

    Raises:
        CallError: See `jofi_async.core.errors`.
    """
    left = payload

    async def act(session: Session, until: float) -> Invitation:
        decode = calls.decoder(Invitation, Effect.DONE)
        return await session.call(_UPDATE, decode, object_id=invitation_id, payload=left, record=record, until=until)

    async def look(session: Session, until: float) -> Invitation | None:
        nonlocal left
        decode = calls.decoder(Invitation, Effect.NONE)
        current = await session.call(GET, decode, object_id=invitation_id, until=until)
        left = not_there(left, current)
        return None if left else current

    if calls.mode is Mode.TEST:  # what is read proves nothing
        return await act(calls.session, calls.session.until())
    return await see_through(calls.session, act, look)
