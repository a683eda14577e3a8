"""Accounts of realistic shapes: the address and the custom_id of each invitation, the oldest first.

Names are those of the US census as faker has them; six big mail domains have 89 % of the addresses, 1,500 small ones
the rest. The order of creation says nothing of an address. Each shape has a seed, so that there are many such accounts.
"""

from bisect import bisect
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import accumulate
from random import Random
from typing import Protocol, cast

Row = tuple[str, str]
Weighted = tuple[Sequence[str], Sequence[float]]

_BIG = {"gmail.com": 40, "yahoo.com": 17, "hotmail.com": 11, "outlook.com": 10, "icloud.com": 6, "aol.com": 5}
_RESEARCHED = {"gmail.com": 36, "yahoo.com": 18, "hotmail.com": 12, "outlook.com": 11, "icloud.com": 7, "aol.com": 5}
_WORDS = (
    *("group", "tech", "labs", "works", "media", "health", "care", "foods", "build", "logic", "soft", "net", "data"),
    *("systems", "energy", "motors", "bank", "design", "legal", "school", "college", "city", "home", "air", "sea"),
    *("steel", "paper", "print", "green", "blue"),
)
_ENDINGS = ["com"] * 14 + ["org", "net", "edu", "co", "io", "us"]
_SMALL = 1500


def _weighted(weights: Mapping[str, float]) -> Weighted:
    return list(weights), list(accumulate(weights.values()))


@cache
def _names() -> tuple[Weighted, Weighted]:
    """First names and last names, by how common they are."""
    from faker.providers.person.en_US import Provider  # so that the benchmark can be described without it

    men, women, families = (
        cast("Mapping[str, float]", names)
        for names in (Provider.first_names_male, Provider.first_names_female, Provider.last_names)
    )
    return _weighted({**men, **women}), _weighted(families)


class Shape(Protocol):
    """Makes accounts of a shape."""

    def __call__(self, count: int, seed: int = 1) -> list[Row]:
        """An account of so many invitations."""
        ...


def emails(count: int, seed: int = 1) -> list[Row]:
    """People with addresses of their own, a third of them with a number in it, in no group."""
    return _people(count, seed, _BIG, numbered=1.0)


def researched(count: int, seed: int = 1) -> list[Row]:
    """The same with a number in a fifth of the addresses, and fewer at the biggest domain.

    Both were chosen once so that somebody who knows every address needs about as many questions as research on such
    accounts found (4.6, 4.0 and 4.0 times N / 150 at 1,000, 5,000 and 20,000), and by nothing else.
    """
    return _people(count, seed, _RESEARCHED, numbered=0.5)


def bigco(count: int, seed: int = 1) -> list[Row]:
    """The people of one company: first.last@bigco.com."""
    random = Random(seed)
    found: dict[str, None] = {}
    while len(found) < count:
        name, number = f"{_first(random)}.{_last(random)}", 1
        while (email := f"{name}{number if number > 1 else ''}@bigco.com") in found:
            number += 1
        found[email] = None
    return [(email, "") for email in found]


def random_strings(count: int, seed: int = 1, domains: Sequence[str] = ("example.com",)) -> list[Row]:
    """Ten letters or digits at one domain."""
    random, letters = Random(seed), "abcdefghijklmnopqrstuvwxyz0123456789"
    return [("".join(random.choices(letters, k=10)) + "@" + random.choice(domains), "") for _ in range(count)]


def researched_strings(count: int, seed: int = 1) -> list[Row]:
    """The same at three domains.

    So the plain walk takes as many questions as research on random strings found, which does not say how they were
    made: three for each letter and digit at 1,000 and 5,000, and three for each two of them at 20,000 and 100,000.
    """
    return random_strings(count, seed, ("example.com", "example.net", "example.org"))


def grouped(count: int, seed: int = 1, people: Shape = researched) -> list[Row]:
    """People of whom 80 % are in one of 600 groups, drawn at random."""
    random, rows = Random(seed + 1), people(count, seed)
    return [(email, _group(random.randrange(600)) if random.random() < 0.8 else "") for email, _ in rows]


def bunched(count: int, seed: int = 1) -> list[Row]:
    """People as researched, 80 % of them in groups of about 25 that come and go, a dozen at once, as hiring goes."""
    random, groups = Random(seed + 1), count // 30
    now = (random.gauss(at / count * groups, 4) for at in range(count))
    return [
        (email, _group(min(groups - 1, max(0, round(group)))) if random.random() < 0.8 else "")
        for (email, _), group in zip(researched(count, seed), now, strict=True)
    ]


SHAPES: Mapping[str, Shape] = {
    "emails as researched": researched,
    "emails": emails,
    "one company": bigco,
    "random strings as researched": researched_strings,
    "random strings": random_strings,
    "groups": grouped,
    "groups bunched in time": bunched,
}


def _people(count: int, seed: int, big: Mapping[str, float], *, numbered: float) -> list[Row]:
    random = Random(seed)
    often, seldom = _weighted(big), _weighted({name: 1 / (5 + n) for n, name in enumerate(_small_domains(random))})
    found: dict[str, None] = {}
    while len(found) < count:
        domain = _pick(random, often if random.random() < 0.89 else seldom)
        found[f"{_local(random, numbered)}@{domain}"] = None
    return [(email, "") for email in found]


def _group(number: int) -> str:
    return f"REQ-{2023 + number % 4}-{number:04}"


def _first(random: Random) -> str:
    return _pick(random, _names()[0])


def _last(random: Random) -> str:
    return _pick(random, _names()[1])


def _pick(random: Random, weighted: Weighted) -> str:
    names, sums = weighted
    return names[bisect(sums, random.random() * sums[-1])].lower()


def _small_domains(random: Random) -> Iterable[str]:
    found: dict[str, None] = {}
    while len(found) < _SMALL:
        kind = random.random()
        if kind < 0.4:
            name = _last(random) + random.choice(_WORDS)
        elif kind < 0.7:
            name = random.choice(_WORDS) + random.choice(_WORDS)
        elif kind < 0.85:
            name = _last(random) + random.choice(["", "-", "and"]) + _last(random)
        else:
            name = _first(random) + random.choice(_WORDS)
        found[f"{name}.{random.choice(_ENDINGS)}"] = None
    return found


def _local(random: Random, numbered: float) -> str:
    first, last = _first(random), _last(random)
    year = random.choice([random.randrange(10), random.randrange(10, 100), random.randrange(1955, 2008)])
    forms = {
        f"{first}.{last}": 24,
        f"{first}{last}": 14,
        f"{first[0]}{last}": 12,
        f"{first}_{last}": 7,
        f"{first}.{last}{year}": 8 * numbered,
        f"{first}{last}{year}": 8 * numbered,
        f"{first[0]}{last}{year}": 6 * numbered,
        f"{first}{year}": 7 * numbered,
        f"{first}{last[0]}": 6,
        f"{first}{last[0]}{year}": 4 * numbered,
        f"{last}{first[0]}": 4,
    }
    return random.choices(list(forms), list(forms.values()))[0]
