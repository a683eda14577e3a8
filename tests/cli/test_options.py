"""What the options of a job say of its limit."""

import pytest
from attrs import evolve
from click import command, echo
from click.testing import CliRunner

from jofi_async.cli.options import JobOptions, table_job_options
from jofi_async.core.limits import RateLimit
from tests.cli.support import PEOPLE, Command

DEFAULT = RateLimit(per_second=10, burst=10, in_flight=16)


@pytest.mark.parametrize(
    ("args", "limit"),
    [
        ((), DEFAULT),
        (("--rate", "2.5"), evolve(DEFAULT, per_second=2.5)),
        (("--burst", "3", "--in-flight", "4"), RateLimit(per_second=10, burst=3, in_flight=4)),
        (("--rate", "auto"), RateLimit.adaptive()),
        (("--rate", "auto", "--rate-shared", "file:limit"), RateLimit.adaptive(shared="file:limit")),
        (("--rate-shared", "file:limit"), evolve(DEFAULT, shared="file:limit")),
        (("--rate", "auto", "--burst", "1", "--in-flight", "4"), RateLimit.adaptive(burst=1, in_flight=4)),
    ],
)
def test_the_limit_of_the_options(args: tuple[str, ...], limit: RateLimit) -> None:
    @command
    @table_job_options
    def say(**options: object) -> None:
        said = JobOptions(**options).rate_limit(DEFAULT)  # type: ignore[arg-type]
        echo(f"{said} {said.shared}")

    done = CliRunner().invoke(say, ["people.csv", *args], catch_exceptions=False)
    assert done.output.strip() == f"{limit} {limit.shared}"


def test_a_job_may_find_the_rate_by_itself(jofi: Command) -> None:
    assert jofi.invite(PEOPLE, "--rate", "auto") == 0
