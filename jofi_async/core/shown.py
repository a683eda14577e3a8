"""How a model shows itself: by type and id, for its fields may be personal."""

from typing import Any


class Shown:
    """Shows type and id in a `repr`, and nothing that may be personal."""

    __slots__ = ()

    id: Any

    def __repr__(self) -> str:
        return f"{type(self).__name__}(id={self.id})"
