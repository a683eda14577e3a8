"""Who of those wanted is who on the server: by person_id, then by address, and never by a guess.

Rows and items are linked where person_id or address are the same. Whoever shares both with exactly one item is that
one. Of the rest, a row and an item belong together if neither is linked to another; anything else could be more than
one, and changing the one would change what the other is, so nothing is done about it.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any

from attrs import field, frozen

from jofi_async.core.errors import Problem
from jofi_async.reconcile.reconcilable import Facts
from jofi_async.reconcile.wanted import WantedRow

_NAMED = 3
"""How many others a problem names."""


@frozen
class Matching:
    """Who is who.

    Attributes:
        pairs: The item of each row that has one, by the row's place.
        problems: Why a row's item cannot be told.
        unclaimed: The items that no row has to do with.
    """

    pairs: dict[int, Hashable] = field(factory=dict[int, Hashable])
    problems: dict[int, Problem] = field(factory=dict[int, Problem])
    unclaimed: set[Hashable] = field(factory=set[Hashable])


def match(rows: Sequence[WantedRow[Any]], items: Iterable[Facts]) -> Matching:
    """Match rows that can be sent; one that cannot claims what it is linked to, and no more.

    Args:
        rows: What is wanted.
        items: What is there.
    """
    by_key: defaultdict[str, list[Hashable]] = defaultdict(list)
    by_person_id: defaultdict[str, list[Hashable]] = defaultdict(list)
    matching = Matching()
    for facts in items:
        matching.unclaimed.add(facts.id)
        by_key[facts.person.key].append(facts.id)
        if facts.person.person_id:
            by_person_id[facts.person.person_id].append(facts.id)
    shared = _shared(rows)
    links: dict[int, list[Hashable]] = {}
    for place, row in enumerate(rows):
        key, person_id = row.person.key, row.person.person_id
        same_key = by_key.get(key, []) if key else []
        same_id = by_person_id.get(person_id, []) if person_id else []
        if row.problems:
            matching.unclaimed.difference_update(same_key, same_id)
            continue
        both = [one for one in same_key if one in same_id]
        if len(both) == 1:
            matching.pairs[place] = both[0]
        else:
            links[place] = list(dict.fromkeys([*(() if person_id in shared else same_id), *same_key]))
    _match_rest(matching, links, rows)
    return matching


def _match_rest(matching: Matching, links: Mapping[int, Sequence[Hashable]], rows: Sequence[WantedRow[Any]]) -> None:
    taken = set(matching.pairs.values())
    left = {place: [one for one in found if one not in taken] for place, found in links.items()}
    suitors: defaultdict[Hashable, list[int]] = defaultdict(list)
    for place, found in left.items():
        for one in found:
            suitors[one].append(place)
    for place, found in left.items():
        if len(found) == 1 and len(suitors[found[0]]) == 1:
            matching.pairs[place] = found[0]
        elif len(found) > 1:
            matching.problems[place] = Problem("", f"its person_id or address is on {_listed(map(str, found))}")
        elif found:
            others = [_named(rows[other], other) for other in suitors[found[0]] if other != place]
            matching.problems[place] = Problem("", f"{found[0]} could be this row's or that of {_listed(others)}")
    matching.unclaimed.difference_update(matching.pairs.values(), suitors)


def _shared(rows: Sequence[WantedRow[Any]]) -> set[str | None]:
    """The person_ids of several rows: they tell nobody from anybody."""
    counts = Counter(row.person.person_id for row in rows if row.person.person_id and not row.problems)
    return {person_id for person_id, count in counts.items() if count > 1}


def _named(row: WantedRow[Any], place: int) -> str:
    return f"row {place + 1}" if row.source.line is None else f"line {row.source.line}"


def _listed(names: Iterable[str]) -> str:
    each = list(names)
    shown = each[:_NAMED] + ([f"{len(each) - _NAMED} more"] if len(each) > _NAMED else [])
    return " and ".join(shown)
