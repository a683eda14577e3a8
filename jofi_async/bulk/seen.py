"""Who a job has seen already: an earlier row that was itself sendable makes a later one a repeat."""

from attrs import define, field

from jofi_async.bulk.resource import Person
from jofi_async.core.addresses import mailbox
from jofi_async.core.errors import Problem

_Place = int
"""A row's line; where that is not known, its number as a negative one, -1 for the first row."""


@define
class Seen:
    """Remembers persons by key and by person_id.

    Attributes:
        share_person_id: Whether one person_id may come with several addresses.
    """

    share_person_id: bool = False
    _keys: dict[str, _Place] = field(factory=dict[str, _Place], repr=False)
    _person_ids: dict[str, _Place] = field(factory=dict[str, _Place], repr=False)

    def has(self, person: Person) -> bool:
        """Whether an earlier row was about the person, by its key."""
        return mailbox(person.key) in self._keys

    def note(self, person: Person, index: int, line: int | None) -> None:
        """Remember somebody whom an earlier run has settled, whatever else is known of the row."""
        self._keys.setdefault(mailbox(person.key), _place(index, line))

    def problem_with(self, person: Person, index: int, line: int | None) -> Problem | None:
        """Say which earlier row this one repeats; a row that repeats none is remembered."""
        here, key, person_id = _place(index, line), mailbox(person.key), person.person_id
        if key in self._keys:
            return Problem("email", f"repeats the person of {_words(self._keys[key])}")
        if person_id and not self.share_person_id:
            if (earlier := self._person_ids.get(person_id)) is not None:
                words = f"{_words(here)} has the person_id of {_words(earlier)} with another e-mail address"
                return Problem("person_id", words)
            self._person_ids[person_id] = here
        self._keys[key] = here
        return None


def _place(index: int, line: int | None) -> _Place:
    return -index - 1 if line is None else line


def _words(place: _Place) -> str:
    return f"row {-place}" if place < 0 else f"line {place}"
