"""A participant as a page shows one: who it is, how far it has come, and what it may do next."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cached_property
from typing import Literal

from attrs import define, field, frozen

Facts = tuple[tuple[str, str], ...]
Tone = Literal["waiting", "active", "done", "ended"]
"""What a state means to whoever looks: nothing yet, on the way, finished, or over without an end."""


@frozen(kw_only=True)
class Step:
    """Something that a participant does.

    Attributes:
        key: Tells it from the participant's other steps.
        name: Its name, as it is played.
        label: What a button says, for example "Accept".
        subject: What it is about, for example the name of an assessment.
        details: What is played besides the name.
        at: When it was done; None if it was not.
        possible: Whether it can be done now.
        aside: Whether it ends the way instead of going on.
    """

    key: str
    name: str
    label: str
    subject: str
    details: Mapping[str, object] = field(factory=dict[str, object])
    at: datetime | None = None
    possible: bool = True
    aside: bool = False


@frozen(kw_only=True, repr=False)
class Details:
    """What is asked of few people, and so is not worked out for all.

    Attributes:
        sender: Who invites.
        page: The path of the participant's own page; None if there is none.
        steps: What a participant does, in the usual order.
    """

    sender: str
    page: str | None
    steps: tuple[Step, ...]


@define(kw_only=True, repr=False, eq=False, slots=False)
class Person:
    """A participant.

    Attributes:
        id: The invitation's id.
        about: What events about this person bear; see `Event`.
        state: How far it has come; one of its fake's states.
        at: Since when.
        look: Works out the details.
        recall: Works out what else is known, as heads and texts.
    """

    id: str
    about: str
    name: str
    email: str
    phone: str | None
    state: str
    at: datetime
    look: Callable[[], Details]
    recall: Callable[[], Facts]

    @cached_property
    def details(self) -> Details:
        """The details, which are worked out once."""
        return self.look()

    @cached_property
    def facts(self) -> Facts:
        """What else is known, which is worked out once."""
        return self.recall()

    @property
    def steps(self) -> tuple[Step, ...]:
        """What the participant does, in the usual order."""
        return self.details.steps

    @property
    def way(self) -> tuple[Step, ...]:
        """The steps from the invitation to the end."""
        return tuple(step for step in self.steps if not step.aside)

    @property
    def next_step(self) -> Step | None:
        """The first step of the way that is not done and can be."""
        return next((step for step in self.way if step.at is None and step.possible), None)

    def step(self, key: str) -> Step:
        """Return a step.

        Raises:
            LookupError: There is none with that key.
        """
        for step in self.steps:
            if step.key == key:
                return step
        raise LookupError(f"there is no step {key!r}")

    def __repr__(self) -> str:
        return f"Person({self.id}, {self.state})"
