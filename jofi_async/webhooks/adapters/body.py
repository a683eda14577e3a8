"""A body, read no further than it may be large."""

from collections.abc import AsyncIterable, Callable


async def read_chunks(chunks: AsyncIterable[bytes], most: int) -> bytes:
    """Read a body that comes in chunks; one that is too large is cut, and still too large."""
    body = bytearray()
    async for chunk in chunks:
        body += chunk[: most + 1 - len(body)]
        if len(body) > most:
            break
    return bytes(body)


def read_stream(read: Callable[[int], bytes], most: int) -> bytes:
    """Read a body of a blocking stream; one that is too large is cut, and still too large."""
    body = bytearray()
    while len(body) <= most and (chunk := read(most + 1 - len(body))):
        body += chunk
    return bytes(body)
