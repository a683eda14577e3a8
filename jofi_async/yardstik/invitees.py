"""Candidates together with their invitations, as all pages of both lists show them.

Candidates are read first: whoever is invited meanwhile is in the list of invitations, which names its candidates. Of
both no more is kept than people are matched, compared and told by.
"""

from collections import defaultdict
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from datetime import datetime
from typing import TypeVar

from attrs import evolve, frozen

from jofi_async.core.addresses import normalised
from jofi_async.core.codec import read_loose_time
from jofi_async.reconcile.complete import IncompleteListingError, ListingSummary
from jofi_async.yardstik.bulk import slim
from jofi_async.yardstik.finding import slim_candidate
from jofi_async.yardstik.listing import all_pages
from jofi_async.yardstik.models import REFRESHABLE, Candidate, Invitation, Page
from jofi_async.yardstik.recent import Dated, List

Item = TypeVar("Item", bound=Dated)

_ENDED = frozenset(status.value for status in REFRESHABLE)


@frozen(repr=False)
class Invitee:
    """A candidate, and what they were invited to.

    Attributes:
        candidate: Who it is; of the fields those alone that are compared.
        invitations: Their invitations.
        elsewhere: Those of other candidates with the same address.
    """

    candidate: Candidate
    invitations: tuple[Invitation, ...] = ()
    elsewhere: tuple[Invitation, ...] = ()

    @property
    def invitation(self) -> Invitation | None:
        """The newest that is neither expired nor canceled, or else the newest; None if there is none."""
        return max(self.invitations, key=lambda one: (not is_ended(one), _age(one)), default=None)

    def of(self, account_package_id: str) -> "Invitee":
        """The same with the invitations to one package alone, and, if none of those lives, with what may be one."""
        maybe = (None, account_package_id)
        mine = [one for one in self.invitations if self.package_of(one) == account_package_id]
        if all(map(is_ended, mine)):
            mine = [one for one in self.invitations if self.package_of(one) in maybe]
        elsewhere = tuple(one for one in self.elsewhere if self.package_of(one) in maybe)
        return evolve(self, invitations=tuple(mine), elsewhere=elsewhere)

    def package_of(self, invitation: Invitation) -> str | None:
        """The package of an invitation, as its report tells; None where neither it nor the candidate shows that."""
        report = invitation.report
        if report is None or report.account_package_id:
            return report.account_package_id if report else None
        others = self.candidate.reports or ()
        return next((one.account_package_id for one in others if one.id is not None and one.id == report.id), None)

    def __repr__(self) -> str:
        return f"Invitee(candidate={self.candidate.id}, {len(self.invitations)} invitations)"


def is_ended(invitation: Invitation) -> bool:
    """Whether an invitation is expired or canceled, so that only a refresh would bring it to life."""
    return (invitation.status or "").casefold() in _ENDED


def moment(text: str | None) -> datetime | None:
    """A moment of a report, whose form no page shows; None where it cannot be read."""
    return read_loose_time(text) if text else None


class InviteeListing:
    """An async iterator over all candidates of an account, each once, with their invitations.

    Nothing is yielded unless both lists were read whole.

    Args:
        candidates: Reads a page of the candidates.
        invitations: Reads a page of the invitations.
        workers: How many pages are read at once.

    Attributes:
        summary: How far it has come.
    """

    def __init__(self, candidates: List[Candidate], invitations: List[Invitation], *, workers: int) -> None:
        self._candidates = candidates
        self._invitations = invitations
        self._workers = workers
        self._requests = 0
        self._run = self._read()
        self.summary = ListingSummary(False, 0, 0, 0, 0)

    def __aiter__(self) -> AsyncGenerator[Invitee]:
        """Each candidate once.

        Raises:
            IncompleteListingError: It is not proven that all were read.
            CallError: A page could not be read.
        """
        return self._run

    async def aclose(self) -> None:
        """End it early."""
        await self._run.aclose()

    async def _read(self) -> AsyncGenerator[Invitee]:
        try:
            candidates = {one.id: one for one in await self._all(self._candidates, slim_candidate)}
            invitations = await self._all(self._invitations, _with_candidate)
        except IncompleteListingError as error:
            self.summary = evolve(error.summary, requests=self._requests)
            raise IncompleteListingError(self.summary) from None
        finally:
            self.summary = evolve(self.summary, requests=self._requests)
        if strays := [one for one in invitations if one.candidate is None]:
            reason = f"{len(strays):,} invitations do not tell whose they are"
            self.summary = evolve(self.summary, missing=len(strays), reasons=(reason,))
            raise IncompleteListingError(self.summary)
        found = _invitees(candidates, invitations)
        self.summary = ListingSummary(True, len(found), len(found), 0, self._requests)
        for one in found:
            yield one

    async def _all(self, read: List[Item], keep: Callable[[Item], Item]) -> list[Item]:
        async def page(number: int) -> Page[Item]:
            self._requests += 1
            return await read(page=number, order="asc", order_by="created_at", query=None)

        return [keep(one) async for one in all_pages(page, workers=self._workers)]


def _with_candidate(invitation: Invitation) -> Invitation:
    candidate = invitation.candidate
    return evolve(slim(invitation), candidate=None if candidate is None else slim_candidate(candidate))


def _invitees(candidates: dict[str, Candidate], invitations: Iterable[Invitation]) -> Sequence[Invitee]:
    by_candidate: defaultdict[str, list[Invitation]] = defaultdict(list)
    for one in invitations:
        assert one.candidate is not None
        candidates.setdefault(one.candidate.id, one.candidate)  # who came meanwhile
        by_candidate[one.candidate.id].append(slim(one))
    by_address: defaultdict[str, list[str]] = defaultdict(list)
    for candidate in candidates.values():
        by_address[normalised(candidate.email or "")].append(candidate.id)

    def invitee(candidate: Candidate) -> Invitee:
        address = normalised(candidate.email or "")
        twins = [one for one in by_address[address] if one != candidate.id] if address else []
        elsewhere = tuple(invitation for one in twins for invitation in by_candidate[one])
        return Invitee(candidate, tuple(by_candidate[candidate.id]), elsewhere)

    return [invitee(one) for one in candidates.values()]


def _age(invitation: Invitation) -> tuple[bool, datetime | None, str]:
    return invitation.created_at is not None, invitation.created_at, invitation.id
