"""Applying a plan: one outcome for every row, in whatever way it ends, and nothing that is sent twice."""

from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from jofi_async import ConfigurationError, JournalError, LifecycleError, Outcome, OutcomeKind, Request, StepKind
from jofi_async.testing import Drop, run_virtual
from tests.bulk.support import run
from tests.reconcile.account import Account, JofiPlan, apply, row

CREATED, EXISTED, UPDATED = OutcomeKind.CREATED, OutcomeKind.EXISTED, OutcomeKind.UPDATED
REFUSED, UNKNOWN, NOT_ATTEMPTED = OutcomeKind.REFUSED, OutcomeKind.UNKNOWN, OutcomeKind.NOT_ATTEMPTED


def an_account() -> Account:
    account = Account()
    account.invite("ann@example.org", custom_id="R1")
    account.invite("bob@example.org", custom_id="R1")
    account.invite("cleo@example.org", person_id="C1")
    account.invite("cleo.other@example.org", person_id="C2")
    return account


ROWS = [
    row("ann", custom_id="R1"),
    row("bob", custom_id="R2"),
    row("cleo", person_id="C2"),
    row("dan"),
    row("eve", last_name=""),
    row("finn"),
]


def by_row(outcomes: list[Outcome[Any, Any]]) -> list[OutcomeKind]:
    assert sorted(outcome.index for outcome in outcomes) == list(range(len(outcomes)))
    return [outcome.kind for outcome in sorted(outcomes, key=lambda one: one.index)]


def writes(account: Account) -> list[str]:
    return [one for one in account.requests if not one.startswith("GET")]


def test_every_row_has_one_outcome_and_updates_go_first() -> None:
    account = an_account()
    plan = account.plan(ROWS)
    applied = apply(plan)
    assert by_row(applied.outcomes) == [EXISTED, UPDATED, REFUSED, CREATED, REFUSED, CREATED]
    assert [outcome.row for outcome in sorted(applied.outcomes, key=lambda one: one.index)] == ROWS
    assert [one.partition(" ")[0] for one in writes(account)] == ["PUT", "POST", "POST"]
    bodies = [one.body for one in account.fake.requests if one.method == "PUT"]
    assert bodies == [b'{"custom_id":"R2"}']
    assert applied.summary.counts == {
        CREATED: 2,
        EXISTED: 1,
        UPDATED: 1,
        REFUSED: 2,
        UNKNOWN: 0,
        NOT_ATTEMPTED: 0,
    }
    assert repr(applied) == "Applied(created=2, existed=1, updated=1, refused=2)"
    assert account.plan(ROWS).is_done
    assert [step.outcome for step in plan.steps if step.source] == sorted(applied.outcomes, key=lambda one: one.index)


def test_it_is_safe_to_repeat() -> None:
    account = an_account()
    plan = account.plan(ROWS)
    first = apply(plan)
    sent = len(account.requests)
    again = apply(plan)
    assert by_row(again.outcomes) == by_row(first.outcomes)
    assert len(account.requests) == sent


def test_what_another_application_sends_is_not_sent_again() -> None:
    account = an_account()
    plan = account.plan(ROWS)

    async def main() -> None:
        before, first = plan.apply(), plan.apply()
        async with first as applying:
            await anext(applying)
            with pytest.raises(LifecycleError, match="Call it again"):
                await before
            with pytest.raises(LifecycleError, match="Call it again"):
                await plan.apply()
        with pytest.raises(LifecycleError, match="Call it again"):
            await before
        await plan.apply()

    run_virtual(main())
    assert len(writes(account)) == 3
    assert account.plan(ROWS).is_done


def test_a_journal_that_cannot_be_opened_keeps_nobody_from_applying_again(tmp_path: Path) -> None:
    account = an_account()
    plan = account.plan(ROWS)
    path = tmp_path / "people.journal"
    path.write_text("no journal")
    with pytest.raises(JournalError):
        apply(plan, journal=path)
    assert not writes(account)
    assert by_row(apply(plan).outcomes) == [EXISTED, UPDATED, REFUSED, CREATED, REFUSED, CREATED]


def test_kinds_are_chosen() -> None:
    account = an_account()
    plan = account.plan(ROWS)
    applied = apply(plan, update=False)
    assert by_row(applied.outcomes) == [EXISTED, NOT_ATTEMPTED, REFUSED, CREATED, REFUSED, CREATED]
    assert [outcome.reason for outcome in applied.outcomes if outcome.kind is NOT_ATTEMPTED] == ["was left out"]
    assert by_row(apply(plan).outcomes) == [EXISTED, UPDATED, REFUSED, CREATED, REFUSED, CREATED]
    untouched = an_account()
    assert not writes(untouched) and apply(untouched.plan(ROWS), create=False, update=False)  # noqa: PT018
    assert not writes(untouched)


def test_an_update_without_an_answer_is_read_and_not_sent_again() -> None:
    account = an_account()
    account.faults = ("PUT drop_after",)
    applied = apply(account.plan(ROWS), create=False)
    assert by_row(applied.outcomes)[1] is UPDATED
    assert len(writes(account)) == 1


