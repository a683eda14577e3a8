"""The checklist itself: what each item of seed 001 makes of the facts.

An item passes only for what was seen. What no route shows, what a test key is answered with, and what lies beyond the
end of a cut list cannot be known.
"""

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from attrs import evolve, frozen

from jofi_async.jofi.checks import NOT_WITH_PRESCREEN, PRESCREEN
from jofi_async.jofi.defaults import Default, DefaultState, UserDefaults, read_defaults
from jofi_async.jofi.models import EmailTemplateListItem, Mode, Page, UserListItem
from jofi_async.jofi.setup.facts import REJECTED, Facts, Unseen, open_to_others
from jofi_async.jofi.setup.report import CheckStatus, SetupItem, SetupReport

SHOWN = 3
"""How many names are written out."""


@frozen
class Check:
    """An item before its status is known; see `SetupItem`."""

    name: str
    section: str
    title: str
    looked_at: str

    def passed(self, found: str) -> SetupItem:
        """It is as it should be."""
        return self._item(CheckStatus.PASSED, found)

    def failed(self, found: str, next_step: str) -> SetupItem:
        """It is not as it should be."""
        return self._item(CheckStatus.FAILED, found, next_step)

    def warns(self, found: str, next_step: str) -> SetupItem:
        """It may be meant so."""
        return self._item(CheckStatus.WARNING, found, next_step)

    def unknown(self, found: str, next_step: str) -> SetupItem:
        """No answer tells."""
        return self._item(CheckStatus.CANNOT_BE_KNOWN, found, next_step)

    def unseen(self, why: Unseen) -> SetupItem:
        """It could not be looked at."""
        looked_at = NOTHING if why.error is None else self.looked_at
        return evolve(self.unknown(why.why, why.next_step), looked_at=looked_at, error=why.error)

    def _item(self, status: CheckStatus, found: str, next_step: str = "") -> SetupItem:
        return SetupItem(
            name=self.name,
            section=self.section,
            title=self.title,
            looked_at=self.looked_at,
            status=status,
            found=found,
            next_step=next_step,
        )


NOTHING = "nothing"
CREDENTIALS = "Credentials"
STRUCTURE = "Account structure"
DEFAULTS = "Inviter defaults"
WEBHOOKS = "Webhooks (optional)"
RECOMMENDED = "Recommended"

KEY = Check("key", CREDENTIALS, "API key", "the key")
KEY_FORM = Check("key_form", CREDENTIALS, "Key's form", "the key")
KEY_MODE = Check("key_mode", CREDENTIALS, "Live key", "the key")
KEY_ACCEPTED = Check("key_accepted", CREDENTIALS, "Key accepted", "GET /accounts")
OTHER_KEY = Check("other_key", CREDENTIALS, "The other key", NOTHING)
KEY_STORED = Check("key_stored", CREDENTIALS, "Key stored securely", "the key file")
TEAMS = Check("teams", STRUCTURE, "At least one team", "GET /teams")
USERS = Check("users", STRUCTURE, "At least one user", "GET /users")
INVITER = Check("inviter", STRUCTURE, "Inviter on the account", "GET /users")
TEAM = Check("default_team", DEFAULTS, "Default team", "GET /users, GET /teams")
ASSESSMENTS = Check("default_assessments", DEFAULTS, "Default assessments", "GET /users, GET /assessments")
TEMPLATE = Check("default_template", DEFAULTS, "Default template", "GET /users, GET /email-templates")
LIVE_WEBHOOK = Check("live_webhook", WEBHOOKS, "Live webhook", "GET /accounts")
TEST_WEBHOOK = Check("test_webhook", WEBHOOKS, "Test webhook", NOTHING)
WALK_THROUGH = Check("walk_through", RECOMMENDED, "Walk-through", NOTHING)

_DEFAULTS = (TEAM, ASSESSMENTS, TEMPLATE)
_NOT_THERE = Unseen("no such user was found", "mend that first")
_NOT_NAMED = Unseen("no inviter was named", "name everybody who will invite")
_NO_FILE = Unseen("the key came from no file", "keep it out of source control and of client-side code")
_LOOK_IN_JOFI = "look it up in the user's settings in JOFI"


def judge(facts: Facts, inviters: Sequence[str]) -> SetupReport:
    """Go through the checklist.

    Args:
        facts: What was looked at.
        inviters: The addresses of those who will invite.
    """
    items = [*_credentials(facts), *_structure(facts)]
    for inviter in inviters:
        items += (evolve(item, subject=inviter) for item in _inviter(facts, inviter))
    if not inviters:
        items.append(INVITER.unseen(_NOT_NAMED))
    return SetupReport((*items, *_webhooks(facts), *_only_a_person()))


