"""The data a fake holds: accounts and what belongs to them."""

from collections.abc import Iterable
from typing import Literal, TypeVar

from attrs import define, field

from jofi_async.jofi.fake.records import (
    Account,
    Assessment,
    EmailTemplate,
    Invitation,
    Record,
    ScoreProfile,
    Team,
    User,
)

R = TypeVar("R", bound=Record)

# The examples of the page "Score profiles".
SCORE_PROFILES = (
    (201, "JOFI-112-CE", "Management Zone 2"),
    (202, "JOFI-113-CE", "Management Zone 3"),
    (295, "JOFI-295-AS", "Healthcare Practitioners and Technical Zone 5"),
    (296, "JOFI-534-CR", "Transportation and Material Moving Zone 4"),
)


def find(records: Iterable[R], record_id: int | None) -> R | None:
    """Return the record with this id, if any."""
    return next((record for record in records if record.id == record_id), None)


@define(kw_only=True, repr=False)
class World:
    """All records, and the next ids.

    `invitations` is in the order of storing; add to it with `store` only. The first ids are those of seed 000.
    """

    accounts: list[Account] = field(factory=list[Account])
    teams: list[Team] = field(factory=list[Team])
    users: list[User] = field(factory=list[User])
    email_templates: list[EmailTemplate] = field(factory=list[EmailTemplate])
    assessments: list[Assessment] = field(factory=list[Assessment])
    score_profiles: list[ScoreProfile] = field(factory=list[ScoreProfile])
    invitations: dict[int, Invitation] = field(factory=dict[int, Invitation], init=False)
    next_invitation_id: int = 12345
    next_test_taker_id: int = 12345
    next_profile_number: int = 1234567890
    next_assigned_id: int = 11111
    _by_email: dict[str, list[int]] = field(factory=dict[str, list[int]], init=False, eq=False)

    def store(self, invitation: Invitation) -> None:
        """Add an invitation, or take note that its address changed."""
        self.invitations[invitation.id] = invitation
        known = self._by_email.setdefault(invitation.email.lower(), [])
        if invitation.id not in known:
            known.append(invitation.id)
        self.next_invitation_id = max(self.next_invitation_id, invitation.id + 1)
        self.next_test_taker_id = max(self.next_test_taker_id, (invitation.test_taker_id or 0) + 1)

    def account_with_key(self, key: str) -> Account | None:
        """Return the account a key belongs to."""
        return next((account for account in self.accounts if key in account.keys), None)

    def invitations_of(self, account: Account) -> list[Invitation]:
        """Return an account's invitations, in the order of storing."""
        return [invitation for invitation in self.invitations.values() if invitation.account_id == account.id]

    def invitations_to(self, account: Account, email: str) -> list[Invitation]:
        """Return an account's invitations with this address, whatever the case."""
        folded = email.lower()
        known = (self.invitations[invitation_id] for invitation_id in self._by_email.get(folded, ()))
        return [one for one in known if one.account_id == account.id and one.email.lower() == folded]

    def users_of(self, account: Account) -> list[User]:
        """Return an account's users."""
        return [user for user in self.users if user.account_id == account.id]

    def teams_of(self, account: Account) -> list[Team]:
        """Return an account's teams."""
        return [team for team in self.teams if team.account_id == account.id]

    def templates_of(
        self, account: Account, kind: Literal["invitation", "congrats"] | None = None
    ) -> list[EmailTemplate]:
        """Return an account's templates, or those of one type."""
        return [one for one in self.email_templates if one.account_id == account.id and kind in (None, one.type)]

    def score_profiles_of(self, account: Account) -> list[ScoreProfile]:
        """Return the score profiles that are enabled for an account."""
        return [one for one in self.score_profiles if one.id in account.score_profile_ids]

    def takers_of(self, account: Account) -> list[Invitation]:
        """Return an account's accepted invitations, which is what test takers are; the newest test taker first."""
        accepted = [one for one in self.invitations_of(account) if one.test_taker_id is not None]
        return sorted(accepted, key=lambda one: one.test_taker_id or 0, reverse=True)

    def __repr__(self) -> str:
        return f"World({len(self.accounts)} accounts, {len(self.invitations)} invitations)"


def documented_world() -> World:
    """Return a new world in which the requests of seed 000 give the answers of seed 000.

    Account 200 has one user with all defaults and three that lack exactly one each; account 201 is another
    customer's.
    """
    return World(
        accounts=[
            Account(
                id=200,
                display_name="Example Company Inc",
                keys=("sk_live_sandbox", "sk_test_sandbox"),
                score_profile_ids=(201, 202, 295, 296),
            ),
            Account(id=201, display_name="Other Company", keys=("sk_live_other",), score_profile_ids=(201,)),
        ],
        teams=[
            Team(id=100, account_id=200, display_name="Recruiting"),
            Team(id=101, account_id=200, display_name="Operations"),
            Team(id=110, account_id=201, display_name="Other Team"),
        ],
        users=[
            _recruiter(11111, "Jane"),
            _recruiter(11112, "Noteam", team=None),
            _recruiter(11113, "Noassessments", tests=()),
            _recruiter(11114, "Notemplate", template=None),
            User(
                id=22222,
                account_id=201,
                first_name="Other",
                last_name="Recruiter",
                email="other.recruiter@example.org",
                default_team_id=110,
                default_test_ids=(6, 8),
                default_template_id=1100,
            ),
        ],
        email_templates=[
            EmailTemplate(
                id=1000, account_id=200, display_name="Invitation v2", type="invitation", team_ids=(100, 101)
            ),
            EmailTemplate(id=1001, account_id=200, display_name="Congrats v2", type="congrats", team_ids=(100, 101)),
            EmailTemplate(id=1100, account_id=201, display_name="Invitation v2", type="invitation", team_ids=(110,)),
        ],
        assessments=[
            Assessment(id=1, display_name="JOFI Prescreen", short_name="Prescreen"),
            Assessment(id=6, display_name="JOFI Personality Traits", short_name="Personality"),
            Assessment(id=7, display_name="JOFI Thinking Skills", short_name="Thinking"),
            Assessment(id=8, display_name="JOFI Career Interests", short_name="Interests"),
        ],
        score_profiles=[
            ScoreProfile(
                id=profile_id,
                short_name=short_name,
                display_name=display_name,
                riasec_profile=short_name.rpartition("-")[2],
            )
            for profile_id, short_name, display_name in SCORE_PROFILES
        ],
    )


def _recruiter(
    user_id: int,
    first_name: str,
    *,
    team: int | None = 100,
    tests: tuple[int, ...] = (6, 8),
    template: int | None = 1000,
) -> User:
    return User(
        id=user_id,
        account_id=200,
        first_name=first_name,
        last_name="Recruiter",
        email=f"{first_name.lower()}.recruiter@jofiscore.com",
        default_team_id=team,
        default_test_ids=tests,
        default_template_id=template,
        default_congrats_template_id=1001,
    )
