"""`jofi invitations`: list, get, create and update, one at a time."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from jofi_async.bulk.outcome import OutcomeKind
from jofi_async.bulk.verdict import verdict_on
from jofi_async.cli.confirm import agrees, someone_is_there
from jofi_async.cli.instant import Instant
from jofi_async.cli.jofi.ask import Asked, asked_of, asks, run, with_options
from jofi_async.cli.jofi.reads import CUSTOM_ID, EMAIL, ID, NAME, shows, tell_list
from jofi_async.cli.jofi.way import Way
from jofi_async.cli.progress import say
from jofi_async.cli.run import ExitCode
from jofi_async.cli.show import day, show_one
from jofi_async.cli.table import Column
from jofi_async.core.errors import ConfigurationError
from jofi_async.jofi.bulk import Ensured
from jofi_async.jofi.models import Mode

NARROW = "read all with --all, or narrow with --custom-id or --email"
COLUMNS = [
    ID,
    Column("Created", lambda item: day(item.created_at), whole=True),
    NAME,
    EMAIL,
    CUSTOM_ID,
    Column("Accepted", lambda item: item.accepted_at is not None),
]
READ = Column("Read", lambda item: day(item.read_at), spare=True)
CLEARABLE = {
    "phone": "phone",
    "custom-id": "custom_id",
    "person-id": "person_id",
    "ref-text": "ref_text",
    "template": "email_template_id",
    "congrats-template": "congrats_email_template_id",
}
"""What an update may set to null: the option's name, and the field's."""

_PERSON = (
    click.option("--first-name", metavar="TEXT", help="Participant first name."),
    click.option("--last-name", metavar="TEXT", help="Participant last name."),
    click.option("--email", metavar="EMAIL", help="Participant e-mail address."),
)
_FIELDS = (
    click.option("--phone", metavar="TEXT", help="Participant phone; needed for SMS."),
    click.option("--custom-id", metavar="TEXT", help="Your grouping identifier, at most 50 characters."),
    click.option("--person-id", metavar="TEXT", help="Your identifier for this participant."),
    click.option("--ref-text", metavar="TEXT", help="Reference text for some templates, at most 60 characters."),
    click.option("--assessment", "assessments", type=int, multiple=True, metavar="ID", help="Assessment, repeatable."),
    click.option("--template", "email_template_id", type=int, metavar="ID", help="The invitation template."),
    click.option("--send-email/--no-email", "send_via_email", default=None, help="Whether JOFI sends an e-mail."),
    click.option("--sms/--no-sms", "send_via_sms", default=None, help="Whether JOFI sends a text message."),
)


@click.group("invitations", short_help="Invitations, one at a time: list, get, create, update.")
def invitations() -> None:
    """List, get, create and update invitations, one at a time. `jofi invite` invites everybody in a file."""


@invitations.command("list")
@click.option("--custom-id", metavar="TEXT", help="Only those whose custom_id has this in it.")
@click.option("--email", metavar="TEXT", help="Only those whose address has this in it.")
@click.option("--all", "everything", is_flag=True, help="All of them, in many requests; JSON is one object a line.")
@click.option(
    "--mirror",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="All, and ask only for what FILE does not know yet.",
)
@click.option("--since", type=Instant(), metavar="DATE[TIME]", help="Only those created then or later; with --mirror.")
@click.option("--fresh", is_flag=True, help="Read all again, and bring the mirror up to date; with --mirror.")
@asks
def list_(
    custom_id: str | None,
    email: str | None,
    everything: bool,
    mirror: Path | None,
    since: datetime | None,
    fresh: bool,
    **given: Any,
) -> int:
    """List the newest invitations: 50, or 150 with a filter; JOFI has no next page.

    With --all, parts are asked for until as many are known as JOFI counts. A table and CSV are sorted, the newest
    first; JSON lines come as they are read, in no order. What was read is shown also when some are missing.

    With --mirror, what is read is kept in FILE, and the next time only what is new is asked for; read_at says when each
    was as it is shown. The FILE is made at the first time; it holds personal data, of one account.

    \b
    Examples:
      jofi invitations list --custom-id REQ-17
      jofi invitations list --all --json > all.jsonl
      jofi invitations list --mirror acme.mirror --csv > all.csv
      jofi invitations list --mirror acme.mirror --since 2026-12-11T06:00

    \b
    Exit codes: 0 all that was asked for, 4 some are missing: run again,
    5 key or mirror, 2 usage, 130 or 143 stopped by a signal.
    """  # noqa: D301
    asked = asked_of(given)
    if everything or mirror is not None or since is not None or fresh:
        from jofi_async.cli.jofi.listed import Wanted
        from jofi_async.cli.jofi.reading import Reading  # slow to import, as SQLite is

        wanted = Wanted(custom_id, email, mirror, since, fresh)
        columns = COLUMNS if mirror is None else [*COLUMNS, READ]
        reading = Reading(wanted, asked.form, columns, Console(stderr=True))
        return run(asked.way(), reading.read, reading.tell)
    return run(
        asked.way(),
        lambda client: client.invitations.list(custom_id=custom_id, email=email),
        lambda page: tell_list(page, COLUMNS, asked, NARROW),
    )


invitations.add_command(
    shows("get", "invitation_id", lambda client, number: client.invitations.get(number), "Show one invitation.")
)


@invitations.command("create")
@with_options(*_PERSON, *_FIELDS)
@click.option("--inviter", "created_by_user_email", required=True, metavar="EMAIL", help="The JOFI user who invites.")
@click.option("--team", "team_id", type=int, metavar="ID", help="The team.  [the inviter's]")
@click.option("--yes", is_flag=True, help="Do not ask before a real person is invited.")
@asks
def create(yes: bool, **given: Any) -> int:
    """Invite one person; JOFI contacts them at once, unless told not to.

    What got no answer is looked for before it is sent again, so nobody is invited twice.

    \b
    Exit codes: 0 invited now or before, 3 refused, 4 not known or not sent:
    run again, 5 key, account or inviter, 2 usage or your "no".
    """  # noqa: D301
    asked, fields = asked_of(given), _fields(given)
    for name in ("first_name", "last_name", "email"):
        if name not in fields:
            raise ConfigurationError(f"--{name.replace('_', '-')} is missing")
    way = asked.way()
    if not (yes or _agreed(way, str(fields["email"]))):
        say(Console(stderr=True), "Nothing was sent.")
        return ExitCode.USAGE
    new: Any = fields
    return run(way, lambda client: client.invitations.ensure(**new), lambda outcome: _tell(outcome, asked))


@invitations.command("update")
@click.argument("invitation_id", type=int)
@with_options(*_PERSON, *_FIELDS)
@click.option(
    "--congrats/--no-congrats", "send_congrats_notification", default=None, help="Whether JOFI congratulates."
)
@click.option(
    "--congrats-template", "congrats_email_template_id", type=int, metavar="ID", help="The congrats template."
)
@click.option("--clear", multiple=True, type=click.Choice(list(CLEARABLE)), help="Set a field to nothing, repeatable.")
@asks
def update(invitation_id: int, clear: tuple[str, ...], **given: Any) -> int:
    """Change some fields of one invitation; only what is given is sent."""
    asked, fields = asked_of(given), _fields(given)
    for name in clear:
        if CLEARABLE[name] in fields:
            raise ConfigurationError(f"--{name} and --clear {name} do not go together")
        fields[CLEARABLE[name]] = None
    changes: Any = fields
    return run(
        asked.way(),
        lambda client: client.invitations.update(invitation_id, **changes),
        lambda invitation: show_one(invitation, asked.form),
    )


def _fields(given: Mapping[str, Any]) -> dict[str, object]:
    """The fields that were given, by their names in code."""
    fields = {name: value for name, value in given.items() if value is not None and name != "assessments"}
    if given["assessments"]:
        fields["assessments_to_assign"] = list(given["assessments"])
    return fields


def _agreed(way: Way, email: str) -> bool:
    """Whether to send: a person who is there is asked before another is contacted."""
    if way.fake is not None or way.client.mode is Mode.TEST or not someone_is_there():
        return True
    return agrees(Console(stderr=True), f"This contacts a real person. Invite {email} at {way.url}? [y/N] ")


def _tell(outcome: Ensured, asked: Asked) -> int:
    if outcome.item is not None:
        show_one(outcome.item, asked.form)
    reason = "".join(f": {part}" for part in (outcome.field, outcome.reason) if part)
    say(Console(stderr=True), f"{outcome.kind.value.replace('_', ' ').capitalize()}{reason}")
    match outcome.kind:
        case OutcomeKind.REFUSED:
            return ExitCode.SOME_REFUSED
        case OutcomeKind.UNKNOWN | OutcomeKind.NOT_ATTEMPTED:
            stops = outcome.error is not None and verdict_on(outcome.error, sent=True).stops
            return ExitCode.CANNOT_GO_ON if stops else ExitCode.RUN_AGAIN
        case _:
            return ExitCode.DONE