def _credentials(facts: Facts) -> Iterator[SetupItem]:
    key = facts.key
    if not key.present:
        yield KEY.failed("there is none", "ask your JOFI representative for one, and set JOFI_API_KEY")
    else:
        yield KEY.passed("a key was given")
        yield _key_form(facts)
        yield _key_mode(facts)
        yield _key_accepted(facts)
        other = "live" if key.mode is Mode.TEST else "test"
        yield OTHER_KEY.unknown(f"the {other} key was not given", f"run this again with the {other} key")
        yield _key_stored(facts)


def _key_form(facts: Facts) -> SetupItem:
    if facts.key.well_formed:
        return KEY_FORM.passed(f"it begins with sk_{facts.key.mode}_")
    return KEY_FORM.failed("it is not of the form sk_live_... or sk_test_...", "see whether it was copied whole")


def _key_mode(facts: Facts) -> SetupItem:
    match facts.key.mode:
        case Mode.LIVE:
            return KEY_MODE.passed("a live key: it creates real records")
        case Mode.TEST:
            return KEY_MODE.warns(
                "a test key: JOFI answers with made-up objects", "run this again with the live key before going live"
            )
        case _:
            return KEY_MODE.unknown("the key does not say", "see whether it was copied whole")


def _key_accepted(facts: Facts) -> SetupItem:
    account = facts.account
    if not isinstance(account, Unseen):
        made_up = account.mode is Mode.TEST
        return KEY_ACCEPTED.passed("in test mode" if made_up else f"account {account.id}, {account.display_name}")
    if isinstance(account.error, REJECTED):
        failed = KEY_ACCEPTED.failed(account.error.message, "check the key, and JOFI_BASE_URL if it is set")
        return evolve(failed, error=account.error)
    return KEY_ACCEPTED.unseen(account)


def _key_stored(facts: Facts) -> SetupItem:
    if facts.key_file is None:
        return KEY_STORED.unseen(_NO_FILE)
    others = open_to_others(facts.key_file)
    if isinstance(others, Unseen):
        return KEY_STORED.unseen(others)
    if others:
        return KEY_STORED.failed(f"others can read {facts.key_file}", f"chmod 600 {facts.key_file}")
    return KEY_STORED.passed("only its owner can read the key file")


def _structure(facts: Facts) -> Iterator[SetupItem]:
    for check, page, one in ((TEAMS, facts.teams, "team"), (USERS, facts.users, "user")):
        if isinstance(page, Unseen):
            yield check.unseen(page)
        elif page.total_count < 1:
            yield check.failed(f"the account has no {one}", f"ask your JOFI representative for a {one}")
        else:
            yield check.passed(f"{page.total_count:,} {one}{'s' * (page.total_count > 1)}")


def _inviter(facts: Facts, inviter: str) -> Iterator[SetupItem]:
    if isinstance(facts.users, Unseen):
        yield from (check.unseen(facts.users) for check in (INVITER, *_DEFAULTS))
        return
    user = _find_user(facts.users, inviter)
    if user is None:
        yield _not_found(facts.users)
        yield from (check.unseen(_NOT_THERE) for check in _DEFAULTS)
        return
    yield INVITER.passed(f"user {user.id}" if user.id is not None else "a user of the account")
    defaults = read_defaults(user)
    yield _default_team(facts, defaults.team)
    yield _default_assessments(facts, defaults.assessments)
    yield _default_template(facts, defaults)


def _find_user(users: Page[UserListItem], inviter: str) -> UserListItem | None:
    wanted = inviter.strip().casefold()
    return next((user for user in users.data if (user.email or "").strip().casefold() == wanted), None)


def _not_found(users: Page[UserListItem]) -> SetupItem:
    if users.has_more:
        found = f"not among the {len(users.data):,} of {users.total_count:,} users that JOFI shows"
        return INVITER.unknown(found, "look the user up in JOFI")
    if users.data and not any(user.email for user in users.data):
        return INVITER.unknown("JOFI shows no user's address", "look the user up in JOFI")
    return INVITER.failed("no user of the account has this address", "correct the address, or have the user added")


def _default_team(facts: Facts, default: Default) -> SetupItem:
    if item := _not_to_be_read(TEAM, default, "team_id"):
        return item
    [team_id] = default.ids[:1]
    if isinstance(facts.teams, Unseen):
        return TEAM.unseen(facts.teams)
    team = _by_id(facts.teams, team_id)
    if team is None:
        return _beyond(TEAM, facts.teams, f"team {team_id}", "a team of the account")
    return TEAM.passed(f"{team_id}, {team.display_name}")


def _default_assessments(facts: Facts, default: Default) -> SetupItem:
    if item := _not_to_be_read(ASSESSMENTS, default, "assessments_to_assign"):
        return item
    catalog = facts.assessments
    if isinstance(catalog, Unseen):
        return ASSESSMENTS.unseen(catalog)
    for test_id in default.ids:
        if _by_id(catalog, test_id) is None:
            return _beyond(ASSESSMENTS, catalog, f"assessment {test_id}", "assessments of the catalog")
    if PRESCREEN in default.ids and NOT_WITH_PRESCREEN.intersection(default.ids):
        return ASSESSMENTS.failed(
            "Prescreen (1) is mixed with others (6, 7, 8)", "have either Prescreen or the others set in JOFI"
        )
    names = [str(one.short_name or one.id) for test_id in default.ids if (one := _by_id(catalog, test_id))]
    return ASSESSMENTS.passed(_some(names))


