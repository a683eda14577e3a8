"""The data a fake holds: accounts and what belongs to them."""

from collections import defaultdict
from collections.abc import Sequence
from random import Random
from uuid import UUID

from attrs import define, field

from jofi_async.yardstik.fake.records import Account, Candidate, Invitation, Package
from jofi_async.yardstik.fake.shelf import Shelf

ACCOUNT_ID = "4f6cf35x-2c4y-483z-a0a9-158621f77a21"
"""The documentation's own example of an id, which is no UUID."""


@define(kw_only=True, repr=False)
class World:
    """All records, by id, in the order of storing; candidates and invitations are added by `store` only."""

    accounts: list[Account] = field(factory=list[Account])
    packages: dict[str, Package] = field(factory=dict[str, Package])
    candidates: dict[str, Candidate] = field(factory=dict[str, Candidate])
    invitations: dict[str, Invitation] = field(factory=dict[str, Invitation])
    _shelves: defaultdict[str, Shelf] = field(factory=lambda: defaultdict(Shelf), init=False, eq=False)
    _invited: defaultdict[str, list[str]] = field(factory=lambda: defaultdict(list), init=False, eq=False)

    def __attrs_post_init__(self) -> None:
        for candidate in self.candidates.values():
            self.store(candidate)
        for invitation in self.invitations.values():
            self.store(invitation)

    def store(self, record: Candidate | Invitation) -> None:
        """Add a candidate, or an invitation of one."""
        if isinstance(record, Candidate):
            self.candidates[record.id] = record
            self._shelves[record.account_id].records.append(record)
        else:
            self.invitations[record.id] = record
            self._invited[record.candidate_id].append(record.id)

    def candidates_of(self, account: Account) -> Shelf:
        """Return an account's candidates."""
        return self._shelves[account.id]

    def invitations_of(self, candidate: Candidate) -> Sequence[Invitation]:
        """Return a candidate's invitations, in the order of storing."""
        return [self.invitations[one] for one in self._invited.get(candidate.id, ()) if one in self.invitations]

    def account_with_key(self, scheme: str, key: str) -> Account | None:
        """The account that a key belongs to, if any."""
        for account in self.accounts:
            if key in {"account": account.keys, "user": account.user_tokens}.get(scheme.lower(), ()):
                return account
        return None


def documented_world() -> World:
    """Make the world of the documentation: one account, three packages, nobody in it."""
    account = Account(
        id=ACCOUNT_ID,
        account_name="Example Company Inc",
        keys=("yardstik_sandbox",),
        user_tokens=("yardstik_user_sandbox",),
        support_email_address="support@example.com",
    )
    world = World(accounts=[account])
    ids = Random(2)
    for name in ("Standard", "Plus", "Driver"):
        package = _package(name, account, new_id(ids), new_id(ids))
        world.packages[package.id] = package
    return world


def new_id(random: Random) -> str:
    """Make an id as Yardstik's are."""
    return str(UUID(int=random.getrandbits(128), version=4))


def _package(name: str, account: Account, package_id: str, parent_id: str) -> Package:
    intake = [_asked("first_name", "First Name"), _asked("last_name", "Last Name")]
    licence = _asked("driver_license_number", "Driver License Number")
    screenings = [{"id": parent_id, "name": "MVR", "label": "MVR", "screening_type": "MVR", "intake_fields": [licence]}]
    return Package(
        id=package_id,
        account_id=account.id,
        package_id=parent_id,
        package=f"{name} Package",
        name=name,
        package_system_name=name.lower(),
        screenings=screenings if name == "Driver" else [],
        intake_fields=[*intake, licence] if name == "Driver" else intake,
    )


def _asked(name: str, label: str) -> dict[str, object]:
    return {"name": name, "type": "string", "label": label, "required": True}
