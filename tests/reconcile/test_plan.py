"""Plans on the fake JOFI: what each kind of step is, what is compared, and what was asked for it."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from jofi_async import (
    AuthenticationError,
    ConfigurationError,
    FakeTransport,
    How,
    JofiClient,
    NewInvitation,
    PersonState,
    SourceRow,
    StepKind,
    reconcile,
)
from jofi_async.reconcile.progress import People, Progress
from jofi_async.testing import run_virtual
from tests.reconcile.account import Account, JofiPlan, row

CREATE, UPDATE, UNCHANGED = StepKind.CREATE, StepKind.UPDATE, StepKind.UNCHANGED
CONFLICT, UNEXPECTED, REFUSED = StepKind.CONFLICT, StepKind.UNEXPECTED, StepKind.REFUSED


def kinds(plan: JofiPlan) -> list[StepKind]:
    return [step.kind for step in plan.steps]


def changes(plan: JofiPlan, place: int = 0) -> dict[str, tuple[object, object]]:
    return {change.field: (change.old, change.new) for change in plan.steps[place].changes}


def test_an_empty_account_wants_everybody_created() -> None:
    account = Account()
    plan = account.plan([row("ann"), row("bob")])
    assert kinds(plan) == [CREATE, CREATE]
    assert not plan.is_done
    assert account.requests == ["GET /invitations"]
    assert plan.reading.requests == {How.LOOK: 1}
    assert repr(plan) == "Plan(create=2, update=0, unchanged=0, conflict=0, unexpected=0, refused=0)"
    assert repr(plan.steps[0]) == "Step('create', index=0)"
    assert account.plan([row("ann")], deep=True, completion=True).reading.requests == {How.LOOK: 1}  # of nobody


def test_who_is_there_as_wanted_is_unchanged_whatever_the_case_and_the_blanks() -> None:
    account = Account()
    account.invite("Linda@Example.org", first_name="Linda ", person_id="P1")
    plan = account.plan([row(" LINDA", email=" linda@example.ORG ", person_id="P1 ")])
    assert kinds(plan) == [UNCHANGED]
    assert plan.is_done


def test_an_update_names_each_field_with_its_old_and_new_value() -> None:
    account = Account()
    account.invite("linda@example.org", custom_id="R1", person_id="P1")
    plan = account.plan([row(first_name="Lynn", custom_id="R2", person_id="P1")])
    assert kinds(plan) == [UPDATE]
    assert changes(plan) == {"first_name": ("Linda", "Lynn"), "custom_id": ("R1", "R2")}
    assert repr(plan.steps[0].changes[0]) == "Change('first_name')"


def test_what_a_row_does_not_give_is_not_compared_and_what_a_list_does_not_show_is_named() -> None:
    account = Account()
    account.invite("linda@example.org", custom_id="R1", person_id="P1", phone="5551234567")
    plan = account.plan([row(phone="5550000000", ref_text="x")])
    assert kinds(plan) == [UNCHANGED]
    assert plan.steps[0].not_compared == ("phone", "ref_text")
    assert plan.not_compared == {"phone": 1, "ref_text": 1}


def test_deep_compares_all_fields_as_jofi_stores_them() -> None:
    account = Account()
    account.invite("ann@example.org", phone="5551234567", ref_text=" hi", assessments_to_assign=[{"test_id": 6}])
    account.invite("bob@example.org", phone="5551234567")
    rows = [
        row("ann", phone="(555) 123-4567", ref_text="hi", assessments_to_assign=[6], send_via_email=True, team_id=100),
        row("bob", phone=None, ref_text="", assessments_to_assign=[7], send_via_email=False, email_template_id=1000),
    ]
    plan = account.plan(rows, deep=True)
    assert kinds(plan) == [UNCHANGED, UPDATE]
    assert changes(plan, 1) == {
        "phone": ("+15551234567", None),
        "assessments_to_assign": ([6, 8], [7]),
        "send_via_email": (True, False),
    }
    assert plan.not_compared == {}
    assert plan.reading.requests == {How.LOOK: 1, How.DEEP: 2}


@pytest.mark.parametrize(
    ("stored", "wanted", "kind"),
    [
        ("+442071234567", "+44 (0)20 7123 4567", UNCHANGED),
        ("+442071234567", "020 7123 4567", UNCHANGED),
        ("5551234567", "15551234567", UNCHANGED),
        ("5551234567", "555 123 4567 ext. 12", UNCHANGED),
        ("5551234567", "555-123-4567x12", UNCHANGED),
        ("5551234567", "tel:+1-555-123-4567;ext=12", UNCHANGED),
        ("5551234567", "555 123 4568 ext. 12", UPDATE),
        ("5551234567", "4567", UPDATE),
        ("5551234567", "0", UPDATE),
    ],
)
def test_phones_are_compared_by_their_digits(stored: str, wanted: str, kind: StepKind) -> None:
    account = Account()
    account.invite("linda@example.org", phone=stored)
    assert kinds(account.plan([row(phone=wanted)], deep=True)) == [kind]


def test_another_team_and_assessments_of_who_has_accepted_are_conflicts() -> None:
    account = Account()
    account.invite("ann@example.org", team_id=101)
    account.fake.accept(account.invite("bob@example.org").id)
    plan = account.plan([row("ann", team_id=100), row("bob", assessments_to_assign=[7])], deep=True)
    assert kinds(plan) == [CONFLICT, CONFLICT]
    assert plan.steps[0].reason == "team_id: it is of team 101, and the team cannot be changed"
    assert "cannot be changed any more" in plan.steps[1].reason


def test_a_person_id_goes_before_an_address() -> None:
    account = Account()
    account.invite("linda.old@example.org", person_id="P1")
    plan = account.plan([row(person_id="P1")])
    assert changes(plan) == {"email": ("linda.old@example.org", "linda@example.org")}


def test_blanks_around_a_person_id_do_not_make_another_person() -> None:
    account = Account()
    account.invite("old@example.org", person_id="P1")
    plan = account.plan([row("new", person_id=" P1 "), row("bob", person_id="P1"), row("cleo", person_id=" ")])
    assert kinds(plan) == [UPDATE, REFUSED, CREATE]
    assert changes(plan) == {"email": ("old@example.org", "new@example.org")}


def test_who_could_be_two_is_a_conflict_that_names_them() -> None:
    account = Account()
    first = account.invite("linda.old@example.org", person_id="P1")
    second = account.invite("linda@example.org", person_id="P2")
    plan = account.plan([row(person_id="P1")])
    assert kinds(plan) == [CONFLICT]
    assert plan.steps[0].reason == f"its person_id or address is on {first.id} and {second.id}"


def test_two_rows_for_one_invitation_are_conflicts_that_name_each_other() -> None:
    account = Account()
    there = account.invite("linda@example.org", person_id="P2")
    rows = [SourceRow(row(person_id="P1"), 2), SourceRow(row("lynn", person_id="P2"), 3)]
    plan = account.plan(rows)
    assert kinds(plan) == [CONFLICT, CONFLICT]
    assert plan.steps[0].reason == f"{there.id} could be this row's or that of line 3"


def test_a_shared_person_id_tells_nobody_from_anybody() -> None:
    account = Account()
    account.invite("ann@example.org", person_id="P1")
    rows = [row("ann", person_id="P1"), row("bob", person_id="P1")]
    assert kinds(account.plan(rows, share_person_id=True)) == [UNCHANGED, CREATE]
    plan = account.plan(rows)
    assert kinds(plan) == [UNCHANGED, REFUSED]
    assert plan.steps[1].reason == "person_id: row 2 has the person_id of row 1 with another e-mail address"


def test_rows_that_cannot_be_sent_are_refused_and_claim_their_person() -> None:
    account = Account()
    account.invite("linda@example.org", custom_id="R1")
    rows: list[Any] = [row(last_name="", custom_id="R1"), row("bob", custom_id="R1"), row("bob"), "no row"]
    plan = account.plan(rows)
    assert kinds(plan) == [REFUSED, CREATE, REFUSED, REFUSED]
    assert "cannot be understood" in plan.steps[3].reason


def test_unexpected_is_relative_to_the_groups_that_are_wanted_or_to_the_account() -> None:
    account = Account()
    for name, group in (("ann", "R1"), ("bob", "R1"), ("cleo", "R10"), ("dan", None)):
        account.invite(f"{name}@example.org", **({"custom_id": group} if group else {}))
    plan = account.plan([row("ann", custom_id="R1")])
    assert [step.card.email for step in plan.of(UNEXPECTED)] == ["bob@example.org"]
    plan = account.plan([row("ann", custom_id="R1")], scope="account")
    assert [step.card.name for step in plan.of(UNEXPECTED)] == ["Linda Sample"] * 3
    assert plan.scope == "account"


def test_how_far_people_have_come() -> None:
    account = Account()
    names = ("ann", "bob", "cleo", "dan")
    ids = [account.invite(f"{name}@example.org", person_id=name).id for name in names]
    account.fake.accept(ids[1])
    account.fake.complete(ids[2])
    account.fake.complete(ids[3], 6)
    plan = account.plan(map(row, names), completion=True)
    assert plan.people.counts == {PersonState.PENDING: 1, PersonState.ACCEPTED: 2, PersonState.COMPLETED: 1}
    assert plan.people.completion_known
    assert plan.reading.requests == {How.LOOK: 1, How.COMPLETION: 3}
    shallow = account.plan(map(row, names)).people
    assert shallow.counts == {PersonState.PENDING: 1, PersonState.ACCEPTED: 3, PersonState.COMPLETED: 0}
    assert not shallow.completion_known


def test_who_is_pending_has_waited_since_the_invitation_and_what_is_known_has_an_age() -> None:
    then = datetime(2026, 1, 1, tzinfo=UTC)
    each = [
        Progress(then),
        Progress(then + timedelta(days=2)),
        Progress(then + timedelta(days=9)),
        Progress(then, then),
    ]
    people = People.of(each, then + timedelta(days=3), completion_known=False)
    assert people.waiting == (timedelta(days=3), timedelta(days=1), timedelta())
    assert people.read_at == then + timedelta(days=3)


def test_a_file_is_a_source(tmp_path: Path) -> None:
    account = Account()
    account.invite("ann@example.org")
    path = tmp_path / "people.csv"
    path.write_text("First Name,Last Name,Email\nLinda,Sample,ann@example.org\nLinda,Sample,bob@example.org\n,,\n")
    plan = account.plan(path, defaults={"created_by_user_email": "jane.recruiter@jofiscore.com"})  # type: ignore[arg-type]
    assert [(step.kind, step.line) for step in plan.steps] == [(UNCHANGED, 2), (CREATE, 3)]


async def test_a_database_is_a_source_and_a_client_goes_as_it_is() -> None:
    account = Account()
    account.invite("ann@example.org")

    async def rows() -> AsyncGenerator[NewInvitation]:
        for name in ("ann", "bob"):
            yield row(name)

    async with JofiClient("sk_live_sandbox", transport=FakeTransport(account), rate_limit=None) as client:
        plan = await reconcile(client, rows())
    assert kinds(plan) == [UNCHANGED, CREATE]


def test_a_test_key_has_nothing_to_reconcile_with() -> None:
    client = JofiClient("sk_test_sandbox", transport=FakeTransport(Account()))
    with pytest.raises(ConfigurationError, match="made up"):
        run_virtual(reconcile(client, [row()]))


def test_a_first_request_that_fails_is_raised() -> None:
    client = JofiClient("sk_live_nobodys", transport=FakeTransport(Account()), rate_limit=None)
    with pytest.raises(AuthenticationError):
        run_virtual(reconcile(client, [row()]))


def test_an_invitation_that_cannot_be_read_is_compared_as_far_as_the_list_shows_it() -> None:
    account = Account()
    account.invite("ann@example.org", phone="5551234567")
    plan = account.plan([row("ann", phone="5550000000")], "GET */invitations/* 500", deep=True)
    assert kinds(plan) == [UNCHANGED]
    assert plan.steps[0].not_compared == ("phone",)
    assert "each invitation: 1 could not be read" in plan.reading.gaps[0]
