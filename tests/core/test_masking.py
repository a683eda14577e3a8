"""Nothing personal survives, and what is not personal does."""

import string

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from jofi_async.core.masking import mask
from tests.core.support import checked

ATOM = string.ascii_letters + string.digits + "._+-'&/=%{}|~!#$^*?`äßé"
UNITS = {
    "letters": ["a", "a.b-c", "'", '"a', "%", "+"],
    "digits": ["1", "1 ", "1-", "(1-", "1-1 (", "1x1", "x ext "],
    "ats": ["a@", "@", "%40"],
    "links": ["http://", "https://@", "http://x.", "http://x..a"],
    "keys": ["sk_live_", "sk_live_.", "sk_live_a ", "Account ", "Bearer  ", "Account a", "Account ...........a "],
}
around = st.text(st.characters(exclude_categories=["Cs", "Nd"]), max_size=30)
gaps = st.sampled_from([" ", "\n", ": ", ", ", " (", " '", '"', ";", " <", "=", " [", "."])
locals_ = st.text(ATOM, min_size=5, max_size=20).filter(lambda text: sum(c.isalnum() for c in text[1:]) > 3)
addresses = st.tuples(locals_, st.sampled_from(["@", "%40"]), st.sampled_from(["x.org", "jofi-score.co.uk", "[::1]"]))
links = st.tuples(
    st.sampled_from(["https://", "http://", "HTTPS://"]),
    st.sampled_from(["", "user:pa@ss@"]),
    st.text(string.ascii_letters + string.digits + "/?&=%-_'#.~@", min_size=6, max_size=30).filter(
        lambda path: any(character.isalnum() for character in path)
    ),
)
bare_keys = st.builds(
    "{}{}".format,
    st.sampled_from(["sk_live_", "sk_test_", "SK_LIVE_"]),
    st.text(string.ascii_letters + "-_.", min_size=6, max_size=40).filter(lambda text: text.strip(".")),
)
credentials = st.builds(
    "{}{}".format,
    st.text(string.ascii_letters + string.digits + "+/=-_.", min_size=11, max_size=40),
    st.integers(0, 9),
)
phones = st.tuples(
    st.sampled_from(["", "+", "(", "+("]),
    st.lists(st.text(string.digits, min_size=1, max_size=4), min_size=3, max_size=4).filter(
        lambda groups: 7 <= len("".join(groups)) <= 15
    ),
    st.sampled_from(["", " ", "-", ".", ") ", " - ", "\u00a0", "\u2011", "/"]),
    st.sampled_from(["", "x12", " ext. 12345"]),
)


@checked
@given(around, addresses, around)
def test_no_address_survives(before: str, address: tuple[str, str, str], after: str) -> None:
    local, at, domain = address
    assume(local[1:] not in before + after)
    masked = mask(f"{before} {local}{at}{domain}{after}")
    assert local not in masked
    assert local[1:] not in masked


@checked
@given(around, gaps, addresses)
def test_no_address_survives_right_after_punctuation(before: str, gap: str, address: tuple[str, str, str]) -> None:
    assume(address[0] not in before)
    assert address[0] not in mask(before + gap + "".join(address))


@checked
@given(around, links, around)
def test_no_link_survives(before: str, link: tuple[str, str, str], after: str) -> None:
    scheme, user, path = link
    assume(path not in before + after)
    masked = mask(f"{before}{scheme}{user}www.jofiscore.com/{path}{after}")
    assert path not in masked
    assert "pa@ss" not in masked


@checked
@given(around, bare_keys, around)
def test_no_key_survives(before: str, key: str, after: str) -> None:
    assume(key not in before + after)
    assert key not in mask(f"{before}{key}{after}")


@checked
@given(around, st.sampled_from(["Bearer ", "Basic ", "Account ", "Account  ", "bearer "]), credentials, gaps)
def test_no_credential_survives(before: str, scheme: str, credential: str, gap: str) -> None:
    assert credential not in mask(f"{before} {scheme}{credential}{gap}")


