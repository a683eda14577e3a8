"""How often the tests of real processes are run; more in a nox session of their own."""

from typing import cast

import pytest


@pytest.fixture
def rounds(request: pytest.FixtureRequest) -> int:
    """How many times as much as by default is to be tried."""
    return cast("int", request.config.getoption("--rounds"))


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """What moments and faults are drawn from, printed where a test fails."""
    given = cast("int", request.config.getoption("--seed"))
    print(f"--seed {given}")
    return given
