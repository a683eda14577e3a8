"""Find a candidate by the caller's own id, then by e-mail.

No page says which attributes a filter knows, so a filter is tried on a candidate who is there: only if it shows that
one and none that does not match is it believed. Otherwise all candidates are read once, and then what is new.
"""

import asyncio
from collections.abc import Iterable, Sequence

from jofi_async.core.addresses import normalised
from jofi_async.core.errors import RefusedError
from jofi_async.yardstik.models import Candidate, NewCandidate
from jofi_async.yardstik.recent import Recent
from jofi_async.yardstik.resources.candidates import Candidates

Key = tuple[str, str]

FILTERS = {"external_id": "external_id_eq", "email": "email_i_cont"}
"""What is asked for: the id as it is, an address whatever its case."""


class CandidateFinder:
    """Finds candidates.

    Args:
        candidates: Lists them.
        share_person_id: Whether one id of the caller's may be that of several addresses, and so tells nobody.
    """

    def __init__(self, candidates: Candidates, *, share_person_id: bool = False) -> None:
        self._candidates = candidates
        self._share_person_id = share_person_id
        self._all = Recent(candidates.list, keys_of, slim_candidate)
        self._believed: dict[str, bool] = {}
        self._turn = asyncio.Lock()

    async def find(self, new: NewCandidate) -> Candidate | None:
        """The candidate whom a new one would double, the newest if there are several.

        Of several with the id of the caller's it is one with the address, too, if there is one. One who is found by
        e-mail and has another id of the caller's is somebody else.

        Raises:
            CallError: They cannot be asked for.
        """
        external_id = external_id_of(new)
        if external_id:
            found = await self._matching("external_id", external_id)
            same = [one for one in found if normalised(one.email or "") == normalised(new.email)]
            if same or (found and not self._share_person_id):
                return _newest(same or found)
        found = await self._matching("email", normalised(new.email))
        return _newest([one for one in found if not (external_id and one.external_id)])

    async def _matching(self, attribute: str, value: str) -> Sequence[Candidate]:
        key = (attribute, value)
        async with self._turn:
            is_believed = await self._is_believed(attribute)
        if is_believed is None:
            return []
        if is_believed:
            found = await self._filtered(attribute, value)
            if found is not None:
                return found
        return await self._all.find(key, None)

    async def _is_believed(self, attribute: str) -> bool | None:
        """Whether a filter shows a candidate who is there, and none who does not match; None if nobody is there."""
        if attribute not in self._believed:
            page = await self._candidates.list()
            if not page.data:
                return None
            sample = next((value for one in page.data for name, value in keys_of(one) if name == attribute), None)
            if sample is None:
                return False
            shown = await self._filtered(attribute, sample, ask=sample.swapcase() if attribute == "email" else sample)
            self._believed[attribute] = bool(shown)
        return self._believed[attribute]

    async def _filtered(self, attribute: str, value: str, ask: str = "") -> Sequence[Candidate] | None:
        """What a filter shows; None if it was ignored or refused, which is remembered."""
        query = {FILTERS[attribute]: ask or value}
        try:
            found = [one async for one in self._candidates.iter_all(query=query)]
        except RefusedError:
            found = None
        if found is None or not all(_holds(one, attribute, value) for one in found):
            self._believed[attribute] = False
            return None
        return [one for one in found if (attribute, value) in keys_of(one)]


def keys_of(candidate: Candidate) -> Iterable[Key]:
    """What a candidate is found by."""
    pairs = (("external_id", (candidate.external_id or "").strip()), ("email", normalised(candidate.email or "")))
    return tuple((name, value) for name, value in pairs if value)


def _holds(candidate: Candidate, attribute: str, value: str) -> bool:
    """Whether a candidate matches a filter; more than the value may stand in an address."""
    return any(name == attribute and value in held for name, held in keys_of(candidate))


def external_id_of(new: NewCandidate) -> str | None:
    """The caller's own id, trimmed, or None."""
    external_id = new.external_id
    return external_id.strip() or None if isinstance(external_id, str) else None


def _newest(found: Sequence[Candidate]) -> Candidate | None:
    return max(found, key=lambda one: (one.created_at is not None, one.created_at, one.id), default=None)


def slim_candidate(candidate: Candidate) -> Candidate:
    """What is kept of a candidate for later: no more than they are found, compared and judged by."""
    return Candidate(
        candidate.id,
        first_name=candidate.first_name,
        middle_name=candidate.middle_name,
        last_name=candidate.last_name,
        email=candidate.email,
        phone=candidate.phone,
        external_id=candidate.external_id,
        created_at=candidate.created_at,
        reports=candidate.reports,
    )
