"""What commands share that may invite everybody in a file: options, the way to JOFI, and what is alike for all."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

import click
from attrs import frozen
from rich.console import Console

from jofi_async.cli.errand import Errand, Kind, prepare
from jofi_async.cli.jofi.way import NO_KEY, SANDBOX_LIMIT, Way, key_of, live_way, sandbox_way
from jofi_async.cli.options import JobOptions, table_job_options
from jofi_async.core.client import DEFAULT_RATE_LIMIT
from jofi_async.core.errors import ConfigurationError
from jofi_async.jofi.bulk import InvitationChecks
from jofi_async.jofi.checks import check_new
from jofi_async.jofi.columns import FIELDS, new_invitation
from jofi_async.jofi.models import Invited, NewInvitation

F = TypeVar("F", bound=Callable[..., Any])

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


_OPTIONS = (
    click.option("--sandbox", is_flag=True, help="Invite on a JOFI in memory; nobody is contacted."),
    click.option("--inviter", metavar="EMAIL", help="The JOFI user who invites."),
    click.option("--team", type=int, metavar="ID", help="The team.  [the inviter's]"),
    click.option(
        "--assessment",
        "assessments",
        type=int,
        metavar="ID",
        multiple=True,
        help="An assessment, repeatable.  [inviter's]",
    ),
    click.option("--template", type=int, metavar="ID", help="The e-mail template.  [the inviter's]"),
    click.option("--no-email", is_flag=True, help="Have JOFI send no e-mail."),
    click.option("--sms", is_flag=True, help="Have JOFI send a text message, too."),
)


def invite_options(command: F) -> F:
    """Add the options to a command."""
    command = table_job_options(command)
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def way_of(options: InviteOptions) -> Way | None:
    """Find the way to JOFI; a dry run needs none."""
    if options.sandbox:
        return sandbox_way(options.api_key_file, options.rate_limit(SANDBOX_LIMIT))
    way = live_way(key_of(options.api_key_file), options.rate_limit(DEFAULT_RATE_LIMIT))
    if way is None and not options.dry_run:
        raise ConfigurationError(NO_KEY)
    return way


def errand_of(screen: Console, options: InviteOptions, way: Way | None) -> Errand[NewInvitation, Invited]:
    """Read the table once, and make sure that somebody invites.

    Raises:
        UsageError: It cannot be used.
    """
    kind = Kind(FIELDS, new_invitation, _describe)
    errand = prepare(screen, options, kind, options.defaults(), mode=way.mode if way else "")
    if not options.inviter and "created_by_user_email" not in errand.columns.names:
        raise ConfigurationError("Who invites? Name a JOFI user with --inviter EMAIL")
    return errand


def facts_of(errand: Errand[NewInvitation, Invited]) -> Mapping[str, str]:
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


def _describe(item: Invited) -> Mapping[str, object]:
    return {"invitation_id": item.id, "assessment_url": item.assessment_url}


CHECKS = InvitationChecks(validate=True)
