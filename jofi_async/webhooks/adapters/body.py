"""A body, read no further than it may be large."""

from collections.abc import AsyncIterable, Callable


async def read_chunks(chunks: AsyncIterable[bytes], most: int, broken: tuple[type[Exception], ...]) -> bytes | None:
    """Read a body that comes in chunks; one that is too large is cut, and still too large.

    Returns:
        None if it breaks off, by which one of `broken` is raised.
    """
    body = bytearray()
    try:
        async for chunk in chunks:
            body += chunk[: most + 1 - len(body)]
            if len(body) > most:
                break
    except broken:
        return None
    return bytes(body)


def read_stream(read: Callable[[int], bytes], most: int) -> bytes | None:
    """Read a body of a blocking stream; one that is too large is cut, and still too large.

    Returns:
        None if it breaks off, by which an `OSError` is raised.
    """
    body = bytearray()
    try:
        while len(body) <= most and (chunk := read(most + 1 - len(body))):
            body += chunk
    except OSError:
        return None
    return bytes(body)
