"""What commands share that hold a file of people against a vendor: options, the plan as it is shown and applied."""

import json
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar

import click
from attrs import frozen
from rich.console import Console

from jofi_async.bulk.verdict import verdict_on
from jofi_async.cli.ask import Way
from jofi_async.cli.confirm import agrees, someone_is_there
from jofi_async.cli.errand import Errand
from jofi_async.cli.options import JobOptions
from jofi_async.cli.plan import question, tell_plan
from jofi_async.cli.planned import PlannedJob, exit_code_of
from jofi_async.cli.progress import say
from jofi_async.cli.report import tell_end, tell_failure
from jofi_async.cli.run import ExitCode, Run
from jofi_async.core.errors import CallError, ConfigurationError
from jofi_async.reconcile.export import plan_as_json
from jofi_async.reconcile.plan import Plan
from jofi_async.reconcile.step import StepKind

F = TypeVar("F", bound=Callable[..., Any])
Row = TypeVar("Row")
Options = TypeVar("Options", bound=JobOptions)

SANDBOX = "sandbox"
"""The mode of an errand to a vendor in memory."""


@frozen(kw_only=True)
class PlanOptions:
    """What the options say that are about the plan; the names are those of `plan_options`."""

    apply: bool
    scope: Literal["account"] | None
    html: Path | None
    as_json: bool

    @classmethod
    def taken(cls, given: dict[str, Any], job: Callable[..., Options]) -> "tuple[PlanOptions, Options]":
        """Take these options out of those that a command was given; the job's are made of the rest.

        Raises:
            ConfigurationError: Two contradict each other.
        """
        plan = cls(**{name: given.pop(name) for name in ("apply", "scope", "html", "as_json")})
        rest = job(**given)
        if plan.apply and rest.dry_run:
            raise ConfigurationError("--apply and --dry-run contradict each other")
        return plan, rest


def plan_options(groups: str, does: str) -> Callable[[F], F]:
    """Add the options to a command.

    Args:
        groups: What unexpected ones are relative to.
        does: What applying does.
    """

    def add(command: F) -> F:
        for option in reversed(
            (
                click.option("--apply", is_flag=True, help=does),
                click.option(
                    "--scope", type=click.Choice(["account"]), help=f"Tell of all unexpected ones.  [{groups}]"
                ),
                click.option(
                    "--html", type=click.Path(path_type=Path), metavar="REPORT", help="Write a report to look at."
                ),
                click.option("--json", "as_json", is_flag=True, help="Write the plan as JSON."),
            )
        ):
            command = option(command)
        return command

    return add


@frozen(kw_only=True)
class Reconciling(Generic[Row]):
    """One run of such a command.

    Attributes:
        vendor: Its word for the journal's name.
        wanted: The options of the plan.
        options: Those of the job.
        way: How the vendor is reached.
        errand: The table.
        make: Makes the plan.
        facts: What a person is told who is asked.
        screen: Where that is told.
        hint: How what was not compared can be, or "".
    """

    vendor: str
    wanted: PlanOptions
    options: JobOptions
    way: Way[Any]
    errand: Errand[Row, Any]
    make: Callable[[], Awaitable[Plan[Row, Any]]]
    facts: Mapping[str, str]
    screen: Console
    hint: str = ""

    async def run(self) -> int:
        """Make the plan, show it, and apply it if that is wanted; the exit code."""
        self.errand.check_apart(self._outcomes_path, self._journal_path, self.wanted.html)
        async with self.way.transport, self.way.client:
            try:
                plan = await self.make()
            except CallError as error:
                say(self.screen, f"Error: {error}")
                return ExitCode.CANNOT_GO_ON if verdict_on(error, sent=False).stops else ExitCode.RUN_AGAIN
            tell_plan(self.screen if self.wanted.as_json else Console(), plan, hint=self.hint)
            self._write_report(plan)
            code = await self._apply(plan) if self.wanted.apply and not plan.is_done else exit_code_of(plan)
        if self.wanted.as_json:
            click.echo(json.dumps(plan_as_json(plan), indent=2, ensure_ascii=False))
        return code

    async def _apply(self, plan: Plan[Row, Any]) -> int:
        options, errand = self.options, self.errand
        path = self._outcomes_path
        if not self._goes_on(plan):
            say(self.screen, "Nothing was sent.")
            return ExitCode.USAGE
        run = Run(errand, self.screen, None if path is None else partial(errand.open_outcomes, path), compares=True)
        application = plan.apply(journal=options.the_journal(self._journal_path), stop_after=options.stop_after)
        await run.send(lambda rows: PlannedJob(application, rows))
        if not run.is_void:
            console = self.screen if self.wanted.as_json else Console()
            tell_end(console, run, path, journal=self._journal_path, vendor_says=iter(()))
        tell_failure(self.screen, run)
        self._write_report(plan)
        code = run.exit_code
        return max(code, exit_code_of(plan)) if code in (ExitCode.DONE, ExitCode.SOME_REFUSED) else code

    @property
    def _outcomes_path(self) -> Path | None:
        return self.errand.outcomes_path(self.options)

    @property
    def _journal_path(self) -> Path | None:
        return self.options.journal_path(None if self._is_sandbox else self.errand.journal_path(self.vendor))

    @property
    def _is_sandbox(self) -> bool:
        return self.errand.mode == SANDBOX

    def _goes_on(self, plan: Plan[Row, Any]) -> bool:
        """Whether to send: a person who is there is asked before others are contacted."""
        if self._is_sandbox or self.options.yes or not someone_is_there():
            return True
        if plan.counts[StepKind.CREATE]:
            say(self.screen, "This contacts real people:")
            for name, fact in self.facts.items():
                say(self.screen, f"  {name:11}  {fact}")
        return agrees(self.screen, question(plan))

    def _write_report(self, plan: Plan[Row, Any]) -> None:
        if self.wanted.html is None:
            return
        from jofi_async.reconcile.report import write_report

        write_report(plan, self.wanted.html, title=self.errand.table.path.name)
        say(self.screen, f"Report: {self.wanted.html}")
