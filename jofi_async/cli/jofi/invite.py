"""`jofi invite`: invite everybody in a file."""

import asyncio
from collections import Counter
from collections.abc import Container, Iterator
from functools import partial
from typing import Any

import click
from rich.console import Console

from jofi_async.bulk.journal.file import settled_people
from jofi_async.bulk.journal.journal import Journal
from jofi_async.cli.confirm import confirm, someone_is_there
from jofi_async.cli.errand import Errand
from jofi_async.cli.jofi.inviting import CHECKS, InviteOptions, errand_of, facts_of, invite_options, way_of
from jofi_async.cli.jofi.way import Way
from jofi_async.cli.progress import say
from jofi_async.cli.report import tell_end, tell_failure
from jofi_async.cli.run import ExitCode, Run
from jofi_async.cli.tally import number_of
from jofi_async.core.errors import SetupError
from jofi_async.jofi.models import Invited, Mode, NewInvitation


@click.command("invite", short_help="Invite everybody in a file.")
@invite_options
def invite(**given: Any) -> int:
    """Invite everybody in a FILE (CSV, XLSX or JSON lines), each once.

    Columns are found by their headers, in any applicant-tracking system's spelling, and a column goes before an option.
    What became of each row is in FILE.outcomes.csv, which is input again once its refused rows are mended.

    The key is JOFI_API_KEY or in --api-key-file; JOFI_BASE_URL is another address of JOFI; HTTPS_PROXY and NO_PROXY
    count. On a terminal with a live key it asks first.

    \b
    Examples:
      jofi invite candidates.csv --sandbox --inviter jane.recruiter@jofiscore.com
      jofi invite candidates.csv --inviter me@example.com --dry-run
      jofi invite candidates.csv --inviter me@example.com --map email='Work Email'

    \b
    Exit codes: 0 all invited, 3 some refused, 4 some left: run again,
    5 cannot go on, 2 usage or your "no", 130 or 143 stopped by a signal.
    """  # noqa: D301
    options = InviteOptions(**given)
    screen = Console(stderr=True)
    options.defaults()  # what is wrong with an option goes before what is wrong with the key
    way = way_of(options)
    errand = errand_of(screen, options, way)
    path = errand.outcomes_path(options)
    journal_path = options.journal_path(None if way and way.fake else errand.journal_path("jofi"))
    errand.check_apart(path, journal_path)
    settled = frozenset[str]() if options.start_over or journal_path is None else settled_people(journal_path)
    if way is not None and not options.dry_run and not _goes_on(screen, options, way, errand, settled):
        say(screen, "Nothing was sent.")
        return ExitCode.USAGE
    run = Run(errand, screen, None if path is None else partial(errand.open_outcomes, path))
    if way is None or options.dry_run:
        run.rehearse(CHECKS, share_person_id=options.share_person_id, settled=settled)
    else:
        asyncio.run(_send(options, way, run, options.the_journal(journal_path)))
    if not run.is_void:
        tell_end(Console(), run, path, journal=journal_path, vendor_says=_in_closing(way, run))
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
    if way.client.mode is Mode.TEST:
        say(screen, "This is a test key: JOFI's answers are made up, and nobody is contacted.")
        return True
    if way.fake is not None or options.yes or not someone_is_there():
        return True
    facts = {**facts_of(errand), "at": way.url}
    return confirm(screen, errand, CHECKS, facts, share_person_id=options.share_person_id, settled=settled)


async def _send(options: InviteOptions, way: Way, run: Run[NewInvitation, Invited], journal: Journal | None) -> None:
    async with way.transport, way.client:
        await run.send(
            lambda rows: way.client.invitations.create_many(
                rows, journal=journal, stop_after=options.stop_after, share_person_id=options.share_person_id
            )
        )


def _in_closing(way: Way | None, run: Run[NewInvitation, Invited]) -> Iterator[str]:
    if way is None:
        return
    if way.fake is not None:
        kinds = Counter(message.kind for message in way.fake.messages)
        yield (
            f"The sandbox holds {number_of(len(way.fake.invitations), 'invitation')}, and would have sent "
            f"{number_of(kinds['email'], 'e-mail')} and {number_of(kinds['sms'], 'text')}."
        )
    if way.client.mode is Mode.TEST:
        yield "This was a test key: JOFI's answers are made up, and nobody was contacted."
    if isinstance(run.error, SetupError):
        yield "`jofi check --inviter EMAIL` tells what else is missing before anybody can be invited."
