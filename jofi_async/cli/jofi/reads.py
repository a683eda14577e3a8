"""The commands that only look: account, users, teams, assessments, templates, and what comes of invitations."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import click
from rich.console import Console

from jofi_async.cli.jofi.ask import Asked, asked_of, asks, run
from jofi_async.cli.progress import say
from jofi_async.cli.show import Form, day, show_list, show_one
from jofi_async.cli.table import Column
from jofi_async.jofi.client import JofiClient
from jofi_async.jofi.defaults import Default, DefaultState, read_defaults
from jofi_async.jofi.models import EmailTemplateListItem, Page, UserListItem

Read = Callable[[JofiClient], Awaitable[Any]]

ID = Column("ID", lambda item: item.id, number=True)
NAME = Column("Name", lambda item: f"{item.first_name or ''} {item.last_name or ''}".strip())
EMAIL = Column("E-mail", lambda item: item.email)
DISPLAY_NAME = Column("Name", lambda item: item.display_name)
SHORT_NAME = Column("Short name", lambda item: item.short_name)
CUSTOM_ID = Column("custom_id", lambda item: item.custom_id)
INVITED = Column("Invited", lambda item: day(item.invitation_created_at))
PROFILE = Column("Profile", lambda item: item.career_navigation_profile_id is not None)


def lists(name: str, read: Read, columns: Sequence[Column], text: str) -> click.Command:
    """Make a command that shows a list."""

    @asks
    def command(**given: Any) -> int:
        asked = asked_of(given)
        return run(asked.way(), read, lambda page: tell_list(page, columns, asked))

    return click.command(name, help=text)(command)


def shows(
    name: str, argument: str, read: Callable[[JofiClient, Any], Awaitable[Any]], text: str, kind: type[int | str] = int
) -> click.Command:
    """Make a command that shows one object by its id."""

    @click.argument("object_id", metavar=argument.upper(), type=kind)
    @asks
    def command(object_id: Any, **given: Any) -> int:
        asked = asked_of(given)
        return run(asked.way(), lambda client: read(client, object_id), lambda item: show_one(item, asked.form))

    return click.command(name, help=text)(command)


def tell_list(page: Page[Any], columns: Sequence[Column], asked: Asked, narrow: str = "") -> None:
    """Show a list, and say on the other stream when JOFI cut it.

    Args:
        page: The list.
        columns: Those of the table.
        asked: In which form.
        narrow: How to narrow the list, as the end of a sentence.
    """
    show_list(page, columns, asked.form)
    if page.has_more:
        way_on = f": {narrow}" if narrow else "; JOFI has no way to ask for the rest"
        say(Console(stderr=True), f"{len(page.data):,} of {page.total_count:,} shown{way_on}.")
    elif asked.form is Form.TABLE and page.data:
        say(Console(stderr=True), f"{page.total_count:,} shown.")


def _default(default: Default) -> str:
    if default.state is DefaultState.UNKNOWN:
        return "not shown"
    return ", ".join(map(str, default.ids)) or ("none" if default.state is DefaultState.MISSING else "set")


def _user_default(name: str) -> Callable[[UserListItem], str]:
    return lambda user: _default(getattr(read_defaults(user), name))


def _teams(template: EmailTemplateListItem) -> str:
    if template.team_ids is None:
        return ""
    return ", ".join(map(str, template.team_ids)) or "all"


@click.command("account")
@asks
def account(**given: Any) -> int:
    """Show the account: its counts, its live webhook."""
    asked = asked_of(given)
    return run(asked.way(), lambda client: client.accounts.get(), lambda item: show_one(item, asked.form))


users = lists(
    "users",
    lambda client: client.users.list(),
    [
        ID,
        Column("E-mail", lambda user: user.email, whole=True),
        Column("Team", _user_default("team")),
        Column("Assessments", _user_default("assessments")),
        Column("Template", _user_default("email_template")),
    ],
    "List the users who may invite, and their defaults.",
)
teams = lists(
    "teams",
    lambda client: client.teams.list(),
    [
        ID,
        DISPLAY_NAME,
        Column("Users", lambda team: team.users_count, number=True),
        Column("Invitations", lambda team: team.invitations_count, number=True),
        Column("Test takers", lambda team: team.test_takers_count, number=True),
    ],
    "List the teams of the account.",
)
assessments = lists(
    "assessments",
    lambda client: client.assessments.list(),
    [ID, SHORT_NAME, DISPLAY_NAME],
    "List the assessments that can be assigned.",
)
templates = lists(
    "templates",
    lambda client: client.email_templates.list(),
    [ID, Column("Type", lambda template: template.type), DISPLAY_NAME, Column("Teams", _teams)],
    "List the e-mail templates of the account.",
)
score_profiles = lists(
    "score-profiles",
    lambda client: client.score_profiles.list(),
    [ID, SHORT_NAME, DISPLAY_NAME],
    "List what a scorecard can be held against.",
)


@click.group("test-takers", short_help="Those who accepted: list, get, scorecard, ...")
def test_takers() -> None:
    """Look at people who accepted their invitation, and at their scores."""


@click.group("career-profiles", short_help="Career navigation profiles: list, get.")
def career_profiles() -> None:
    """Look at career navigation profiles."""


@test_takers.command("scorecard")
@click.argument("test_taker_id", type=int)
@click.option("--sp", required=True, metavar="SHORT_NAME", help="A score profile; see `jofi score-profiles`.")
@asks
def scorecard(test_taker_id: int, sp: str, **given: Any) -> int:
    """Show how a test taker fits a score profile."""
    asked = asked_of(given)
    return run(
        asked.way(),
        lambda client: client.test_takers.scorecard(test_taker_id, sp=sp),
        lambda card: show_one(card, asked.form),
    )


test_takers.add_command(
    lists(
        "list",
        lambda client: client.test_takers.list(),
        [ID, INVITED, NAME, EMAIL, CUSTOM_ID, PROFILE],
        "List the newest test takers.",
    )
)
test_takers.add_command(
    shows("get", "test_taker_id", lambda client, number: client.test_takers.get(number), "Show one test taker.")
)
test_takers.add_command(
    shows(
        "job-fit-report",
        "test_taker_id",
        lambda client, number: client.test_takers.job_fit_report(number),
        "Show a test taker's job fit report.",
    )
)
career_profiles.add_command(
    lists(
        "list",
        lambda client: client.career_navigation_profiles.list(),
        [ID, INVITED, NAME, EMAIL, CUSTOM_ID],
        "List the newest career navigation profiles.",
    )
)
career_profiles.add_command(
    shows(
        "get",
        "profile_id",
        lambda client, text: client.career_navigation_profiles.get(text),
        "Show one career navigation profile.",
        str,
    )
)
