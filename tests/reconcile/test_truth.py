"""Whatever an account holds, a row of the plan is never wrong about it; once it is applied, nothing is left to do."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from hypothesis import event, given, settings
from hypothesis import strategies as st

from jofi_async import CallError, NewInvitation, OutcomeKind, Step, StepKind
from jofi_async.core.addresses import normalised
from jofi_async.jofi.fake.records import Invitation
from jofi_async.reconcile.address_cover import Cover
from tests.reconcile.account import Account, JofiPlan, apply, row

NAMES = ("ann", "anna", "anne", "bob", "bobby", "cleo", "dan", "dana")
ADDRESSES = [f"{name}{number}@{at}.org" for name in NAMES for number in ("", "1") for at in ("example", "example.org")]
GROUPS = ("R1", "r1", "R10", "S")
FAULTS = (
    "drop_after:0.3",
    "drop_before:0.3",
    "503:0.2",
    "POST html+:0.4",
    "PUT drop_after:0.5",
    "cut:0.3",
    "429=1:0.2",
)


def wanted_row(email: str, is_loud: bool, fields: dict[str, Any]) -> NewInvitation:
    return row(**{**fields, "email": email.upper() if is_loud else email})


there: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {"email": st.sampled_from(ADDRESSES)},
    optional={
        "person_id": st.sampled_from(["P1", "P2", "P3", "P4"]),
        "custom_id": st.sampled_from(GROUPS),
        "first_name": st.sampled_from(["Ann", "Bob "]),
        "phone": st.just("5551234567"),
        "team_id": st.sampled_from([100, 101]),
    },
)
wanted = st.builds(
    wanted_row,
    st.sampled_from(ADDRESSES),
    st.booleans(),
    st.fixed_dictionaries(
        {},
        optional={
            "person_id": st.sampled_from(["P1", "P2", "P3", "P4", "P5"]),
            "custom_id": st.sampled_from(GROUPS),
            "first_name": st.sampled_from(["Ann", "Bob", ""]),
            "phone": st.sampled_from(["+15551234567", "555 765 4321"]),
            "team_id": st.sampled_from([100, 101]),
            "assessments_to_assign": st.sampled_from([[6, 8], [7]]),
            "send_via_email": st.booleans(),
        },
    ),
)


@st.composite
def accounts(draw: st.DrawFn) -> Account:
    """An account without two invitations of one address, as JOFI keeps it, whose lists are short."""
    account = Account(limits=draw(st.sampled_from([(1, 2), (2, 3), (2, 6), (50, 150)])))
    for fields in draw(st.lists(there, max_size=14, unique_by=lambda fields: fields["email"])):
        invitation = account.invite(**fields)
        if draw(st.integers(0, 4)) == 0:
            account.fake.accept(invitation.id)
    return account


rows_of_all_sorts = st.lists(wanted, max_size=12)
options = st.fixed_dictionaries(
    {"deep": st.booleans(), "scope": st.sampled_from([None, "account"]), "share_person_id": st.booleans()}
)


def check(plan: JofiPlan, rows: Sequence[NewInvitation], account: Account) -> None:
    """Hold each step against what is really there."""
    invitations = {one.id: one for one in account.fake.invitations}
    addresses = {normalised(one.email): one for one in invitations.values()}
    person_ids = Counter(
        step.source.row.person_id for step in plan.steps if step.source and step.kind is not StepKind.REFUSED
    )
    assert [step.source.row for step in plan.steps if step.source] == list(rows)
    for step in plan.steps:
        event(step.kind)
        if step.kind is StepKind.CREATE:
            assert step.source
            assert normalised(step.source.row.email) not in addresses
            person_id = step.source.row.person_id
            if plan.reading.unread == 0 and person_id and person_ids[person_id] == 1:
                assert person_id not in {one.person_id for one in invitations.values()}
        elif step.kind in (StepKind.UPDATE, StepKind.UNCHANGED):
            check_match(step, invitations, addresses)
    check_unexpected(plan, rows, invitations)


def id_of(step: Step[NewInvitation, Any]) -> int:
    assert step.item is not None
    number: int = step.item.id
    return number


def check_match(
    step: Step[NewInvitation, Any], invitations: dict[int, Invitation], addresses: dict[str, Invitation]
) -> None:
    assert step.source
    new, stored = step.source.row, invitations[id_of(step)]
    named = {change.field for change in step.changes}
    assert step.kind is (StepKind.UPDATE if named else StepKind.UNCHANGED)
    owner = addresses.get(normalised(new.email), stored)
    assert owner is stored
    for name in ("first_name", "last_name", "custom_id", "person_id"):
        value = new.given().get(name, getattr(stored, name))
        assert (name in named) == ((value or "").strip() != (getattr(stored, name) or "").strip())
    assert ("email" in named) == (normalised(new.email) != normalised(stored.email))
    if "phone" not in step.not_compared and "phone" in new.given():
        digits = str(new.phone).replace(" ", "").removeprefix("+1")
        assert ("phone" in named) == (stored.phone != f"+1{digits}")


def check_unexpected(plan: JofiPlan, rows: Sequence[NewInvitation], invitations: dict[int, Invitation]) -> None:
    unexpected = {id_of(step) for step in plan.of(StepKind.UNEXPECTED)}
    matched = {id_of(step) for step in plan.steps if step.source and step.item}
    assert not unexpected & matched
    groups = {one.custom_id for one in rows if one.given().get("custom_id")}
    emails = {normalised(one.email) for one in rows}
    person_ids = {one.given().get("person_id") for one in rows} - {None}
    strangers = {
        one.id
        for one in invitations.values()
        if (plan.scope == "account" or one.custom_id in groups)
        and normalised(one.email) not in emails
        and one.person_id not in person_ids
    }
    if not plan.reading.gaps:
        assert strangers <= unexpected
    for each in unexpected:
        assert plan.scope == "account" or invitations[each].custom_id in groups
        assert normalised(invitations[each].email) not in emails


@settings(deadline=None, max_examples=settings().max_examples // 2)
@given(accounts(), rows_of_all_sorts, options)
def test_a_row_of_the_plan_is_never_wrong(account: Account, rows: list[NewInvitation], chosen: Any) -> None:
    plan = account.plan(rows, **chosen)
    check(plan, rows, account)
    assert plan.reading.total_requests == len(account.requests)
    assert not [one for one in account.requests if not one.startswith("GET")]
    if not plan.reading.gaps:
        cut = [step for step in plan.steps if step.is_undecided]
        assert all("the list was cut" in step.reason for step in cut)


@settings(deadline=None, max_examples=settings().max_examples // 5)
@given(accounts(), rows_of_all_sorts, options, st.lists(st.sampled_from(FAULTS), max_size=3))
def test_reconcile_apply_reconcile_leaves_nothing_to_do(
    account: Account, rows: list[NewInvitation], chosen: Any, faults: list[str]
) -> None:
    for _ in range(2):  # whatever goes wrong twice
        try:
            plan = account.plan(rows, *faults, **chosen)
        except CallError:
            continue
        check(plan, rows, account)
        apply(plan)
    plan = account.plan(rows, **chosen)
    applied = apply(plan)
    assert [outcome.index for outcome in sorted(applied.outcomes, key=lambda one: one.index)] == list(range(len(rows)))
    for outcome, step in zip(sorted(applied.outcomes, key=lambda one: one.index), plan.steps, strict=False):
        if step.kind in (StepKind.CREATE, StepKind.UPDATE, StepKind.UNCHANGED):
            assert outcome.kind in (OutcomeKind.CREATED, OutcomeKind.UPDATED, OutcomeKind.EXISTED), outcome.reason
    again = account.plan(rows, **chosen)
    assert again.is_done
    check(again, rows, account)
    addresses = [normalised(one.email) for one in account.fake.invitations]
    assert len(addresses) == len(set(addresses))
    messages = Counter(message.invitation_id for message in account.fake.messages)
    assert set(messages.values()) <= {1}


def test_the_cover_is_at_work_here() -> None:
    assert Cover(ADDRESSES, total=14, limit=2, longest=255).pick(3)
