"""`jofi reconcile`: hold a file of people against JOFI, say what differs, and make it so."""

import asyncio
import json
from functools import partial
from pathlib import Path
from typing import Any

import click
from attrs import frozen
from rich.console import Console

from jofi_async.bulk.verdict import verdict_on
from jofi_async.cli.confirm import agrees, someone_is_there
from jofi_async.cli.errand import Errand
from jofi_async.cli.jofi.inviting import InviteOptions, errand_of, facts_of, invite_options, way_of
from jofi_async.cli.jofi.way import NO_KEY, Way
from jofi_async.cli.plan import question, tell_plan
from jofi_async.cli.planned import PlannedJob, exit_code_of
from jofi_async.cli.progress import say
from jofi_async.cli.report import tell_end, tell_failure
from jofi_async.cli.run import ExitCode, Run
from jofi_async.core.errors import CallError, ConfigurationError
from jofi_async.jofi.models import Invited, NewInvitation
from jofi_async.reconcile.export import plan_as_json
from jofi_async.reconcile.plan import Plan
from jofi_async.reconcile.planning import reconcile
from jofi_async.reconcile.step import StepKind

JofiPlan = Plan[NewInvitation, Any]


@frozen(kw_only=True)
class ReconcileOptions(InviteOptions):
    """What the options of `jofi reconcile` say."""

    apply: bool
    deep: bool
    completion: bool
    scope: str | None
    html: Path | None
    as_json: bool


@click.command("reconcile", short_help="Hold a file of people against JOFI.")
@click.option("--apply", is_flag=True, help="Create and update what differs.")
@click.option("--deep", is_flag=True, help="Read each invitation, and compare all fields.")
@click.option("--completion", is_flag=True, help="Ask who has completed: a request for each who has accepted.")
@click.option("--scope", type=click.Choice(["account"]), help="Tell of all unexpected ones.  [the file's custom_ids]")
@click.option("--html", type=click.Path(path_type=Path), metavar="REPORT", help="Write a report to look at.")
@click.option("--json", "as_json", is_flag=True, help="Write the plan as JSON.")
@invite_options
def reconcile_command(**given: Any) -> int:
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
    options = ReconcileOptions(**given)
    if options.apply and options.dry_run:
        raise ConfigurationError("--apply and --dry-run contradict each other")
    options.defaults()  # what is wrong with an option goes before what is wrong with the key
    way = way_of(options)
    if way is None:
        raise ConfigurationError(NO_KEY)
    screen = Console(stderr=True)
    errand = errand_of(screen, options, way)
    return asyncio.run(_Reconciling(options, way, errand, screen).run())


@frozen
class _Reconciling:
    """One run of the command."""

    options: ReconcileOptions
    way: Way
    errand: Errand[NewInvitation, Invited]
    screen: Console

    async def run(self) -> int:
        self.errand.check_apart(self._outcomes_path, self._journal_path, self.options.html)
        async with self.way.transport, self.way.client:
            try:
                plan = await self._plan()
            except CallError as error:
                say(self.screen, f"Error: {error}")
                return ExitCode.CANNOT_GO_ON if verdict_on(error, sent=False).stops else ExitCode.RUN_AGAIN
            tell_plan(self.screen if self.options.as_json else Console(), plan)
            self._write_report(plan)
            code = await self._apply(plan) if self.options.apply and not plan.is_done else exit_code_of(plan)
        if self.options.as_json:
            click.echo(json.dumps(plan_as_json(plan), indent=2, ensure_ascii=False))
        return code

    async def _plan(self) -> JofiPlan:
        options = self.options
        return await reconcile(
            self.way.client,
            self.errand.rows(),
            deep=options.deep,
            scope="account" if options.scope else None,
            completion=options.completion,
            share_person_id=options.share_person_id,
        )

    async def _apply(self, plan: JofiPlan) -> int:
        options, errand = self.options, self.errand
        path = self._outcomes_path
        if not self._goes_on(plan):
            say(self.screen, "Nothing was sent.")
            return ExitCode.USAGE
        run = Run(errand, self.screen, None if path is None else partial(errand.open_outcomes, path), compares=True)
        application = plan.apply(journal=options.the_journal(self._journal_path), stop_after=options.stop_after)
        await run.send(lambda rows: PlannedJob(application, rows))
        if not run.is_void:
            tell_end(self.screen if options.as_json else Console(), run, path, vendor_says=iter(()))
        tell_failure(self.screen, run)
        self._write_report(plan)
        code = run.exit_code
        return max(code, exit_code_of(plan)) if code in (ExitCode.DONE, ExitCode.SOME_REFUSED) else code

    @property
    def _outcomes_path(self) -> Path | None:
        return self.errand.outcomes_path(self.options)

    @property
    def _journal_path(self) -> Path | None:
        return self.options.journal_path(None if self.way.fake else self.errand.journal_path("jofi"))

    def _goes_on(self, plan: JofiPlan) -> bool:
        """Whether to send: a person who is there is asked before others are contacted."""
        if self.way.fake is not None or self.options.yes or not someone_is_there():
            return True
        if plan.counts[StepKind.CREATE]:
            say(self.screen, "This contacts real people:")
            for name, fact in {**facts_of(self.errand), "at": self.way.url}.items():
                say(self.screen, f"  {name:11}  {fact}")
        return agrees(self.screen, question(plan))

    def _write_report(self, plan: JofiPlan) -> None:
        if self.options.html is None:
            return
        from jofi_async.reconcile.report import write_report

        write_report(plan, self.options.html, title=self.errand.table.path.name)
        say(self.screen, f"Report: {self.options.html}")
