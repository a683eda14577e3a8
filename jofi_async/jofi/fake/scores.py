"""Scores of test takers: made up, and always the same for one person.

Documented (page "Scorecards") are the fields of a score, the sections `thinking_skills` and `personality_traits`, and
the short names `think` and `think-read`. All other names here, and all numbers, are ours.
"""

from random import Random

from attrs import frozen

from jofi_async.jofi.fake.records import Invitation
from jofi_async.jofi.fake.routing import Payload

RIASEC = "RIASEC"
INTERESTS = 8
LETTERS = 3
BEST = 10


@frozen
class Scale:
    """Something that is scored, and its parts."""

    id: int
    short_name: str
    display_name: str
    facets: tuple["Scale", ...] = ()


@frozen
class Section:
    """A section of a scorecard, and the assessment that fills it."""

    name: str
    test_id: int
    scales: tuple[Scale, ...]


SECTIONS = (
    Section("thinking_skills", 7, (Scale(1, "think", "Thinking Skills", (Scale(2, "think-read", "Reading"),)),)),
    Section("personality_traits", 6, (Scale(3, "trait", "Personality Traits", (Scale(4, "trait-calm", "Calm"),)),)),
)


def of_test_taker(record: Invitation) -> Payload:
    """Return a person's letters and scores; a section whose assessment is not completed is null."""
    return {
        "riasec_profile": _letters(record) if INTERESTS in record.completed_at else None,
        "scores": {one.name: _section(record, one) if one.test_id in record.completed_at else None for one in SECTIONS},
    }


def _letters(record: Invitation) -> str:
    return "".join(_random(record, RIASEC).sample(RIASEC, LETTERS))


def _section(record: Invitation, section: Section) -> list[Payload]:
    return [{**_score(record, one), "facets": [_score(record, part) for part in one.facets]} for one in section.scales]


def _score(record: Invitation, scale: Scale) -> Payload:
    return {
        "object": "score",
        "id": scale.id,
        "display_name": scale.display_name,
        "short_name": scale.short_name,
        "description": f"{scale.display_name}, as this sandbox makes it up",
        "is_starred": False,
        "yellow_band": 5,
        "test_taker_score": _random(record, scale.short_name).randint(1, BEST),
    }


def _random(record: Invitation, what: str) -> Random:
    return Random(f"{record.test_taker_id} {what}")
