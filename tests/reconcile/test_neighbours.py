"""Which characters are tried first beside a text."""

from jofi_async.reconcile.neighbours import ALPHABET, Neighbours


def likeliest(neighbours: Neighbours, text: str, *, is_before: bool) -> list[str]:
    shares = neighbours.shares(text, is_before=is_before)
    return sorted(shares, key=lambda letter: -shares[letter])


def test_nothing_seen_leaves_the_order_of_the_alphabet() -> None:
    assert likeliest(Neighbours("@"), "@", is_before=True) == list(ALPHABET)


def test_what_was_seen_beside_a_text_comes_first_and_then_what_was_seen_at_all() -> None:
    neighbours = Neighbours("@")
    neighbours.see(["tom@zz.org", "sam@zz.org", "ann@zz.org", "\u00e9ve@zz.org"])
    before = likeliest(neighbours, "@", is_before=True)
    assert before[0] == "m"
    assert set(before[:3]) == {"m", "n", "e"}
    assert before.index("\u00e9") < before.index("q")
    assert before.index("z") > before.index("s")  # it was seen behind the anchor alone
    assert likeliest(neighbours, "m@", is_before=True)[0] in "oa"
    assert likeliest(neighbours, "@", is_before=False)[0] == "z"


def test_a_field_without_an_anchor_is_learned_both_ways() -> None:
    neighbours = Neighbours("")
    neighbours.see(["REQ-1", "REQ-2"])
    assert likeliest(neighbours, "E", is_before=True)[0] == "R"
    assert likeliest(neighbours, "RE", is_before=False)[0] == "Q"
