import gc
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True, scope="module")
def _nothing_is_left_open() -> Iterator[None]:
    """Have an unclosed socket or transport warn, which is an error here, in the module that left it."""
    yield
    gc.collect()
