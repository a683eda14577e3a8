"""Prices: what is hard to settle costs more, and texts are taken for what they settle at these prices."""

from hypothesis import given, settings
from hypothesis import strategies as st

from jofi_async.reconcile.prices import Prices

Sets = dict[str, dict[str, float]]

sets: st.SearchStrategy[Sets] = st.dictionaries(
    st.text("xyz", min_size=1, max_size=2),
    st.dictionaries(st.sampled_from("abcdefgh"), st.floats(0.01, 1), min_size=1, max_size=6),
    max_size=8,
)


def whole(*texts: str) -> Sets:
    return {text: dict.fromkeys(text, 1.0) for text in texts}


def chosen(candidates: Sets, addresses: str) -> list[str]:
    prices = Prices()
    prices.adjust(candidates, addresses)
    return list(prices.best(candidates, 1.0))


def test_two_texts_that_settle_all_are_preferred_to_the_largest() -> None:
    # the largest first would take three
    candidates = whole("abcghi", "abcde", "fghij", "abghi")
    assert set(chosen(candidates, "abcdefghij")) == {"abcde", "fghij"}


def test_a_text_that_settles_less_than_enough_is_not_taken() -> None:
    candidates: Sets = {"ab": {"a": 0.4, "b": 0.5}, "cd": {"c": 0.6, "d": 0.5}}
    assert chosen(candidates, "abcd") == ["cd"]


@settings(deadline=None, max_examples=settings().max_examples // 4)
@given(sets)
def test_each_text_settles_something_that_none_before_it_does(candidates: Sets) -> None:
    taken: set[str] = set()
    texts = chosen(candidates, "abcdefgh")
    for text in texts:
        left = {address: share for address, share in candidates[text].items() if address not in taken}
        assert sum(left.values()) >= 1
        taken |= left.keys()
    for text, shares in candidates.items():  # and none that would is left
        assert text in texts or sum(share for address, share in shares.items() if address not in taken) < 1


@settings(deadline=None, max_examples=settings().max_examples // 4)
@given(sets)
def test_nothing_costs_more_than_a_question_of_its_own(candidates: Sets) -> None:
    prices = Prices()
    for _ in range(3):
        prices.adjust(candidates, "abcdefgh")
    assert all(0 < price <= 1 for price in prices.of.values())