@checked
@given(around, gaps, phones, gaps, around)
def test_no_phone_survives(
    before: str, gap: str, phone: tuple[str, list[str], str, str], gap_after: str, after: str
) -> None:
    start, groups, separator, extension = phone
    number = start + separator.join(groups) + extension
    masked = mask(before + gap + number + gap_after + after)
    assert number not in masked
    assert sum(character.isdecimal() for character in masked) < 7


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("lucy.test@jofiscore.com", "l***@jofiscore.com"),
        ("'lucy@x.org' or {lucy@x.org}", "'l***@x.org' or {l***@x.org}"),
        ("Lucy <lucy@x.org>, bob@y.org", "Lucy <l***@x.org>, b***@y.org"),
        ("mailto:lucy@x.org", "mailto:l***@x.org"),
        ("@lucy@x.org", "@l***@x.org"),
        ("a@b@c.org", "a***@c.org"),
        ("lucy@", "l***@"),
        ("o'brien@x.org", "o***@x.org"),
        ("john{doe}@x.org", "j***@x.org"),
        ("/invitations/lucy%40x.org", "/i***%40x.org"),
        ("see https://www.jofiscore.com/i/abc?x=1.", "see https://www.jofiscore.com/***."),
        ("'https://x.org/it's/a', ['http://y.org/b']", "'https://x.org/***', ['http://y.org/***']"),
        ("HTTPS://x.org/abc", "HTTPS://x.org/***"),
        ("https://me:se@cret@x.org/", "https://x.org/***"),
        ("call +1 (555) 123-4567.", "call ***."),
        ("5551234567 12345678", "*** ***"),
        ("555-123-4567x12", "***"),
        ("555-1234567/555-7654321", "***/***"),
        ("030/1234567", "***"),
        ("SSN 123-45-6789", "SSN ***"),
        ("key sk_test_a.b-c, yes; sk_test_a.", "key sk_test_***, yes; sk_test_***."),
        ("xsk_live_abc", "xsk_live_***"),
        ("Authorization: Bearer abcdefgh1234.", "Authorization: Bearer ***."),
        ("Authorization: Account 123e4567-e89b-12d3", "Authorization: Account ***"),
    ],
)
def test_what_is_hidden(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "Account not found for API key",
        "Account verification failed",
        "Basic authentication is off. Bearer tokens, please",
        "Team already has an invitation with email",
        "invitation 12345 of account 200",
        "(GET /invitations/12345678 -> 400, 3 attempts)",
        "/candidates/123e4567-e89b-12d3-a456-426614174000/reports",
        "123e4567-e89b-12d3-a456-426614174000",
        "REQ-2025-0001234",
        "got a slot after 0.000 s in the queue and 12.345 s of rate",
        "look @ home",
        "item #3: 100% of 50_000",
        "",
    ],
)
def test_what_is_left_alone(text: str) -> None:
    assert mask(text) == text


@checked
@given(st.lists(st.text(string.ascii_letters, min_size=1, max_size=20), max_size=12))
def test_ordinary_words_survive(words: list[str]) -> None:
    text = " ".join(word.lower() for word in words)
    assert mask(text) == text
    assert mask(f"Account {text}") == f"Account {text}"


@checked
@given(st.text(ATOM + string.digits + " @:()<>\"',;\n", max_size=60) | st.text(max_size=60))
def test_masking_again_changes_nothing(text: str) -> None:
    assert mask(mask(text)) == mask(text)


@checked
@given(st.lists(st.one_of(addresses.map("".join), bare_keys, links.map("".join), phones.map(str), around, gaps)))
def test_masking_a_mixture_again_changes_nothing(parts: list[str]) -> None:
    text = "".join(parts)
    assert mask(mask(text)) == mask(text)


@pytest.mark.parametrize("unit", [unit for units in UNITS.values() for unit in units])
def test_a_million_characters_are_masked_in_passing(unit: str) -> None:
    """A pattern that looks again and again at the same text would take hours, which the test's timeout ends."""
    text = unit * (1_000_000 // len(unit))
    assert len(mask(text)) < 2 * len(text) + 10


@pytest.mark.parametrize(
    "text",
    [
        "The base URL must begin with https:// (or http://) and name a host",
        "The URL of a proxy must read http://host:port or https://host:port",
    ],
)
def test_a_link_without_anything_behind_its_host_stays(text: str) -> None:
    assert mask(text) == text
