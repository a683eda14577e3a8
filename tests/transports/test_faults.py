"""The text of a fault, and which requests a plan strikes."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jofi_async.core.errors import ConfigurationError
from jofi_async.transports.faults import AMBIGUOUS, LONGEST, RETRY_AFTER, WAITS, Fault, FaultKind, FaultPlan

METHODS = ("", "GET", "POST", "PUT", "DELETE")
PATHS = st.sampled_from(["", "/api/v2/invitations", "*", "*/invitations/*", "/[a-z]?", "/a=b:c@d"])
WHOLE = st.integers(0, LONGEST).map(float)
POSITIONS = st.lists(st.integers(1, 999_999_999), min_size=1, max_size=4).map(tuple)


@st.composite
def faults(draw: st.DrawFn) -> Fault:
    kind = draw(st.sampled_from(FaultKind))
    seconds = None
    if kind in RETRY_AFTER:
        seconds = draw(st.none() | WHOLE)
    elif kind in WAITS:
        seconds = draw(st.none() | st.floats(0, LONGEST))
    counted = draw(st.booleans())
    return Fault(
        kind=kind,
        after=kind in AMBIGUOUS and draw(st.booleans()),
        seconds=seconds,
        share=None if counted else draw(st.none() | st.floats(0, 1)),
        positions=draw(POSITIONS) if counted else (),
        method=draw(st.sampled_from(METHODS)),
        path=draw(PATHS),
    )


@given(fault=faults())
def test_a_text_reads_back_the_same(fault: Fault) -> None:
    assert Fault.parse(str(fault)) == fault


@given(text=st.text() | st.text("dropslowate50ht3+=:@,.12 GEPOST/*", max_size=20))
def test_any_text_is_a_rule_or_a_clear_error(text: str) -> None:
    with suppress(ConfigurationError):
        fault = Fault.parse(text)
        assert Fault.parse(str(fault)) == fault


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("drop_before", Fault(kind=FaultKind.DROP_BEFORE)),
        ("drop_after:0.1", Fault(kind=FaultKind.DROP_AFTER, share=0.1)),
        ("late=2.5@3", Fault(kind=FaultKind.LATE, seconds=2.5, positions=(3,))),
        ("slow=0:1", Fault(kind=FaultKind.SLOW, seconds=0, share=1)),
        ("reset@3,7", Fault(kind=FaultKind.RESET, positions=(3, 7))),
        ("429=2@3", Fault(kind=FaultKind.TOO_MANY, seconds=2, positions=(3,))),
        ("503+=10:0.5", Fault(kind=FaultKind.UNAVAILABLE, after=True, seconds=10, share=0.5)),
        ("POST html+", Fault(kind=FaultKind.HTML, after=True, method="POST")),
        ("GET */invitations 500", Fault(kind=FaultKind.BROKEN, method="GET", path="*/invitations")),
        ("  /api/v2/*   cut ", Fault(kind=FaultKind.CUT, path="/api/v2/*")),
    ],
)
def test_examples(text: str, fault: Fault) -> None:
    assert Fault.parse(text) == fault


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "There is no fault ''"),
        ("drop", "There is no fault 'drop'; there are drop_before, drop_after, late, slow"),
        ("429+", "429 has no '+'; 503, 500 and html do"),
        ("reset+", "reset has no '+'"),
        ("cut=2", "cut takes no seconds; late, slow, 429 and 503 do"),
        ("slow=x", "the seconds must be a number such as 2 or 0.5, and 'x' is none"),
        ("slow=-1", "'-1' is none"),
        ("slow=86401", "the seconds must be between 0 and 86400"),
        ("slow=1e3", "'1e3' is none"),
        ("429=0.5", "Retry-After counts whole seconds"),
        ("late:", "the share must be a number"),
        ("late:2", "the share must be between 0 and 1"),
        ("late@", "positions are whole numbers such as 3 or 3,7, and '' is none"),
        ("late@0", "positions count from 1"),
        ("late@3,", "'3,' is none"),
        ("late:0.1@3", "the share must be a number"),
        ("late@3:0.1", "'3:0.1' is none"),
        ("late=1=2", "'1=2' is none"),
        ("late+1", "something stands between"),
        ("post late", "the path must begin with / or *"),
        ("GET POST late", "the path must begin with / or *"),
        ("GET /a /b late", "only a method and a path precede the kind"),
    ],
)
def test_a_wrong_rule_says_what_is_wrong(text: str, words: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Fault.parse(text)
    assert words in caught.value.message


def test_parts_that_do_not_go_together() -> None:
    with pytest.raises(ConfigurationError, match="not both"):
        Fault(kind=FaultKind.CUT, share=0.5, positions=(1,))
    with pytest.raises(ConfigurationError, match="in capitals"):
        Fault(kind=FaultKind.CUT, method="get")


def struck(plan: FaultPlan, count: int, method: str = "POST", path: str = "/a") -> list[int]:
    return [number for number in range(1, count + 1) if plan.decide(method, path)]


def test_positions_and_every_request() -> None:
    assert struck(FaultPlan("cut@3"), 9) == [3]
    assert struck(FaultPlan("cut@3,7,99"), 9) == [3, 7]
    assert struck(FaultPlan("cut"), 3) == [1, 2, 3]
    assert struck(FaultPlan(), 3) == []


def test_a_share_is_drawn_from_the_seed() -> None:
    first, again, other = (struck(FaultPlan("cut:0.1", seed=seed), 10_000) for seed in (1, 1, 2))
    assert first == again
    assert first != other
    assert 900 < len(first) < 1100
    assert struck(FaultPlan("cut:0"), 100) == []
    assert len(struck(FaultPlan("cut:1"), 100)) == 100


def test_a_rule_counts_what_it_concerns() -> None:
    plan = FaultPlan("POST cut@2")
    assert [plan.decide(method, "/a") is not None for method in ("POST", "GET", "GET", "POST", "POST")] == [
        False,
        False,
        False,
        True,
        False,
    ]
    plan = FaultPlan("*/invitations cut@1")
    assert struck(plan, 3, path="/api/v2/invitations/7") == []
    assert struck(plan, 3, path="/api/v2/invitations") == [1]


def test_the_first_of_several_has_its_way_and_the_others_count() -> None:
    plan = FaultPlan("cut@1,2", "reset@2,3")
    assert [str(plan.decide("GET", "/")) for _ in range(4)] == ["cut@1,2", "cut@1,2", "reset@2,3", "None"]


def test_a_rule_s_luck_does_not_depend_on_other_rules() -> None:
    alone, together = FaultPlan("cut:0.5"), FaultPlan("cut:0.5", "reset:0.5")
    cut = [number for number in range(100) if alone.decide("GET", "/")]
    assert cut == [number for number in range(100) if str(together.decide("GET", "/")) == "cut:0.5"]


def test_rules_change_while_it_runs_and_count_from_then() -> None:
    plan = FaultPlan("cut@2")
    assert struck(plan, 1) == []
    plan.add("reset@1")
    assert str(plan.decide("GET", "/")) == "cut@2"
    plan.set("500@1")
    assert [str(rule) for rule in plan.rules] == ["500@1"]
    assert struck(plan, 2) == [1]
    plan.clear()
    assert plan.rules == ()
    assert struck(plan, 2) == []


def test_a_wrong_rule_changes_nothing() -> None:
    plan = FaultPlan("cut")
    with pytest.raises(ConfigurationError):
        plan.set("reset", "nonsense")
    with pytest.raises(ConfigurationError):
        plan.add("reset", "nonsense")
    assert [str(rule) for rule in plan.rules] == ["cut"]


def test_a_plan_is_made_of_what_is_at_hand() -> None:
    plan = FaultPlan("cut")
    assert FaultPlan.of(plan) is plan
    assert FaultPlan.of("cut").rules == plan.rules
    assert FaultPlan.of(["cut"]).rules == plan.rules
    assert FaultPlan.of(()).rules == ()
