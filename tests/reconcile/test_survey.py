"""Which way is taken, and that nothing is concluded from an answer that was cut or is out of date."""

from jofi_async import How, Request, StepKind
from jofi_async.reconcile.address_cover import Cover
from tests.reconcile.account import Account, row

CREATE, UNCHANGED, CONFLICT = StepKind.CREATE, StepKind.UNCHANGED, StepKind.CONFLICT


def an_account(count: int, limits: tuple[int, int], group: str | None = None) -> Account:
    account = Account(limits=limits)
    for number in range(count):
        account.invite(f"p{number:03}@example.org", **({"custom_id": group} if group else {}))
    return account


def test_few_rows_are_looked_up_one_by_one() -> None:
    account = an_account(200, (5, 10))
    plan = account.plan([row("p000"), row("p150"), row("nobody")])
    assert plan.reading.requests == {How.LOOK: 1, How.SINGLE: 3}
    assert [step.kind for step in plan.steps] == [UNCHANGED, UNCHANGED, CREATE]
    assert plan.reading.unread == 200 - 7


def test_a_group_that_fits_an_answer_takes_one_request() -> None:
    account = an_account(9, (5, 10), "R1")
    for number in range(200):
        account.invite(f"q{number:03}@example.org")
    plan = account.plan([row(f"p{number:03}", custom_id="R1") for number in range(8)])
    assert plan.reading.requests == {How.LOOK: 1, How.GROUPS: 1}
    assert [step.card.email for step in plan.of(StepKind.UNEXPECTED)] == ["p008@example.org"]


def test_many_rows_are_looked_up_together() -> None:
    account = an_account(300, (5, 20))
    rows = [row(f"p{number:03}") for number in range(0, 320, 4)]
    plan = account.plan(rows)
    assert set(plan.reading.requests) <= {How.LOOK, How.COVER, How.SINGLE}
    assert plan.reading.total_requests < len(rows) / 2
    assert plan.counts[CREATE] == 5
    assert plan.counts[UNCHANGED] == 75


def test_one_answer_may_tell_that_nobody_is_there() -> None:
    account = an_account(30, (5, 20))
    plan = account.plan([row(f"q{number:03}{letter}") for number in range(50) for letter in "abc"])
    assert plan.reading.requests == {How.LOOK: 1, How.COVER: 1}
    assert plan.counts[CREATE] == 150


def test_more_rows_and_groups_than_a_small_account_is_worth_are_held_against_all_of_it() -> None:
    account = an_account(30, (5, 20))
    rows = [row(f"p{number:03}", custom_id=f"R{number}") for number in range(60)]
    plan = account.plan(rows)
    assert How.GROUPS not in plan.reading.requests
    assert plan.reading.unread == 0
    assert plan.counts[StepKind.UPDATE] == 30


def test_an_address_within_too_many_others_is_in_conflict() -> None:
    account = Account(limits=(2, 3))
    for letter in "abcdefgh":
        account.invite(f"{letter}n@example.org")
    for number in range(60):
        account.invite(f"other{number}@example.com")
    plan = account.plan([row("n")])
    assert [step.kind for step in plan.steps] == [CONFLICT]
    assert plan.steps[0].is_undecided
    assert "8 addresses have its own in them, and the list was cut" in plan.steps[0].reason


def test_whoever_comes_meanwhile_does_not_count_for_whoever_was_missed() -> None:
    account = an_account(12, (2, 6))

    def somebody_comes(request: Request) -> None:
        if "?" in request.url and len(account.fake.invitations) < 40:
            account.invite(f"late{len(account.fake.invitations)}@example.org")

    account.before = somebody_comes
    plan = account.plan([row(f"p{number:03}") for number in range(14)])
    assert [step.kind for step in plan.steps] == [UNCHANGED] * 12 + [CREATE] * 2


def test_a_group_that_cannot_be_read_is_told() -> None:
    account = an_account(30, (5, 10), "R1")
    plan = account.plan([row("p000", custom_id="R1")], "GET */invitations 500@2,3,4,5,6,7,8,9,10,11,12")
    assert any(gap.startswith("R1 could not be read: ") for gap in plan.reading.gaps)


