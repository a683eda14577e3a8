"""The vendors on which real processes are tried: Yardstik at length only, since its rows take two steps."""

import pytest


@pytest.fixture(params=["jofi", "yardstik"])
def vendor(request: pytest.FixtureRequest, rounds: int) -> str:
    """The vendor of a job."""
    chosen: str = request.param
    if chosen == "yardstik" and rounds == 1:
        pytest.skip("it is tried with more --rounds")
    return chosen
