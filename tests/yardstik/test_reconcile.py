"""Plans on the fake Yardstik: who is who, what is in conflict, and that nobody is invited twice."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from hypothesis import event, given, settings
from hypothesis import strategies as st

from jofi_async import (
    Applied,
    CallError,
    FakeTransport,
    FakeYardstik,
    How,
    LifecycleError,
    OutcomeKind,
    PersonState,
    Plan,
    RateLimit,
    Request,
    Response,
    RetryPolicy,
    StepKind,
    YardstikClient,
    reconcile,
)
from jofi_async.core.addresses import normalised
from jofi_async.reconcile.export import plan_as_json
from jofi_async.reconcile.report import render_report
from jofi_async.testing import run_virtual
from jofi_async.yardstik.fake import FakeSettings, rules
from jofi_async.yardstik.fake.records import Invitation
from jofi_async.yardstik.fake.render import status
from jofi_async.yardstik.models import NewCandidate, NewInvitation
from tests.yardstik.ways import KEY, client_of

CREATE, UNCHANGED, CONFLICT = StepKind.CREATE, StepKind.UNCHANGED, StepKind.CONFLICT
REFUSED, UNEXPECTED = StepKind.REFUSED, StepKind.UNEXPECTED
STANDARD, PLUS, _ = FakeYardstik().world.packages
YardstikPlan = Plan[NewInvitation, Any]


def row(name: str = "joe", package: str = STANDARD, **changes: Any) -> NewInvitation:
    fields: dict[str, Any] = {"first_name": "Joe", "last_name": "Clean", "email": f"{name}@example.org"} | changes
    return NewInvitation(candidate=NewCandidate(**fields), account_package_id=package)


def there(fake: FakeYardstik, name: str = "joe", package: str | None = STANDARD, **fields: Any) -> Invitation | None:
    """Store a candidate, and an invitation to a package if there is one, a second after the last."""
    fake.clock.advance(1)
    account = fake.world.accounts[0]
    given = {"first_name": "Joe", "last_name": "Clean", "email": f"{name}@example.org"} | fields
    candidate = rules.store_candidate(fake.state, account, given)
    return rules.store(fake.state, account, candidate.id, package) if package else None


def plan_of(fake: Any, rows: Any, *faults: str, **options: Any) -> YardstikPlan:
    """Reconcile in virtual time."""

    async def main() -> YardstikPlan:
        transport = FakeTransport(fake, faults=faults)
        limit = RateLimit(per_second=None, in_flight=4)
        client = YardstikClient(KEY, transport=transport, rate_limit=limit, retry=RetryPolicy(attempts=2))
        return await reconcile(client, rows, **options)

    return run_virtual(main())


def apply(plan: YardstikPlan, **options: Any) -> Applied[NewInvitation]:
    async def main() -> Applied[NewInvitation]:
        return await plan.apply(**options)

    return run_virtual(main())


def kinds(plan: YardstikPlan) -> list[StepKind]:
    return [step.kind for step in plan.steps]


def writes(fake: FakeYardstik) -> list[str]:
    return [f"{one.method} {one.path}" for one in fake.requests if one.method != "GET"]


def test_whoever_is_missing_in_part_is_created_in_part() -> None:
    fake = FakeYardstik()
    there(fake, "ann", external_id="P1")
    there(fake, "bob", None)
    there(fake, "cleo", PLUS)
    rows = [
        row("ANN", external_id="P1"),
        row("bob"),
        row("cleo"),
        row("dan", last_name="Sample"),
        row("eve", last_name=""),
    ]
    plan = plan_of(fake, rows)
    assert kinds(plan) == [UNCHANGED, CREATE, CREATE, CREATE, REFUSED]
    assert not writes(fake)
    applied = apply(plan)
    assert applied.summary.counts[OutcomeKind.CREATED] == 3
    assert [one.rpartition("/")[2] for one in writes(fake)].count("candidates") == 1
    again = plan_of(fake, rows)
    assert kinds(again) == [UNCHANGED] * 4 + [REFUSED]
    assert again.is_done
    assert {one.to for one in fake.messages} == {f"{name}@example.org" for name in ("ann", "bob", "cleo", "dan")}


def test_all_pages_of_both_lists_are_read_and_counted() -> None:
    fake = FakeYardstik(settings=FakeSettings(per_page=2))
    for number in range(5):
        there(fake, f"p{number}")
    there(fake, "other", None)
    plan = plan_of(fake, [row(f"p{number}") for number in range(6)])
    assert kinds(plan) == [UNCHANGED] * 5 + [CREATE]
    assert plan.reading.requests == {How.EVERYTHING: 6} == {How.EVERYTHING: len(fake.requests)}
    assert str(plan.reading) == "6 requests: everything (6); 6 of 6 read"


def test_what_differs_is_a_conflict_that_shows_it_since_there_is_no_update() -> None:
    fake = FakeYardstik()
    there(fake, "old", external_id="P1", phone="+15551234567")
    plan = plan_of(fake, [row("new", external_id="P1", first_name=" Joe", phone="(555) 123-4567")])
    assert kinds(plan) == [CONFLICT]
    assert [(one.field, one.old, one.new) for one in plan.steps[0].changes] == [
        ("email", "old@example.org", "new@example.org")
    ]
    assert plan.steps[0].reason == "the candidate differs, and Yardstik has no update of one"
    assert apply(plan).summary.counts[OutcomeKind.REFUSED] == 1
    assert not writes(fake)


def test_a_field_that_is_not_shown_says_nothing() -> None:
    fake = FakeYardstik()
    there(fake, "joe")
    plan = plan_of(fake, [row("joe", external_id="P1", ssn="111-22-3333", middle_name="")])
    assert kinds(plan) == [UNCHANGED]
    assert plan.not_compared == {"external_id": 1, "ssn": 1}


@pytest.mark.parametrize("state", ["expired", "canceled"])
def test_whoever_let_an_invitation_end_is_a_conflict_and_never_refreshed(state: str) -> None:
    fake = FakeYardstik()
    ended = there(fake)
    assert ended is not None
    if state == "expired":
        fake.expire(ended.id)
    else:
        ended.canceled_at = fake.clock.now()
    plan = plan_of(fake, [row()])
    assert kinds(plan) == [CONFLICT]
    assert plan.steps[0].reason == f"status: the invitation is {state}, and only a person has it refreshed"
    assert plan.steps[0].card.item_id == ended.id
    apply(plan)
    assert not writes(fake)
    candidate = fake.candidates[0]
    rules.store(fake.state, fake.world.accounts[0], candidate.id, STANDARD)
    assert kinds(plan_of(fake, [row()])) == [UNCHANGED]


def test_who_could_be_two_is_a_conflict() -> None:
    fake = FakeYardstik()
    there(fake, "ann", external_id="P1")
    there(fake, "bob", external_id="P2")
    plan = plan_of(fake, [row("ann", external_id="P2")])
    assert kinds(plan) == [CONFLICT]
    assert plan.steps[0].reason == f"its person_id or address is on {fake.candidates[1].id} and {fake.candidates[0].id}"


def test_a_candidate_whose_address_was_invited_as_somebody_else_is_a_conflict() -> None:
    fake = FakeYardstik()
    there(fake, "joe", None, external_id="P1")
    there(fake, "joe")
    plan = plan_of(fake, [row(external_id="P1")])
    assert kinds(plan)[:1] == [CONFLICT]
    assert plan.steps[0].reason == "another candidate with this address was invited"


def test_of_several_with_an_id_the_one_with_the_address_is_invited() -> None:
    fake = FakeYardstik()
    there(fake, "joe", None, external_id="P1")
    there(fake, "other", None, external_id="P1")
    plan = plan_of(fake, [row(external_id="P1")])
    assert kinds(plan) == [CREATE]
    apply(plan)
    assert [one.to for one in fake.messages] == ["joe@example.org"]


def test_blanks_around_an_id_make_no_other_person() -> None:
    fake = FakeYardstik()
    there(fake, "joe", None, external_id="P1")
    rows = [row("moved", external_id=" P1 "), row("joe", external_id="P1")]
    assert kinds(plan_of(fake, rows)) == [CONFLICT, REFUSED]
    assert kinds(plan_of(fake, [row("new", external_id="P2 ")])) == [CREATE]
    apply(plan_of(fake, [row("new", external_id="P2 ")]))
    assert fake.candidates[-1].fields["external_id"] == "P2"


def test_a_shared_id_tells_nobody_from_anybody() -> None:
    fake = FakeYardstik()
    there(fake, "ann", external_id="P1")
    rows = [row("ann", external_id="P1"), row("bob", external_id="P1")]
    plan = plan_of(fake, rows, share_person_id=True)
    assert kinds(plan) == [UNCHANGED, CREATE]
    apply(plan)
    assert [one.to for one in fake.messages] == ["ann@example.org", "bob@example.org"]
    assert plan_of(fake, rows, share_person_id=True).is_done


def test_unexpected_is_relative_to_the_packages_that_are_wanted_or_to_the_account() -> None:
    fake = FakeYardstik()
    for name, package in (("ann", STANDARD), ("bob", STANDARD), ("cleo", PLUS), ("dan", None)):
        there(fake, name, package)
    plan = plan_of(fake, [row("ann")])
    assert [step.card.email for step in plan.of(UNEXPECTED)] == ["bob@example.org"]
    assert plan.of(UNEXPECTED)[0].card.item_id == fake.invitations[1].id
    plan = plan_of(fake, [row("ann")], scope="account")
    assert [step.card.email.partition("@")[0] for step in plan.of(UNEXPECTED)] == ["bob", "cleo", "dan"]


def test_how_far_people_have_come() -> None:
    fake = FakeYardstik()
    ids = [one.id for name in ("ann", "bob") if (one := there(fake, name))]
    there(fake, "cleo", None)
    fake.complete(ids[1])
    rows = [row(name) for name in ("ann", "bob", "cleo")]
    plan = plan_of(fake, rows, deep=True)
    assert plan.people.completion_known
    assert kinds(plan) == [UNCHANGED, UNCHANGED, CREATE]
    assert plan.people.counts == {PersonState.PENDING: 1, PersonState.ACCEPTED: 1, PersonState.COMPLETED: 0}
    assert plan.reading.requests == {How.EVERYTHING: 2, How.DEEP: 3}


class Bare:
    """Leaves something out of each invitation of a list."""

    def __init__(self, fake: FakeYardstik, name: bytes) -> None:
        self._fake, self._name = fake, name

    async def handle(self, request: Request) -> Response:
        response = await self._fake.handle(request)
        if "/invitations" in request.url:
            return evolve(response, body=response.body.replace(b'"%s":' % self._name, b'"was_%s":' % self._name))
        return response


def test_an_invitation_that_does_not_tell_its_package_is_a_conflict() -> None:
    fake = FakeYardstik()
    there(fake)
    assert kinds(plan_of(Bare(fake, b"account_package_id"), [row()])) == [UNCHANGED]  # the candidate's reports tell
    [step] = plan_of(Bare(fake, b"report"), [row()]).steps
    assert (step.kind, step.reason) == (CONFLICT, "an invitation of the candidate does not tell its package")


def test_invitations_that_do_not_tell_their_candidate_leave_everybody_undecided() -> None:
    fake = FakeYardstik()
    there(fake)
    plan = plan_of(Bare(fake, b"candidate"), [row(), row("ann")])
    assert kinds(plan) == [CONFLICT, CONFLICT]
    assert all(step.is_undecided for step in plan.steps)
    assert "1 invitations do not tell whose they are" in plan.reading.gaps[0]
    apply(plan)
    assert not writes(fake)


def test_rows_name_no_candidate_id_and_what_is_no_row_is_refused() -> None:
    plan = plan_of(FakeYardstik(), [evolve(row(), candidate_id="c1"), "no row"])
    assert kinds(plan) == [REFUSED, REFUSED]
    assert plan.steps[0].reason.startswith("candidate_id: is left out")


def test_a_file_is_a_source(tmp_path: Path) -> None:
    fake = FakeYardstik()
    there(fake, "ann")
    path = tmp_path / "people.csv"
    path.write_text("First Name,Last Name,Email\nJoe,Clean,ann@example.org\nJoe,Clean,bob@example.org\n")
    plan = plan_of(fake, path, defaults={"account_package_id": STANDARD})
    assert [(step.kind, step.line) for step in plan.steps] == [(UNCHANGED, 2), (CREATE, 3)]
    assert kinds(plan_of(fake, path)) == [REFUSED, REFUSED]


def test_what_is_created_is_in_the_journal_and_nothing_is_ever_updated(tmp_path: Path) -> None:
    fake = FakeYardstik()
    journal = tmp_path / "people.journal"
    assert apply(plan_of(fake, [row()]), journal=journal).summary.counts[OutcomeKind.CREATED] == 1
    assert apply(plan_of(fake, [row(), row("ann")]), journal=journal).summary.counts[OutcomeKind.CREATED] == 1
    assert len(fake.messages) == 2
    with pytest.raises(LifecycleError, match="no update"):
        client_of(fake).reconcilable().update_many([])


def test_who_is_in_doubt_in_the_journal_is_not_sent_again_by_a_later_plan(tmp_path: Path) -> None:
    fake = FakeYardstik()
    journal = tmp_path / "people.journal"
    applied = apply(plan_of(fake, [row()], "POST */invitations 500"), journal=journal)
    assert applied.summary.counts[OutcomeKind.UNKNOWN] == 1
    sent = len(writes(fake))
    again = plan_of(fake, [row()])
    assert kinds(again) == [CREATE]
    assert apply(again, journal=journal).summary.counts[OutcomeKind.UNKNOWN] == 1
    assert len(writes(fake)) == sent
    assert not fake.messages


def test_what_never_leaves_its_field_is_in_no_plan_and_no_report() -> None:
    fake = FakeYardstik()
    secrets: dict[str, Any] = {
        "ssn": "111-22-3333",
        "date_of_birth": "1980-02-03",
        "addresses": [{"line1": "1 Main St"}],
    }
    there(fake, "ann", **secrets)
    there(fake, "bob", **secrets)
    plan = plan_of(fake, [row("ann", first_name="Ann", **secrets | {"ssn": "999-88-7777"})], scope="account")
    assert kinds(plan) == [CONFLICT, UNEXPECTED]
    told = f"{plan_as_json(plan)} {render_report(plan, title='people.csv')}"
    assert not [one for one in ("111-22", "999-88", "1980-02-03", "Main St") if one in told]
    assert all(step.item.candidate.ssn is None for step in plan.steps if step.item)
    assert repr(plan.steps[0].item).endswith("1 invitations)")


ADDRESSES = [f"{name}@example.{at}" for name in ("ann", "bob", "cleo") for at in ("org", "com")]
IDS = st.sampled_from(["P1", "P2", "P3"])
FAULTS = (
    "drop_after:0.3",
    "drop_before:0.3",
    "503:0.2",
    "POST html+:0.4",
    "POST drop_after:0.5",
    "cut:0.3",
    "429=1:0.2",
)
SETTINGS = (FakeSettings(), FakeSettings(per_page=2), FakeSettings(per_page=2, filters="ignored", ordering="ignored"))

people: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {"email": st.sampled_from(ADDRESSES)},
    optional={"external_id": IDS, "first_name": st.just("Jim"), "phone": st.just("+15551234567")},
)
stored = st.tuples(
    people,
    st.sampled_from([None, STANDARD, PLUS]),
    st.sampled_from(["", "", "expire", "cancel", "complete"]),
)
wanted = st.builds(
    row,
    package=st.sampled_from([STANDARD, STANDARD, PLUS]),
    email=st.sampled_from([*ADDRESSES, *map(str.upper, ADDRESSES)]),
    first_name=st.sampled_from(["Joe", "Joe", "Jim", ""]),
    external_id=st.one_of(st.none(), IDS, st.just(" P1 ")),
)


@st.composite
def accounts(draw: st.DrawFn) -> FakeYardstik:
    """An account in which people may be there several times, as Yardstik lets them."""
    fake = FakeYardstik(settings=draw(st.sampled_from(SETTINGS)))
    for fields, package, fate in draw(st.lists(stored, max_size=7)):
        invitation = there(fake, package=package, **fields)
        if invitation is None or not fate:
            continue
        if fate == "cancel":
            invitation.canceled_at = fake.clock.now()
        else:
            getattr(fake, fate)(invitation.id)
    return fake


def invited(fake: FakeYardstik) -> Counter[tuple[str, str]]:
    """How many invitations there are of each address and package."""
    people = fake.world.candidates
    return Counter(
        (normalised(people[one.candidate_id].fields["email"]), one.account_package_id) for one in fake.invitations
    )


def live(fake: FakeYardstik) -> set[tuple[str, str]]:
    people = fake.world.candidates
    return {
        (normalised(people[one.candidate_id].fields["email"]), one.account_package_id)
        for one in fake.invitations
        if status(fake.state, one) not in ("expired", "canceled")
    }


def who(one: NewInvitation) -> tuple[str, str]:
    return normalised(one.candidate.email), one.account_package_id


def check(plan: YardstikPlan, rows: Sequence[NewInvitation], fake: FakeYardstik) -> None:
    """Hold each step against what is really there."""
    assert [step.source.row for step in plan.steps if step.source] == list(rows)
    for step in plan.steps:
        event(step.kind)
        assert step.kind is not StepKind.UPDATE
        if step.kind is CREATE:
            assert step.source
            assert who(step.source.row) not in invited(fake)
        elif step.kind is UNCHANGED:
            assert step.source
            assert who(step.source.row) in live(fake)


@settings(deadline=None, max_examples=settings().max_examples // 2)
@given(accounts(), st.lists(wanted, max_size=7), st.booleans(), st.lists(st.sampled_from(FAULTS), max_size=3))
def test_reconcile_apply_reconcile_leaves_nothing_to_do(
    fake: FakeYardstik, rows: list[NewInvitation], shares: bool, faults: list[str]
) -> None:
    before = invited(fake)
    for _ in range(2):  # whatever goes wrong twice
        try:
            plan = plan_of(fake, rows, *faults, share_person_id=shares)
        except CallError:
            continue
        check(plan, rows, fake)
        apply(plan)
    applied = apply(plan_of(fake, rows, share_person_id=shares))
    assert sorted(outcome.index for outcome in applied.outcomes) == list(range(len(rows)))
    again = plan_of(fake, rows, share_person_id=shares)
    assert again.is_done
    check(again, rows, fake)
    assert set((invited(fake) - before).values()) <= {1}
    assert all(before[one] == 0 for one in invited(fake) - before)