def test_the_cover_settles_what_is_known_to_match_whole() -> None:
    addresses = [f"{name}@example.org" for name in ("anna", "hanna", "joanna", "bob")]
    cover = Cover(addresses, total=4, limit=3, longest=255)
    [text, *_] = cover.pick(1)
    matching = [address for address in addresses if text in address]
    assert len(matching) > 1
    cover.know(matching[0])
    cover.counted(text, len(matching), is_whole=False)
    assert list(cover.closed()) == []
    for address in matching[1:]:
        cover.know(address)
    assert sorted(cover.closed()) == sorted(matching)
    assert text not in cover.pick(10)


def test_whoever_was_not_among_the_newest_is_not_looked_for_among_them_again() -> None:
    cover = Cover(["annab@x.org", "annac@y.net"], total=13, limit=10, longest=255)
    for number in range(11):
        cover.know(f"anna@{number}")
    [text] = cover.pick(1)
    cover.counted(text, 13, is_whole=False)
    assert cover.pick(9) == []


def test_the_cover_asks_for_letters_that_servers_compare_alike() -> None:
    cover = Cover(["strauß1@exämple.org", "strauß2@exämple.org"], total=2, limit=150, longest=4)
    texts = cover.pick(20)
    assert texts
    assert all(text.isascii() and len(text) <= 4 for text in texts)


def test_whoever_comes_in_the_same_moment_as_the_newest_does_not_count_for_whoever_was_missed() -> None:
    account = an_account(3, (1, 6))
    moment = max(one.created_at for one in account.fake.invitations)

    def somebody_comes(request: Request) -> None:
        if "p001" in request.url and len(account.fake.invitations) == 3:
            account.invite("late.p001@example.org").created_at = moment

    account.before = somebody_comes
    plan = account.plan(
        [row("p001"), *(row(f"q{number}", email=f"q@{number}.net") for number in range(30)), row("p000")]
    )
    assert plan.steps[-1].kind is UNCHANGED


def test_an_address_that_no_answer_shows_whole_is_decided_by_its_group() -> None:
    account = Account(limits=(1, 2))
    for name in ("ann", "bob", "cleo"):
        account.invite(f"{name}@example.org", custom_id="R1")
    for name in ("x.ann", "y.ann", "zoe"):
        account.invite(f"{name}@example.org", custom_id="S")
    plan = account.plan([row("ann", custom_id="R1")])
    assert [(step.kind, step.reason) for step in plan.steps if step.source] == [(UNCHANGED, "")]


def test_a_server_that_counts_too_few_proves_nothing() -> None:
    account = an_account(12, (3, 6))
    account.miscount = -5
    plan = account.plan([row(f"p{number:03}") for number in range(12)])
    assert not plan.of(CREATE)


def test_known_matches_that_are_more_than_the_server_counts_settle_nobody() -> None:
    cover = Cover(["annab@x.org", "annac@y.net"], total=13, limit=10, longest=255)
    for number in range(11):
        cover.know(f"anna@{number}")
    [text] = cover.pick(1)
    cover.counted(text, 9, is_whole=False)
    assert list(cover.closed()) == []


def test_whoever_comes_into_a_group_meanwhile_does_not_count_for_whoever_was_missed() -> None:
    account = Account(limits=(1, 3))
    for name in ("ann", "cleo", "dan", "eve"):
        account.invite(f"{name}@example.org", custom_id="R1")
    for name in ("xena", "yves", "zoe"):
        account.invite(f"{name}@example.org")

    def somebody_comes(request: Request) -> None:
        if "bob" in request.url and len(account.fake.invitations) == 7:
            account.invite("late.bob@example.org", custom_id="R1")

    account.before = somebody_comes
    plan = account.plan([row("bob", custom_id="R1")])
    assert {step.card.email for step in plan.of(StepKind.UNEXPECTED)} >= {"ann@example.org", "eve@example.org"}
