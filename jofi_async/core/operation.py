"""What a call is for: a route, and whether doing it twice is harmless."""

from attrs import frozen


@frozen
class Operation:
    """A route of a vendor's API.

    Attributes:
        name: The resource and the verb, for example "invitations.create".
        method: The HTTP method in capitals.
        path: The route below the base URL; `{id}` stands for the object's id.
        repeatable: Whether doing it twice does the same as doing it once.
    """

    name: str
    method: str
    path: str
    repeatable: bool = False
