"""What all tests share."""

import asyncio
import inspect
from collections.abc import AsyncGenerator
from random import randrange
from typing import Any
from unittest.mock import Mock

import aiohttp
import aioresponses.core
import pytest
from hypothesis import settings

settings.register_profile("default", max_examples=200, derandomize=True, deadline=None, database=None)
settings.register_profile("nightly", max_examples=5_000, deadline=None)
settings.load_profile("default")

# Before pytest-asyncio asks for a loop, which would make one that `asyncio.run` then drops unclosed.
asyncio.set_event_loop(None)

if "stream_writer" in inspect.signature(aiohttp.ClientResponse.__init__).parameters:

    class _Response(aiohttp.ClientResponse):
        """Lets aioresponses make an answer of aiohttp >= 3.14 (aioresponses#289); goes when a release does."""

        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **{"stream_writer": Mock(output_size=0), **options})

    pytest.MonkeyPatch().setattr(aioresponses.core, "ClientResponse", _Response)


def pytest_addoption(parser: pytest.Parser) -> None:
    options = parser.getgroup("real processes")
    options.addoption("--rounds", type=int, default=1, help="how many times as much is tried with real processes")
    options.addoption("--at-length", action="store_true", help="also run what takes minutes of real time")
    options.addoption("--seed", type=int, default=randrange(2**32), help="what their moments and faults are drawn from")


@pytest.fixture
async def _tasks_ended() -> AsyncGenerator[None, None]:
    yield
    left = asyncio.all_tasks() - {asyncio.current_task()}
    assert not left, f"the test left tasks running: {left}"


@pytest.fixture(autouse=True)
def _no_task_outlives_its_test(request: pytest.FixtureRequest) -> None:
    if inspect.iscoroutinefunction(request.function):
        request.getfixturevalue("_tasks_ended")
