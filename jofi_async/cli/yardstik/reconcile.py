"""`jofi yardstik reconcile`: hold a file of people against Yardstik, say what differs, and invite who is missing."""

import asyncio
from typing import Any

import click
from rich.console import Console

from jofi_async.cli.reconciling import PlanOptions, Reconciling, plan_options
from jofi_async.cli.yardstik.inviting import PackageOptions, PackageRows, errand_of, package_options, way_of
from jofi_async.reconcile.plan import Plan
from jofi_async.reconcile.planning import reconcile
from jofi_async.yardstik.models import NewInvitation


@click.command("reconcile", short_help="Hold a file of people against Yardstik.")
@plan_options("the package's", "Invite who is missing.")
@package_options
def reconcile_command(**given: Any) -> int:
    """Hold everybody in a FILE (CSV, XLSX or JSON lines) against Yardstik, and say who is invited to a package.

    Nothing is sent without --apply. Then those who have no invitation are invited; on a terminal it asks first. What
    became of each row is in FILE.outcomes.csv.

    Candidates are matched by person_id, then by address. Yardstik has no update of one, so what differs is a conflict.
    So is an invitation that is expired or canceled: "jofi yardstik invitations refresh ID" is yours to say.

    \b
    Examples:
      jofi yardstik reconcile candidates.csv --package Standard
      jofi yardstik reconcile candidates.csv --package Standard --html report.html
      jofi yardstik reconcile candidates.csv --package Standard --apply

    \b
    Exit codes: 0 nothing to look at, 3 some refused or in conflict,
    4 some not known or not sent: run again, 5 cannot go on,
    2 usage or your "no", 130 or 143 stopped by a signal.
    """  # noqa: D301
    wanted, options = PlanOptions.taken(given, PackageOptions)
    screen, rows = Console(stderr=True), PackageRows(options.package)
    way = way_of(options)
    errand = errand_of(screen, options, rows, way)

    async def make() -> Plan[NewInvitation, Any]:
        await rows.find(way.client)
        return await reconcile(way.client, errand.rows(), scope=wanted.scope, share_person_id=options.share_person_id)

    facts = {"package": options.package, "at": way.url}
    run = Reconciling(
        vendor="yardstik", wanted=wanted, options=options, way=way, errand=errand, make=make, facts=facts, screen=screen
    )
    return asyncio.run(run.run())
