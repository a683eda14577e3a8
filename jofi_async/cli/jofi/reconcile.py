"""`jofi reconcile`: hold a file of people against JOFI, say what differs, and make it so."""

import asyncio
from typing import Any

import click
from rich.console import Console

from jofi_async.cli.jofi.inviting import InviteOptions, errand_of, facts_of, invite_options, way_of
from jofi_async.cli.jofi.way import NO_KEY
from jofi_async.cli.reconciling import PlanOptions, Reconciling, plan_options
from jofi_async.core.errors import ConfigurationError
from jofi_async.jofi.models import NewInvitation
from jofi_async.reconcile.plan import Plan
from jofi_async.reconcile.planning import reconcile


@click.command("reconcile", short_help="Hold a file of people against JOFI.")
@plan_options("the file's custom_ids", "Create and update what differs.")
@click.option("--deep", is_flag=True, help="Read each invitation, and compare all fields.")
@click.option("--completion", is_flag=True, help="Ask who has completed: a request for each who has accepted.")
@invite_options
def reconcile_command(deep: bool, completion: bool, **given: Any) -> int:
    """Hold everybody in a FILE (CSV, XLSX or JSON lines) against JOFI, and say what differs.

    Nothing is changed without --apply. Then those who are not there are invited, and fields that differ are updated;
    on a terminal with a live key it asks first. What became of each row is in FILE.outcomes.csv.

    Persons are matched by person_id, then by address. What a list does not show is compared with --deep.

    \b
    Examples:
      jofi reconcile candidates.csv --inviter me@example.com
      jofi reconcile candidates.csv --inviter me@example.com --html report.html
      jofi reconcile candidates.csv --inviter me@example.com --apply

    \b
    Exit codes: 0 nothing to look at, 3 some refused or in conflict,
    4 some not known or not sent: run again, 5 cannot go on,
    2 usage or your "no", 130 or 143 stopped by a signal.
    """  # noqa: D301
    wanted, options = PlanOptions.taken(given, InviteOptions)
    options.defaults()  # what is wrong with an option goes before what is wrong with the key
    way = way_of(options)
    if way is None:
        raise ConfigurationError(NO_KEY)
    screen = Console(stderr=True)
    errand = errand_of(screen, options, way)

    async def make() -> Plan[NewInvitation, Any]:
        return await reconcile(
            way.client,
            errand.rows(),
            deep=deep,
            scope=wanted.scope,
            completion=completion,
            share_person_id=options.share_person_id,
        )

    facts = {**facts_of(errand), "at": way.url}
    run = Reconciling(
        vendor="jofi",
        wanted=wanted,
        options=options,
        way=way,
        errand=errand,
        make=make,
        facts=facts,
        screen=screen,
        hint="--deep compares all.",
    )
    return asyncio.run(run.run())