def test_an_update_that_nobody_can_tell_of_is_unknown_and_the_next_plan_tells() -> None:
    account = an_account()
    plan = account.plan(ROWS, "PUT drop_after", "GET */invitations/* 500")
    assert by_row(apply(plan).outcomes)[1] is UNKNOWN
    sent = len(writes(account))
    assert by_row(apply(plan).outcomes)[1] is UNKNOWN
    assert len(writes(account)) == sent
    assert account.plan(ROWS).is_done


@pytest.mark.parametrize("move", ["away", "to an address that is taken"])
def test_what_jofi_says_of_an_invitation_is_a_refusal_of_its_row(move: str) -> None:
    account = Account()
    there = account.invite("ann.old@example.org", person_id="A1")
    account.invite("bob@example.org", person_id="B1")
    plan = account.plan([row("ann", person_id="A1"), row("bob", person_id="B1", last_name="Other")])
    if move == "away":
        del account.fake.world.invitations[there.id]
    else:
        account.invite("ann@example.org")
    applied = apply(plan)
    assert by_row(applied.outcomes) == [REFUSED, UPDATED]
    assert applied.summary.stopped is None


def test_a_key_that_is_not_known_any_more_stops_both_jobs() -> None:
    account = an_account()
    plan = account.plan(ROWS)
    account.fake.world.accounts[0] = evolve(account.fake.world.accounts[0], keys=())
    applied = apply(plan)
    assert by_row(applied.outcomes) == [EXISTED, NOT_ATTEMPTED, REFUSED, NOT_ATTEMPTED, REFUSED, NOT_ATTEMPTED]
    assert applied.summary.stopped == str(applied.summary.error)
    assert len(writes(account)) == 1


def test_a_block_that_is_left_early_loses_no_outcome() -> None:
    account = an_account()
    plan = account.plan(ROWS)

    async def main() -> list[Outcome[Any, Any]]:
        taken: list[Outcome[Any, Any]] = []
        applying = plan.apply(max_in_flight=1)
        async with applying:
            async for outcome in applying:
                taken.append(outcome)
                if outcome.kind is UPDATED:
                    break
        assert applying.in_flight == 0
        return taken + [outcome async for outcome in applying]

    outcomes = run(main())
    assert by_row(outcomes) == [EXISTED, UPDATED, REFUSED, NOT_ATTEMPTED, REFUSED, NOT_ATTEMPTED]
    assert {one.reason for one in outcomes if one.kind is NOT_ATTEMPTED} == {"its block was left"}


def test_it_can_be_stopped() -> None:
    account = an_account()
    plan = account.plan(ROWS)

    async def main() -> list[Outcome[Any, Any]]:
        async with plan.apply() as applying:
            applying.stop("enough")
            outcomes = [outcome async for outcome in applying]
        assert applying.summary().stopped == "enough"
        return outcomes

    assert by_row(run(main())) == [EXISTED, NOT_ATTEMPTED, REFUSED, NOT_ATTEMPTED, REFUSED, NOT_ATTEMPTED]
    assert not writes(account)


def test_what_is_created_is_in_the_journal(tmp_path: Path) -> None:
    account = an_account()
    path = tmp_path / "people.journal"
    plan = account.plan(ROWS)
    assert by_row(apply(plan, journal=path).outcomes).count(CREATED) == 2

    again = account.plan([*ROWS, row("gus")])
    assert again.counts[StepKind.CREATE] == 1
    assert by_row(apply(again, journal=path).outcomes)[-1] is CREATED


def test_a_row_that_could_not_be_looked_up_is_not_attempted() -> None:
    account = Account(limits=(1, 2))
    for name in ("ann", "bob", "cleo", "dan"):
        account.invite(f"{name}@example.org")

    def fail_where_narrowed(request: Request) -> None:
        if "?" in request.url:
            raise Drop

    account.before = fail_where_narrowed
    plan = account.plan([row("eve"), row("dan")])
    assert [step.kind for step in plan.steps] == [StepKind.CONFLICT, StepKind.UNCHANGED]
    assert plan.steps[0].is_undecided
    assert by_row(apply(plan).outcomes) == [NOT_ATTEMPTED, EXISTED]


def test_a_person_id_that_may_be_shared_may_be_shared_when_it_is_applied() -> None:
    account = Account()
    rows = [row("ann", person_id="P1"), row("bob", person_id="P1")]
    assert by_row(apply(account.plan(rows, share_person_id=True)).outcomes) == [CREATED, CREATED]
    assert account.plan(rows, share_person_id=True).is_done


def test_wrong_uses_say_so() -> None:
    plan: JofiPlan = an_account().plan(ROWS)
    with pytest.raises(ConfigurationError, match="deadline"):
        plan.apply(deadline=-1)

    async def main() -> None:
        applying = plan.apply(create=False, update=False)
        with pytest.raises(LifecycleError, match="async with"):
            await anext(applying)
        await applying
        with pytest.raises(LifecycleError, match="another"):
            await applying

    run_virtual(main())
