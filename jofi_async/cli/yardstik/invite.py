"""`jofi yardstik invite`: invite everybody in a file."""

import asyncio
from collections import Counter
from collections.abc import Container, Iterator
from functools import partial
from typing import Any

import click
from attrs import evolve, frozen
from rich.console import Console

from jofi_async.bulk.journal.file import known_people, settled_people
from jofi_async.bulk.journal.journal import Journal
from jofi_async.cli.confirm import confirm, someone_is_there
from jofi_async.cli.errand import Errand
from jofi_async.cli.progress import say
from jofi_async.cli.report import tell_end, tell_failure
from jofi_async.cli.run import ExitCode, Run
from jofi_async.cli.tally import number_of
from jofi_async.cli.yardstik.inviting import PackageOptions, PackageRows, errand_of, package_options, way_of
from jofi_async.cli.yardstik.way import Way
from jofi_async.core.errors import CallError
from jofi_async.yardstik.bulk import InvitationChecks, Invited
from jofi_async.yardstik.models import NewInvitation

_CHECKS = InvitationChecks()


@frozen(kw_only=True)
class InviteOptions(PackageOptions):
    """What the options of `jofi yardstik invite` say."""

    resend_after: float | None
    again: bool


@click.command("invite", short_help="Invite everybody in a file.")
@click.option(
    "--resend-after",
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    help="Send again what is in doubt and not there so long after.  [never]",
)
@click.option("--again", is_flag=True, help="Invite also where a report of the package is under way.")
@package_options
def invite(**given: Any) -> int:
    """Invite everybody in a FILE (CSV, XLSX or JSON lines) to a background check, each once.

    Candidates are found by person id, then by e-mail, or else created. Yardstik refuses no second invitation, so what
    got no answer is looked for, and never sent again by itself: it stays "unknown" until you decide.

    On a terminal it asks before real people are contacted. What became of each row is in FILE.outcomes.csv, and in a
    journal, FILE.yardstik.journal, by which a run resumes.

    \b
    Exit codes: 0 all invited, 3 some refused, 4 some left: run again,
    5 cannot go on, 2 usage or your "no", 130 or 143 stopped by a signal.
    """  # noqa: D301
    options = InviteOptions(**given)
    screen, rows = Console(stderr=True), PackageRows(options.package)
    way = None if options.dry_run and not options.sandbox else way_of(options)
    errand = errand_of(screen, options, rows, way)
    path = errand.outcomes_path(options)
    journal_path = options.journal_path(None if way and way.fake else errand.journal_path("yardstik"))
    errand.check_apart(path, journal_path)
    if not options.start_over:
        errand = evolve(errand, doubts_known=frozenset() if journal_path is None else known_people(journal_path))
    settled = frozenset[str]() if options.start_over or journal_path is None else settled_people(journal_path)
    if way is not None and not options.dry_run and not _goes_on(screen, options, way, errand, settled):
        say(screen, "Nothing was sent.")
        return ExitCode.USAGE
    run = Run(errand, screen, None if path is None else partial(errand.open_outcomes, path))
    if way is None or options.dry_run:
        run.rehearse(_CHECKS, share_person_id=options.share_person_id, settled=settled)
    else:
        asyncio.run(_send(options, way, run, rows, options.the_journal(journal_path)))
    if not run.is_void:
        tell_end(Console(), run, path, journal=journal_path, vendor_says=_in_closing(way))
    tell_failure(screen, run)
    return run.exit_code


def _goes_on(
    screen: Console,
    options: InviteOptions,
    way: Way,
    errand: Errand[NewInvitation, Invited],
    settled: Container[str],
) -> bool:
    """Whether to send: a person who is there is asked before others are contacted."""
    if way.fake is not None or options.yes or not someone_is_there():
        return True
    facts = {"package": options.package, "at": way.url}
    return confirm(screen, errand, _CHECKS, facts, share_person_id=options.share_person_id, settled=settled)


async def _send(
    options: InviteOptions, way: Way, run: Run[NewInvitation, Invited], rows: PackageRows, journal: Journal | None
) -> None:
    async with way.transport, way.client:
        try:
            await rows.find(way.client)
        except CallError as error:
            run.error, run.is_void = error, True
            return
        await run.send(
            lambda table: way.client.invitations.create_many(
                table,
                journal=journal,
                stop_after=options.stop_after,
                share_person_id=options.share_person_id,
                resend_after=options.resend_after,
                again=options.again,
            )
        )


def _in_closing(way: Way | None) -> Iterator[str]:
    if way is not None and way.fake is not None:
        kinds = Counter(message.kind for message in way.fake.messages)
        yield (
            f"The sandbox holds {number_of(len(way.fake.invitations), 'invitation')}, and would have sent "
            f"{number_of(kinds['email'], 'e-mail')} and {number_of(kinds['sms'], 'text')}."
        )
