"""Yardstik's side of reconciling: what its candidates and invitations show, and how a row is held against them.

Lists have pages, so all of both is read. Yardstik documents no change of a candidate, and none of an invitation besides
its end, so whatever differs is in conflict, and nothing is ever updated.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from os import PathLike
from pathlib import Path
from typing import Any, NoReturn

from attrs import frozen

from jofi_async.bulk.job import BulkJob
from jofi_async.bulk.journal.journal import Journal
from jofi_async.bulk.resource import Person
from jofi_async.bulk.source import Source, SourceRow
from jofi_async.core.addresses import normalised
from jofi_async.core.errors import LifecycleError, Problem
from jofi_async.core.phones import same_phone
from jofi_async.core.unset import UNSET
from jofi_async.reconcile.progress import Progress
from jofi_async.reconcile.reconcilable import Card, Change, Comparison, Facts, Listing, Patch
from jofi_async.yardstik.bulk import InvitationChecks, is_under_way
from jofi_async.yardstik.finding import slim_candidate
from jofi_async.yardstik.invitees import Invitee, InviteeListing, is_ended, moment
from jofi_async.yardstik.models import NewInvitation
from jofi_async.yardstik.resources.candidates import Candidates
from jofi_async.yardstik.resources.invitations import Invitations

_COMPARED = ("first_name", "middle_name", "last_name", "email", "phone", "external_id")
_DIFFERS = "the candidate differs, and Yardstik has no update of one"
_NO_PACKAGE = "an invitation of the candidate does not tell its package"
_TWIN = "another candidate with this address was invited"
_EPOCH = datetime.min.replace(tzinfo=UTC)


@frozen(kw_only=True)
class ReconcilableInvitations(InvitationChecks):
    """Implements `Reconcilable` for Yardstik's invitations; an item is a candidate with their invitations.

    Attributes:
        invitations: Asks Yardstik in the background.
        candidates: Likewise.
        workers: How many requests are made at once.
        lists_prove: There are no test keys.
        lists_completion: Invitations show their reports.
        listable: The lists have pages.
        answer_limit: No filter is asked.
    """

    invitations: Invitations
    candidates: Candidates
    workers: int
    lists_prove: bool = True
    lists_completion: bool = True
    listable: None = None
    answer_limit: int = 0

    def everything(self, filters: Mapping[str, str]) -> Listing[Invitee]:
        """All candidates with their invitations; no filter is asked for, since no page says which there are."""
        assert not filters
        return InviteeListing(self.candidates.list, self.invitations.list, workers=self.workers)

    def read_file(
        self, path: str | PathLike[str], defaults: Mapping[str, object]
    ) -> Sequence[SourceRow[NewInvitation]]:
        """The rows of a CSV, XLSX or JSON lines file; the defaults have the `account_package_id`."""
        from jofi_async.tables.columns import match_columns
        from jofi_async.tables.formats import open_table
        from jofi_async.yardstik.columns import FIELDS, new_invitation

        table = open_table(Path(path))
        return list(match_columns(table.header, FIELDS, {}).rows(table, new_invitation, defaults))

    def check(self, row: NewInvitation) -> Sequence[Problem]:
        """As a job checks it, and it names no `candidate_id`: who is who is found here."""
        problems = super().check(row)
        if not problems and row.candidate_id is not UNSET:
            return [
                Problem("candidate_id", "is left out of a row to reconcile: candidates are matched by who they are")
            ]
        return problems

    def group(self, row: NewInvitation) -> str:
        """The package."""
        return row.account_package_id

    def facts(self, item: Invitee) -> Facts:
        """Who a candidate is, and to which packages they were invited."""
        who = item.candidate
        person = Person(normalised(who.email or ""), (who.external_id or "").strip() or None)
        packages = dict.fromkeys(filter(None, map(item.package_of, item.invitations)))
        return Facts(who.id, person, who.created_at or _EPOCH, tuple(packages))

    def card_of_row(self, row: NewInvitation) -> Card:
        """The names and ids of a row, whatever it holds."""
        candidate = getattr(row, "candidate", None)
        first, last, email, external_id = (
            _text(getattr(candidate, name, "")) for name in ("first_name", "last_name", "email", "external_id")
        )
        return Card(f"{first} {last}".strip(), email, external_id, _text(getattr(row, "account_package_id", "")))

    def card_of_item(self, item: Invitee) -> Card:
        """The names and ids of a candidate, and the id of the invitation."""
        who, invitation = item.candidate, item.invitation
        name = f"{who.first_name or ''} {who.last_name or ''}".strip()
        package = item.package_of(invitation) if invitation else None
        return Card(name, who.email or "", who.external_id or "", package or "", invitation.id if invitation else "")

    def part(self, row: NewInvitation, item: Invitee) -> Invitee:
        """What there is of the row's package."""
        return item.of(row.account_package_id)

    def compare(self, row: NewInvitation, item: Invitee) -> Comparison:
        """Who they are, field by field, and whether they are invited; a field that is not shown says nothing."""
        given = row.candidate.given()
        shown = {name: value for name in given if name in _COMPARED and (value := getattr(item.candidate, name))}
        changes = tuple(
            Change(name, value, given[name])
            for name, value in shown.items()
            if _text(given[name]).strip() and not _is_same(name, given[name], value)
        )
        hidden = tuple(name for name in given if name not in shown and given[name])
        problems = (Problem("", _DIFFERS),) if changes else tuple(self._problems(row, item))
        is_partial = item.invitation is None and not is_under_way(item.candidate, row.account_package_id)
        return Comparison(changes, problems, hidden, is_partial)

    async def read(self, item: Invitee) -> Invitee:
        """Read the candidate."""
        return Invitee(slim_candidate(await self.candidates.get(item.candidate.id)), item.invitations, item.elsewhere)

    def progress(self, item: Invitee) -> Progress | None:
        """Invited; accepted with the submission of their data; completed with the report."""
        invitation = item.invitation
        if invitation is None or invitation.created_at is None:
            return None
        report = invitation.report
        submitted_at, completed_at = (report.submitted_at, report.completed_at) if report else (None, None)
        return Progress(invitation.created_at, moment(submitted_at), moment(completed_at))

    async def completed_at(self, item: Invitee) -> datetime | None:
        """When the report was complete; lists show it, so nobody is asked."""
        progress = self.progress(item)
        return progress.completed_at if progress else None

    def create_many(
        self,
        rows: Source[SourceRow[NewInvitation]],
        *,
        journal: str | PathLike[str] | Journal | None,
        **options: Any,
    ) -> BulkJob[NewInvitation, Any]:
        """Find or create candidates, and invite them; Yardstik contacts those people."""
        return self.invitations.create_many(rows, journal=journal, **options)

    def update_many(self, patches: Source[SourceRow[Patch[NewInvitation, Invitee]]], **options: Any) -> NoReturn:
        """There is no such job, and no plan asks for it: what differs is in conflict.

        Raises:
            LifecycleError: Always.
        """
        raise LifecycleError("Yardstik has no update of a candidate or an invitation")

    def _problems(self, row: NewInvitation, item: Invitee) -> Sequence[Problem]:
        """Why a person has to look before anything is sent, or before nothing is."""
        invitation = item.invitation
        if invitation is not None and item.package_of(invitation) != row.account_package_id:
            return [Problem("", _NO_PACKAGE)]
        if invitation is None and item.elsewhere and not is_under_way(item.candidate, row.account_package_id):
            return [Problem("", _TWIN)]
        if invitation is not None and is_ended(invitation):
            status = invitation.status or ""
            return [Problem("status", f"the invitation is {status.casefold()}, and only a person has it refreshed")]
        return []


def _is_same(name: str, given: Any, stored: str) -> bool:
    if name == "email":
        return normalised(given) == normalised(stored)
    if name == "phone":
        return same_phone(given, stored)
    return _text(given).strip() == stored.strip()


def _text(value: object) -> str:
    return "" if value is UNSET or value is None else str(value)
