"""What the console shows, for what its address asks for."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Self
from urllib.parse import urlencode

from attrs import evolve, frozen

from jofi_async.fakes.people import Person
from jofi_async.sandbox.delivery.courier import Courier
from jofi_async.sandbox.delivery.records import Occurrence, Progress
from jofi_async.sandbox.log import Entry, RequestLog
from jofi_async.sandbox.mounts import Json, Mount
from jofi_async.transports.faults import FaultPlan

PAGE = 50
PANELS = {"people": "People", "requests": "Requests", "messages": "Messages", "events": "Events", "faults": "Faults"}


@frozen(kw_only=True)
class Query:
    """The address's query.

    Attributes:
        service: Whose people are shown.
        panel: What is shown beside them; on a narrow screen, instead of them.
        search: Part of a name, an address or a fact.
        state: The one state that is shown; empty for all.
        more: How many lines of each list there are at most.
    """

    service: str
    panel: str = "people"
    search: str = ""
    state: str = ""
    more: int = PAGE

    @classmethod
    def of(cls, given: Mapping[str, str], mounts: Sequence[Mount]) -> Self:
        """Read it; what makes no sense is as if it were not there."""
        names = [mount.name for mount in mounts]
        service = given.get("service", "")
        panel = given.get("panel", "")
        more = given.get("more", "")
        return cls(
            service=service if service in names else names[0],
            panel=panel if panel in PANELS else "people",
            search=given.get("search", "").strip(),
            state=given.get("state", ""),
            more=max(PAGE, int(more)) if more.isascii() and more.isdigit() and len(more) < 7 else PAGE,
        )

    @property
    def beside(self) -> str:
        """What stands beside the people."""
        return "requests" if self.panel == "people" else self.panel

    def link(self, **changes: Any) -> str:
        """Return the address with some of it changed."""
        asked = evolve(self, **changes)
        pairs = {"service": asked.service, "panel": asked.panel, "search": asked.search, "state": asked.state}
        return "/?" + urlencode({name: text for name, text in pairs.items() if text} | _more(asked.more))


def _more(more: int) -> dict[str, int]:
    return {"more": more} if more > PAGE else {}


@frozen(kw_only=True)
class View:
    """What one drawing of the console shows.

    Attributes:
        mount: Whose people are shown.
        people: Those that are asked for, the newest first, and `found`, how many there are.
        states: How many of all are in each state, in order.
        messages: The newest messages, `number_of_newest`, how many there are, and `sent`, how many of each kind.
        requests: The newest requests, and `asked`, how many there were.
        events: The service's newest events, and `pushed`, how many deliveries are in each state.
        names: Whom events are about.
        endpoints: Where the service's events go.
        rules: The faults that are on, and `webhook_rules` those of deliveries.
    """

    query: Query
    mount: Mount
    people: Sequence[Person]
    found: int
    total: int
    states: Mapping[str, int]
    messages: Sequence[Json]
    number_of_newest: int
    sent: Mapping[str, int]
    requests: Sequence[Entry]
    asked: int
    events: Sequence[Occurrence]
    happened: int
    pushed: Mapping[Progress, int]
    names: Mapping[str, str]
    endpoints: Sequence[str]
    rules: Sequence[str]
    webhook_rules: Sequence[str]

    @classmethod
    def of(cls, query: Query, mounts: Sequence[Mount], log: RequestLog, courier: Courier, faults: FaultPlan) -> Self:
        """Look."""
        mount = next(one for one in mounts if one.name == query.service)
        everybody = mount.people()
        count = Counter(person.state for person in everybody)
        shown = [one for one in everybody if query.state in ("", one.state) and matches(one, query.search)]
        sent = mount.sent()
        events = [one for one in courier.log.newest_first() if one.service == mount.name]
        return cls(
            query=query,
            mount=mount,
            people=shown[: query.more],
            found=len(shown),
            total=len(everybody),
            states={state: count[state] for state in mount.states},
            messages=mount.messages(query.more)[::-1],
            number_of_newest=sum(sent.values()),
            sent=sent,
            requests=log.newest(query.more),
            asked=log.count,
            events=events[: query.more],
            happened=len(events),
            pushed=Counter(delivery.progress for event in events for delivery in event.deliveries),
            names={person.about: person.name for person in everybody},
            endpoints=[one.place for one in courier.endpoints if one.service == mount.name],
            rules=[str(rule) for rule in faults.rules],
            webhook_rules=[str(rule) for rule in courier.faults.rules],
        )


def matches(person: Person, search: str) -> bool:
    """Whether every word of a search is somewhere in what is known of a person, whatever the case."""
    words = search.casefold().split()
    if not words:
        return True
    texts = [person.name, person.email, person.phone or "", *(text for _, text in person.facts)]
    known = "\n".join(texts).casefold()
    return all(word in known for word in words)
