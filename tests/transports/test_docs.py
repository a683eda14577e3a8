"""The transport that the documentation shows keeps the contract."""

import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from jofi_async.core.transport import Transport
from jofi_async.testing import Handler, TransportContract
from tests.support.server import serve

PAGE = Path(__file__).parents[2] / "docs" / "transports.md"


def shown() -> dict[str, Any]:
    """What the first block of code on the page defines."""
    found = re.search(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert found is not None
    names: dict[str, Any] = {}
    exec(found[1], names)
    return names


class TestTheTransportOfTheDocs(TransportContract):
    @asynccontextmanager
    async def transport_for(self, handler: Handler) -> AsyncGenerator[tuple[Transport, str], None]:
        async with serve(handler) as base_url, shown()["ThreadTransport"]() as transport:
            yield transport, base_url
