"""JOFI's side of reconciling: what its lists and invitations show, and how a row is held against them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from os import PathLike
from pathlib import Path
from typing import Any, cast

from attrs import frozen

from jofi_async.bulk.job import BulkJob
from jofi_async.bulk.journal.journal import Journal
from jofi_async.bulk.outcome import OutcomeKind
from jofi_async.bulk.resource import Person
from jofi_async.bulk.source import Source, SourceRow
from jofi_async.core.addresses import normalised
from jofi_async.core.errors import Problem
from jofi_async.core.unset import UNSET
from jofi_async.jofi.bulk import InvitationChecks, group_of
from jofi_async.jofi.changes import not_there
from jofi_async.jofi.complete import ListableInvitations
from jofi_async.jofi.models import Invitation, InvitationListItem, Mode, NewInvitation
from jofi_async.jofi.patches import InvitationPatch, PatchesInBulk, Update
from jofi_async.jofi.resources.invitations import Invitations
from jofi_async.jofi.resources.results import TestTakers
from jofi_async.jofi.wire import wire_form
from jofi_async.reconcile.listable import Listable
from jofi_async.reconcile.progress import Progress
from jofi_async.reconcile.reconcilable import Card, Change, Comparison, Facts, Listing

Shown = InvitationListItem | Invitation
"""An invitation as a list shows it, or as it was read."""

ANSWER_LIMIT = 150
"""How many invitations a filtered answer holds (seed 000, "List Invitations")."""

_LISTED = ("first_name", "last_name", "email", "custom_id", "person_id")
_ON_CARD = ("first_name", "last_name", "email", "person_id", "custom_id")
_CREATION_ONLY = ("created_by_user_email",)
_CLOSED = "the invitation has been accepted, so its assessments cannot be changed any more"


@frozen(kw_only=True)
class ReconcilableInvitations(InvitationChecks):
    """Implements `Reconcilable` for JOFI's invitations.

    Attributes:
        invitations: Asks JOFI in the background.
        test_takers: Tell who has completed.
        update: Updates one.
        workers: How many requests are made at once.
        mode: What the key's prefix says, or None.
        answer_limit: How many invitations an answer to a filter holds at most.
        lists_completion: Test takers alone tell it.
    """

    invitations: Invitations
    test_takers: TestTakers
    update: Update
    workers: int
    mode: Mode | None
    answer_limit: int = ANSWER_LIMIT
    lists_completion: bool = False

    @property
    def lists_prove(self) -> bool:
        """A test key's lists are made up."""
        return self.mode is not Mode.TEST

    @property
    def listable(self) -> Listable[Shown]:
        """The list by its filters."""
        return cast("Listable[Shown]", ListableInvitations(self.invitations.list))

    def everything(self, filters: Mapping[str, str]) -> Listing[Shown]:
        """The complete listing."""
        return self.invitations.iter_all(**filters)

    def read_file(
        self, path: str | PathLike[str], defaults: Mapping[str, object]
    ) -> Sequence[SourceRow[NewInvitation]]:
        """The rows of a CSV, XLSX or JSON lines file, whose columns are found by their headers."""
        from jofi_async.jofi.columns import FIELDS, new_invitation
        from jofi_async.tables.columns import match_columns
        from jofi_async.tables.formats import open_table

        table = open_table(Path(path))
        return list(match_columns(table.header, FIELDS, {}).rows(table, new_invitation, defaults))

    def group(self, row: NewInvitation) -> str:
        """The custom_id, as far as a list can be narrowed to it."""
        return (group_of(row) or "").strip()

    def facts(self, item: Shown) -> Facts:
        """Who an invitation is about."""
        person = Person(normalised(item.email), (item.person_id or "").strip() or None)
        group = (item.custom_id or "").strip()
        return Facts(item.id, person, item.created_at, (group,) if group else ())

    def card_of_row(self, row: NewInvitation) -> Card:
        """The names and ids of a row, whatever it holds."""
        first, last, email, person_id, custom_id = (_text(getattr(row, name, "")) for name in _ON_CARD)
        return Card(f"{first} {last}".strip(), email, person_id, custom_id)

    def card_of_item(self, item: Shown) -> Card:
        """The names and ids of an invitation."""
        name = f"{item.first_name} {item.last_name}".strip()
        return Card(name, item.email, item.person_id or "", item.custom_id or "", str(item.id))

    def part(self, row: NewInvitation, item: Shown) -> Shown:
        """The invitation: JOFI has no other one of the person."""
        return item

    def compare(self, row: NewInvitation, item: Shown) -> Comparison:
        """Field by field; a list's item does not show all of them, and who invited matters to a create alone."""
        given = {name: value for name, value in row.given().items() if name not in _CREATION_ONLY}
        shown = given.keys() if isinstance(item, Invitation) else given.keys() & _LISTED
        known = {name: value for name, value in given.items() if name in shown}
        problems: list[Problem] = []
        team, wanted_team = getattr(item, "team", None), known.pop("team_id", None)
        if team is not None and wanted_team not in (None, team.id):
            problems.append(Problem("team_id", f"it is of team {team.id}, and the team cannot be changed"))
        different = not_there(wire_form(known), item)
        if item.accepted_at is not None and different.pop("assessments_to_assign", None) is not None:
            problems.append(Problem("assessments_to_assign", _CLOSED))
        changes = tuple(Change(name, _stored(name, item), known[name]) for name in different)
        return Comparison(changes, tuple(problems), tuple(name for name in given if name not in shown))

    async def read(self, item: Shown) -> Shown:
        """Read one invitation."""
        return await self.invitations.get(item.id)

    def progress(self, item: Shown) -> Progress:
        """Invited, and accepted."""
        return Progress(item.created_at, item.accepted_at)

    async def completed_at(self, item: Shown) -> datetime | None:
        """When the last of the assigned assessments was completed, as the test taker tells."""
        if item.test_taker_id is None:
            return None
        assigned = (await self.test_takers.get(item.test_taker_id)).assigned_assessments or []
        moments = [one.completed_at for one in assigned]
        return max((one for one in moments if one), default=None) if all(moments) else None

    def create_many(
        self,
        rows: Source[SourceRow[NewInvitation]],
        *,
        journal: str | PathLike[str] | Journal | None,
        **options: Any,
    ) -> BulkJob[NewInvitation, Any]:
        """Invite; JOFI contacts those people."""
        return self.invitations.create_many(rows, journal=journal, **options)

    def update_many(
        self, patches: Source[SourceRow[InvitationPatch]], *, max_in_flight: int | None = None, **options: Any
    ) -> BulkJob[InvitationPatch, Invitation]:
        """Update, each invitation with the fields that differ."""
        return BulkJob(
            PatchesInBulk(update=self.update),
            patches,
            max_in_flight=max_in_flight or self.workers,
            effect=OutcomeKind.UPDATED,
            **options,
        )


def _text(value: object) -> str:
    return "" if value is UNSET or value is None else str(value)


def _stored(name: str, item: Shown) -> object:
    """A field's value as a row would give it."""
    match name:
        case "assessments_to_assign":
            return [one.id for one in getattr(item, "invitation_assessments", None) or ()]
        case "email_template_id":
            template = getattr(item, "invitation_email_template", None)
            return template.id if template else None
        case _:
            return getattr(item, name)
