"""`jofi invite`: invite everybody in a file."""

import asyncio
from collections import Counter
from collections.abc import Container, Iterator, Mapping
from functools import partial
from typing import Any, cast

import click
from attrs import frozen
from rich.console import Console

from jofi_async.bulk.journal.file import settled_people
from jofi_async.bulk.journal.journal import Journal
from jofi_async.cli.confirm import confirm, someone_is_there
from jofi_async.cli.errand import Errand, Kind, prepare
from jofi_async.cli.jofi.way import NO_KEY, SANDBOX_LIMIT, Way, key_of, live_way, sandbox_way
from jofi_async.cli.options import JobOptions, table_job_options
from jofi_async.cli.progress import say
from jofi_async.cli.report import tell_end, tell_failure
from jofi_async.cli.run import ExitCode, Run
from jofi_async.core.client import DEFAULT_RATE_LIMIT
from jofi_async.core.errors import ConfigurationError, SetupError
from jofi_async.jofi.bulk import InvitationChecks
from jofi_async.jofi.checks import check_new
from jofi_async.jofi.columns import FIELDS, new_invitation
from jofi_async.jofi.models import Invited, Mode, NewInvitation

_FLAGS = {
    "created_by_user_email": "--inviter",
    "team_id": "--team",
    "assessments_to_assign": "--assessment",
    "email_template_id": "--template",
    "send_via_email": "--no-email",
    "send_via_sms": "--sms",
}


@frozen(kw_only=True)
class InviteOptions(JobOptions):
    """What the options of `jofi invite` say."""

    sandbox: bool
    inviter: str | None
    team: int | None
    assessments: tuple[int, ...]
    template: int | None
    no_email: bool
    sms: bool

    def defaults(self) -> Mapping[str, object]:
        """The fields that are alike on all rows whose cells say nothing else.

        Raises:
            UsageError: One of them cannot be right on any row.
        """
        given = {
            "created_by_user_email": self.inviter,
            "team_id": self.team,
            "assessments_to_assign": list(self.assessments) or None,
            "email_template_id": self.template,
            "send_via_email": False if self.no_email else None,
            "send_via_sms": True if self.sms else None,
        }
        fields = {name: value for name, value in given.items() if value is not None}
        for problem in check_new(fields):
            if problem.field in fields:  # a phone for SMS is a row's matter
                raise ConfigurationError(f"{_FLAGS[problem.field]}: {problem.reason}")
        return fields


@click.command("invite", short_help="Invite everybody in a file.")
@click.option("--sandbox", is_flag=True, help="Invite on a JOFI in memory; nobody is contacted.")
@click.option("--inviter", metavar="EMAIL", help="The JOFI user who invites.")
@click.option("--team", type=int, metavar="ID", help="The team.  [the inviter's]")
@click.option(
    "--assessment", "assessments", type=int, metavar="ID", multiple=True, help="An assessment, repeatable.  [inviter's]"
)
@click.option("--template", type=int, metavar="ID", help="The e-mail template.  [the inviter's]")
@click.option("--no-email", is_flag=True, help="Have JOFI send no e-mail.")
@click.option("--sms", is_flag=True, help="Have JOFI send a text message, too.")
@table_job_options
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
    defaults = options.defaults()
    way = _way(options)
    errand = prepare(screen, options, Kind(FIELDS, new_invitation, _describe), defaults, mode=way.mode if way else "")
    if not options.inviter and "created_by_user_email" not in errand.columns.names:
        raise ConfigurationError("Who invites? Name a JOFI user with --inviter EMAIL")
    path = errand.outcomes_path(options)
    journal_path = options.journal_path(None if way and way.fake else errand.journal_path("jofi"))
    errand.check_apart(path, journal_path)
    settled = frozenset[str]() if options.start_over or journal_path is None else settled_people(journal_path)
    if way is not None and not options.dry_run and not _goes_on(screen, options, way, errand, settled):
        say(screen, "Nothing was sent.")
        return ExitCode.USAGE
    run = Run(errand, screen, None if path is None else partial(errand.open_outcomes, path))
    if way is None or options.dry_run:
        run.rehearse(_CHECKS, share_person_id=options.share_person_id, settled=settled)
    else:
        asyncio.run(_send(options, way, run, options.the_journal(journal_path)))
    if not run.is_void:
        tell_end(Console(), run, path, vendor_says=_in_closing(way, run))
    tell_failure(screen, run)
    return run.exit_code


def _way(options: InviteOptions) -> Way | None:
    """Find the way to JOFI; a dry run needs none."""
    if options.sandbox:
        return sandbox_way(options.api_key_file, options.rate_limit(SANDBOX_LIMIT))
    way = live_way(key_of(options.api_key_file), options.rate_limit(DEFAULT_RATE_LIMIT))
    if way is None and not options.dry_run:
        raise ConfigurationError(NO_KEY)
    return way


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
    facts = {**_facts(errand), "at": way.url}
    return confirm(screen, errand, _CHECKS, facts, share_person_id=options.share_person_id, settled=settled)


def _facts(errand: Errand[NewInvitation, Invited]) -> Mapping[str, str]:
    """What is the same for everybody, or which column says it."""
    names = {field.name: errand.columns.header[place] for field, place in errand.columns.fields}

    def fact(name: str, default: str) -> str:
        value = errand.defaults.get(name)
        otherwise = default if value is None else _in_words(value)
        return f"as column {names[name]!r} says, else {otherwise}" if name in names else otherwise

    return {
        "inviter": fact("created_by_user_email", "refused"),
        "team": fact("team_id", "the inviter's default"),
        "assessments": fact("assessments_to_assign", "the inviter's defaults"),
        "template": fact("email_template_id", "the inviter's default"),
        "e-mail": fact("send_via_email", "yes"),
        "text": fact("send_via_sms", "no"),
    }


def _in_words(value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(map(str, cast("list[object]", value)))
        case _:
            return str(value)


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
            f"The sandbox holds {len(way.fake.invitations):,} invitations, and would have sent "
            f"{kinds['email']:,} e-mails and {kinds['sms']:,} texts."
        )
    if way.client.mode is Mode.TEST:
        yield "This was a test key: JOFI's answers are made up, and nobody was contacted."
    if isinstance(run.error, SetupError):
        yield "`jofi check --inviter EMAIL` tells what else is missing before anybody can be invited."


def _describe(item: Invited) -> Mapping[str, object]:
    return {"invitation_id": item.id, "assessment_url": item.assessment_url}


_CHECKS = InvitationChecks(validate=True)