def _default_template(facts: Facts, defaults: UserDefaults) -> SetupItem:
    default = defaults.email_template
    if item := _not_to_be_read(TEMPLATE, default, "email_template_id"):
        return item
    [template_id] = default.ids[:1]
    if isinstance(facts.templates, Unseen):
        return TEMPLATE.unseen(facts.templates)
    template = _by_id(facts.templates, template_id)
    if template is None:
        return _beyond(TEMPLATE, facts.templates, f"template {template_id}", "an invitation template of the account")
    return _template(template, defaults.team)


def _template(template: EmailTemplateListItem, team: Default) -> SetupItem:
    name = f"{template.id}, {template.display_name}"
    if template.type is None or template.team_ids is None:
        return TEMPLATE.unknown(f"{name}: JOFI does not show its type and teams", _LOOK_IN_JOFI)
    if template.type != "invitation":
        return TEMPLATE.failed(f"{name}: its type is {template.type}", "have an invitation template set in JOFI")
    teams = _some(list(map(str, template.team_ids)))
    if not template.team_ids:
        return TEMPLATE.passed(f"{name}, for all teams")
    if not team.ids:
        return TEMPLATE.unknown(f"{name}, for team {teams}, and the inviter's is not known", _LOOK_IN_JOFI)
    if team.ids[0] not in template.team_ids:
        return TEMPLATE.failed(
            f"{name}, for team {teams}, not {team.ids[0]}", "have a template of the default team set in JOFI"
        )
    return TEMPLATE.passed(f"{name}, for team {team.ids[0]}")


def _not_to_be_read(check: Check, default: Default, override: str) -> SetupItem | None:
    """What is said of a default without an id; None where there is one."""
    if default.state is DefaultState.MISSING:
        return check.failed("none is set", f"set it in JOFI, or give {override} with each invitation")
    if default.state is DefaultState.UNKNOWN:
        return check.unknown("JOFI's answer has no field that is known to tell", _LOOK_IN_JOFI)
    if not default.ids:
        return check.unknown(f"one is set, and its id cannot be read in {default.field}", _LOOK_IN_JOFI)
    return None


def _beyond(check: Check, page: Page[Any], what: str, wanted: str) -> SetupItem:
    """What is said of an id that a list does not show."""
    if page.has_more:
        return check.unknown(f"{what} is not among the {len(page.data):,} that JOFI shows", _LOOK_IN_JOFI)
    return check.failed(f"{what} is not in the list", f"have {wanted} set in JOFI")


def _some(names: Sequence[str]) -> str:
    """The first few names."""
    return ", ".join(names[:SHOWN]) + f" and {len(names) - SHOWN} more" * (len(names) > SHOWN)


def _by_id(page: Page[Any], wanted: int) -> Any:
    return next((one for one in page.data if one.id == wanted), None)


def _webhooks(facts: Facts) -> Iterator[SetupItem]:
    yield _live_webhook(facts)
    yield TEST_WEBHOOK.unknown("no route shows it", "ask a JOFI admin to send a test event to it")


def _live_webhook(facts: Facts) -> SetupItem:
    account = facts.account
    if isinstance(account, Unseen):
        return LIVE_WEBHOOK.unseen(account)
    if account.mode is Mode.TEST or facts.key.mode is Mode.TEST:
        return LIVE_WEBHOOK.unknown("a test key is answered with a made-up account", "run this with the live key")
    url, enabled = account.webhook_endpoint, account.webhooks_enabled
    if url is None and enabled:
        return LIVE_WEBHOOK.failed("deliveries are on, and there is no valid URL", "have JOFI correct the endpoint")
    if url is None:
        return LIVE_WEBHOOK.warns("none is set", "ask JOFI to set one, or poll the routes")
    if urlsplit(url).scheme != "https":
        return LIVE_WEBHOOK.failed("its URL is not https", "have JOFI set an https URL")
    if enabled is None:
        return LIVE_WEBHOOK.unknown("it is set, and JOFI does not show whether it is on", "ask JOFI")
    if not enabled:
        return LIVE_WEBHOOK.failed("it is set, and deliveries are off", "have JOFI turn deliveries on")
    return LIVE_WEBHOOK.passed(f"https, on, at {urlsplit(url).hostname}")


def _only_a_person() -> Iterator[SetupItem]:
    yield WALK_THROUGH.unknown(
        "only a person can tell", "have JOFI send you an invitation, and go through it to CareerNavigation.org"
    )
