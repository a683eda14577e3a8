"""`jofi yardstik invitations`: list and get; cancel, refresh and delete, one or many. And `jofi yardstik packages`."""

import asyncio
import re
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import click
from attrs import evolve
from rich.console import Console

from jofi_async.bulk.outcome import Outcome, OutcomeKind
from jofi_async.bulk.verdict import verdict_on
from jofi_async.cli.ask import Asked, asked_of, asks, exit_code_of, run, with_options
from jofi_async.cli.confirm import agrees, someone_is_there
from jofi_async.cli.progress import say
from jofi_async.cli.run import ExitCode
from jofi_async.cli.show import Form, day, show_items, show_line, show_list, show_one
from jofi_async.cli.signals import Signals
from jofi_async.cli.table import Column
from jofi_async.cli.tally import named, number_of
from jofi_async.cli.yardstik.way import Way, find_way
from jofi_async.core.errors import CallError, ConfigurationError
from jofi_async.tables.outcome_lines import CsvLines
from jofi_async.yardstik.changes import Changed
from jofi_async.yardstik.client import YardstikClient
from jofi_async.yardstik.models import Candidate, Invitation, InvitationStatus
from jofi_async.yardstik.secrets import SECRETS

Action = Literal["cancel", "refresh", "delete"]

_LINES = CsvLines(("invitation_id", "outcome", "reason"))
_PERIOD = re.compile(r"(\d{1,4})([dh])")
_ACTIONS: dict[Action, str] = {
    "cancel": "Cancel invitations: their links die.",
    "refresh": "Bring expired or canceled invitations to life again; Yardstik may contact those people.",
    "delete": "Delete invitations for good.",
}


class Period(click.ParamType[timedelta]):
    """Days or hours: `7d`, `12h`."""

    name = "period"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """Read it."""
        found = _PERIOD.fullmatch(str(value))
        if found is None:
            self.fail(f"{value!r} is no period such as 7d or 12h", param, ctx)
        return timedelta(**{{"d": "days", "h": "hours"}[found[2]]: int(found[1])})


COLUMNS = [
    Column("ID", lambda item: item.id, whole=True),
    Column("Created", lambda item: day(item.created_at) if item.created_at else None),
    Column("Status", lambda item: item.status.value if item.status else None),
    Column("Expires", lambda item: day(item.expires_at) if item.expires_at else None),
    Column("Name", lambda item: item.candidate.full_name if item.candidate else None),
    Column("E-mail", lambda item: item.candidate.email if item.candidate else None),
]
PACKAGE_COLUMNS = [
    Column("ID", lambda item: item.id, whole=True),
    Column("Name", lambda item: item.name),
    Column("System name", lambda item: item.package_system_name),
    Column("Kind", lambda item: item.action_type),
]
_STATUS = click.option("--status", metavar="STATUS", help='Only those of this status, for example "expired".')
_SINCE = click.option(
    "--expired-since", type=Period(), metavar="7d", help="Only those that expired in the last days (7d) or hours (12h)."
)


@click.group("invitations", short_help="Invitations: list, get, cancel, refresh, delete.")
def invitations() -> None:
    """List, get, cancel, refresh and delete invitations. `jofi yardstik invite` invites everybody in a file.

    Social security numbers, dates of birth, licence numbers and addresses are never shown.
    """


@invitations.command("list")
@click.option("--page", type=click.IntRange(min=1), metavar="N", help="The page.  [1]")
@click.option("--all", "everything", is_flag=True, help="Read all pages, oldest first.")
@_STATUS
@_SINCE
@asks("Yardstik")
def list_(page: int | None, everything: bool, status: str | None, expired_since: timedelta | None, **given: Any) -> int:
    """List invitations: a page of them, or with --all, --status or --expired-since all that there are."""
    asked = _asked(given)
    if not (everything or status or expired_since):
        return run(
            asked.way(),
            lambda client: client.invitations.list(page=page),
            lambda found: show_list(evolve(found, data=_shown(found.data)), COLUMNS, asked.form),
        )
    if page is not None:
        raise ConfigurationError("--page does not go with --all, --status or --expired-since")
    return run(
        asked.way(),
        lambda client: _chosen(client, status, expired_since),
        lambda found: show_items(_shown(found), Invitation, COLUMNS, asked.form),
    )


@invitations.command("get")
@click.argument("invitation_id")
@asks("Yardstik")
def get(invitation_id: str, **given: Any) -> int:
    """Show one invitation."""
    asked = _asked(given)
    return run(
        asked.way(),
        lambda client: client.invitations.get(invitation_id),
        lambda found: show_one(_shown([found])[0], asked.form),
    )


@click.command("packages")
@asks("Yardstik")
def packages(**given: Any) -> int:
    """List the packages of the account."""
    asked = _asked(given)
    return run(
        asked.way(),
        lambda client: client.packages.list(),
        lambda found: show_list(found, PACKAGE_COLUMNS, asked.form),
    )


