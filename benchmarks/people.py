"""The people who are invited: each with an address, a phone and ids of their own."""

from collections.abc import Iterator
from itertools import cycle, islice
from typing import TypedDict


class Person(TypedDict):
    """The fields that an applicant tracking system usually has."""

    first_name: str
    last_name: str
    email: str
    created_by_user_email: str
    person_id: str
    custom_id: str
    phone: str


def people(count: int) -> Iterator[Person]:
    """Make `count` people."""
    return (
        Person(
            first_name="Linda",
            last_name="Sample",
            email=f"linda.sample-{number}@jofiscore.com",
            created_by_user_email="jane.recruiter@jofiscore.com",
            person_id=f"1bb2141c-4100-4b21-9cd2-{number:012}",
            custom_id="REQ-2026-117",
            phone=f"+1555{number:07}",
        )
        for number in range(count)
    )


def crowd(count: int = 5000) -> Iterator[Person]:
    """The same people for ever, so many that no cache helps."""
    return cycle(list(islice(people(count), count)))
