"""What an account has, read: itself, users, teams, assessments, e-mail templates, score profiles."""

from jofi_async.core.operation import Operation
from jofi_async.jofi.models import (
    Account,
    AssessmentList,
    EmailTemplateList,
    ScoreProfileList,
    TeamList,
    UserList,
)
from jofi_async.jofi.resources.calls import Resource

_ACCOUNT = Operation("accounts.get", "GET", "/accounts", repeatable=True)
_USERS = Operation("users.list", "GET", "/users", repeatable=True)
_TEAMS = Operation("teams.list", "GET", "/teams", repeatable=True)
_ASSESSMENTS = Operation("assessments.list", "GET", "/assessments", repeatable=True)
_EMAIL_TEMPLATES = Operation("email_templates.list", "GET", "/email-templates", repeatable=True)
_SCORE_PROFILES = Operation("score_profiles.list", "GET", "/score-profiles", repeatable=True)


class Accounts(Resource):
    """The account of the key, as `client.accounts`."""

    async def get(self) -> Account:
        """Read the account: names, counts, the live webhook. The cheapest call that proves a key.

        Raises:
            AuthenticationError: JOFI does not know the key.
            CallError: See `jofi_async.core.errors`.
        """
        return await self._calls.read(_ACCOUNT, Account)


class Users(Resource):
    """JOFI users of the account, who may invite, as `client.users`."""

    async def list(self) -> UserList:
        """List the users. JOFI's page could not be read, so see `UserListItem` for what is documented.

        Returns:
            One answer; `has_more` tells whether JOFI cut it.

        Raises:
            CallError: See `jofi_async.core.errors`.
        """
        return await self._calls.list(_USERS, UserList)


class Teams(Resource):
    """Teams of the account, as `client.teams`."""

    async def list(self) -> TeamList:
        """List the teams (page "Teams").

        Returns:
            One answer; `has_more` tells whether JOFI cut it.

        Raises:
            CallError: See `jofi_async.core.errors`.
        """
        return await self._calls.list(_TEAMS, TeamList)


class Assessments(Resource):
    """JOFI's assessments, as `client.assessments`."""

    async def list(self) -> AssessmentList:
        """List the assessments: the real catalog, also under a test key, which `mode` still tells (page "API keys").

        Returns:
            One answer; `id` is what `assessments_to_assign` takes.

        Raises:
            CallError: See `jofi_async.core.errors`.
        """
        return await self._calls.list(_ASSESSMENTS, AssessmentList)


class EmailTemplates(Resource):
    """E-mail templates of the account, as `client.email_templates`."""

    async def list(self) -> EmailTemplateList:
        """List the account's own templates and the system templates that are enabled for it (page "Email templates").

        Returns:
            One answer; `has_more` tells whether JOFI cut it.

        Raises:
            CallError: See `jofi_async.core.errors`.
        """
        return await self._calls.list(_EMAIL_TEMPLATES, EmailTemplateList)


class ScoreProfiles(Resource):
    """System score profiles that are enabled for the account, as `client.score_profiles`."""

    async def list(self) -> ScoreProfileList:
        """List the score profiles (page "Score profiles").

        Returns:
            One answer; `short_name` is what `test_takers.scorecard` takes.

        Raises:
            CallError: See `jofi_async.core.errors`.
        """
        return await self._calls.list(_SCORE_PROFILES, ScoreProfileList)