def _changes(action: Action, text: str) -> click.Command:
    """Make a command that changes one invitation, or many at once."""

    @click.argument("invitation_ids", nargs=-1)
    @with_options(_STATUS, _SINCE)
    @click.option("--yes", is_flag=True, help="Do not ask.")
    @asks("Yardstik")
    def command(
        invitation_ids: tuple[str, ...], status: str | None, expired_since: timedelta | None, yes: bool, **given: Any
    ) -> int:
        asked = _asked(given)
        if bool(invitation_ids) == bool(status or expired_since):
            raise ConfigurationError("Name invitations by their ids, or choose them with --status or --expired-since")
        return asyncio.run(_Change(action, asked, yes).run(invitation_ids, status, expired_since))

    return click.command(action, help=f"{text}\n\n\b\nExit codes: 0 all, 3 some refused, 4 some left, 5 cannot go on.")(
        command
    )


for _action, _text in _ACTIONS.items():
    invitations.add_command(_changes(_action, _text))


class _Change:
    """One run of a command that changes invitations.

    Args:
        action: What it does.
        asked: How it is asked.
        yes: Whether not to ask a person first.
    """

    def __init__(self, action: Action, asked: Asked[Way], yes: bool) -> None:
        self._action: Action = action
        self._asked = asked
        self._yes = yes
        self._screen = Console(stderr=True)
        self._counts: Counter[OutcomeKind] = Counter()
        self._error: Exception | None = None

    async def run(self, ids: Sequence[str], status: str | None, since: timedelta | None) -> int:
        """Change them; the exit code."""
        way = self._asked.way()
        async with way.transport, way.client:
            try:
                chosen = ids or [one.id for one in await _chosen(way.client, status, since)]
            except CallError as error:
                say(self._screen, f"Error: {error}")
                return exit_code_of(error)
            if not chosen:
                say(self._screen, "There are none.")
                return ExitCode.DONE
            if not self._agreed(way, len(chosen)):
                say(self._screen, "Nothing was sent.")
                return ExitCode.USAGE
            return await self._change(way.client, chosen)

    def _agreed(self, way: Way, count: int) -> bool:
        if self._yes or way.fake is not None or not someone_is_there():
            return True
        what = number_of(count, "invitation")
        contacts = " This may contact real people." if self._action == "refresh" else ""
        return agrees(self._screen, f"{self._action.capitalize()} {what} at {way.url}?{contacts} [y/N] ")

    async def _change(self, client: YardstikClient, ids: Sequence[str]) -> int:
        job = client.invitations.change_many(self._action, ids)
        stopped: list[int] = []
        if self._asked.form is Form.CSV:
            click.echo(_LINES.head().removeprefix("\ufeff"), nl=False)

        def stop(number: int) -> None:
            stopped.append(number)
            job.stop("it was stopped by a signal", grace=10.0 if len(stopped) == 1 else 0.0)

        with Signals(stop):
            async with job:
                async for outcome in job:
                    self._tell(outcome)
        self._error = job.summary().error
        words = ", ".join(f"{count:,} {named(kind)}" for kind, count in self._counts.items())
        say(self._screen, f"{self._action.capitalize()}: {words}")
        if self._error is not None:
            say(self._screen, f"Error: {job.summary().stopped}")
        return 128 + stopped[0] if stopped else self._code()

    def _tell(self, outcome: Outcome[str, Changed]) -> None:
        self._counts[outcome.kind] += 1
        facts = {"invitation_id": outcome.row, "outcome": outcome.kind.value, "reason": outcome.reason}
        if self._asked.form is Form.JSON:
            show_line(facts)
        elif self._asked.form is Form.CSV:
            click.echo(_LINES.line(facts), nl=False)
        elif outcome.kind is not OutcomeKind.UPDATED:
            say(Console(), f"{outcome.row}  {named(outcome.kind)}: {outcome.reason}")

    def _code(self) -> ExitCode:
        if self._error is not None and not verdict_on(self._error, sent=True).pauses:
            return ExitCode.CANNOT_GO_ON
        if self._counts[OutcomeKind.UNKNOWN] or self._counts[OutcomeKind.NOT_ATTEMPTED]:
            return ExitCode.RUN_AGAIN
        return ExitCode.SOME_REFUSED if self._counts[OutcomeKind.REFUSED] else ExitCode.DONE


async def _chosen(client: YardstikClient, status: str | None, since: timedelta | None) -> list[Invitation]:
    """All invitations that are wanted, chosen here: Yardstik does not say which filters it knows."""
    if since is not None:
        status = status or InvitationStatus.EXPIRED.value
    start = None if since is None else datetime.now(UTC) - since
    return [
        one
        async for one in client.invitations.iter_all()
        if (status is None or (one.status or "").casefold() == status.casefold())
        and (start is None or (one.expires_at is not None and one.expires_at >= start))
    ]


def _asked(given: dict[str, Any]) -> Asked[Way]:
    return asked_of(given, find_way)


def _shown(found: Sequence[Invitation]) -> list[Invitation]:
    """Invitations without what never leaves its field."""
    return [evolve(one, candidate=_without_secrets(one.candidate)) for one in found]


def _without_secrets(candidate: Candidate | None) -> Candidate | None:
    if candidate is None:
        return None
    nothing: dict[str, Any] = dict.fromkeys(SECRETS)
    return evolve(candidate, extra={}, **nothing)
