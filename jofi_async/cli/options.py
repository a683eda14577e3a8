"""The options that every command has which runs a job over a table."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal, TypeVar

import click
from attrs import converters, evolve, field, frozen

from jofi_async.bulk.journal.journal import Journal
from jofi_async.core.errors import ConfigurationError
from jofi_async.core.limits import RateLimit
from jofi_async.tables.formats import Format

F = TypeVar("F", bound=Callable[..., Any])


@frozen(kw_only=True)
class JobOptions:
    """What the options say; the names are those of `table_job_options`."""

    file: Path
    chosen: dict[str, str]
    sheet: str | None
    form: Format | None = field(converter=converters.optional(Format))
    encoding: str | None
    dry_run: bool
    yes: bool
    outcomes: Path | None
    rate: float | Literal["auto"] | None
    rate_shared: str | None
    burst: int | None
    in_flight: int | None
    stop_after: int | None
    share_person_id: bool
    api_key_file: Path | None
    journal: Path | None
    no_journal: bool
    take_over: bool
    start_over: bool
    trust_journal: bool

    def __attrs_post_init__(self) -> None:
        if self.no_journal and self.journal is not None:
            raise ConfigurationError("--journal and --no-journal contradict each other")

    def journal_path(self, otherwise: Path | None) -> Path | None:
        """Where the journal is, or None for none.

        Args:
            otherwise: Where it is unless the options say; None for none unless they say.

        Raises:
            ConfigurationError: An option is about a journal, and there is none.
        """
        path = None if self.no_journal else self.journal or otherwise
        if path is None and (self.take_over or self.start_over or self.trust_journal):
            raise ConfigurationError("--take-over, --start-over and --trust-journal need a journal: give --journal")
        return path

    def the_journal(self, path: Path | None) -> Journal | None:
        """The job's journal at a path, as the options say."""
        if path is None:
            return None
        return Journal(path, take_over=self.take_over, start_over=self.start_over, trust=self.trust_journal)

    def rate_limit(self, default: RateLimit) -> RateLimit:
        """The limit of the options, and of a default where they say nothing."""
        if self.rate == "auto":
            adaptive = RateLimit.adaptive()
            return evolve(
                adaptive,
                burst=self.burst or adaptive.burst,
                in_flight=self.in_flight or adaptive.in_flight,
                shared=self.rate_shared,
            )
        return RateLimit(
            per_second=default.per_second if self.rate is None else self.rate,
            burst=default.burst if self.burst is None else self.burst,
            in_flight=default.in_flight if self.in_flight is None else self.in_flight,
            shared=self.rate_shared,
        )


def _chosen(_context: click.Context, _parameter: click.Parameter, pairs: Sequence[str]) -> dict[str, str]:
    chosen: dict[str, str] = {}
    for pair in pairs:
        name, equals, header = pair.partition("=")
        if not equals or not name.strip():
            raise click.BadParameter(f"{pair!r} is not FIELD=HEADER")
        if chosen.setdefault(name.strip(), header.strip()) != header.strip():
            raise click.BadParameter(f"{name.strip()} is given two columns")
    return chosen


def _rate(context: click.Context, parameter: click.Parameter, value: str | None) -> float | str | None:
    return value if value in (None, "auto") else _POSITIVE(value, parameter, context)


_PATH = click.Path(path_type=Path)
_COUNT = click.IntRange(min=1)
_POSITIVE = click.FloatRange(min=0, min_open=True)
_OPTIONS = (
    click.argument("file", type=_PATH),
    click.option(
        "--map",
        "chosen",
        metavar="FIELD=HEADER",
        multiple=True,
        callback=_chosen,
        help="Take a column for a field; FIELD= takes none.",
    ),
    click.option("--sheet", metavar="NAME", help="The sheet of a workbook.  [the first]"),
    click.option(
        "--format",
        "form",
        type=click.Choice([each.value for each in Format]),
        help="What FILE is, where its name does not tell.",
    ),
    click.option("--encoding", metavar="NAME", help="How FILE is encoded, where it is guessed wrong."),
    click.option("--dry-run", is_flag=True, help="Check every row, and send nothing."),
    click.option("--yes", is_flag=True, help="Do not ask before real people are invited."),
    click.option("--outcomes", type=_PATH, metavar="PATH", help="Outcomes, .csv or .jsonl.  [FILE.outcomes.csv]"),
    click.option(
        "--rate",
        callback=_rate,
        metavar="N|auto",
        help="Requests a second; auto finds the limit.  [10; sandbox: any]",
    ),
    click.option(
        "--rate-shared",
        metavar="URL",
        help="Where processes share the rate: file:PATH, redis://HOST.  [$VENDOR_RATE_LIMIT_SHARED]",
    ),
    click.option("--burst", type=_COUNT, metavar="N", help="Requests at once after a pause.  [10]"),
    click.option("--in-flight", type=_COUNT, metavar="N", help="Requests under way at once.  [16]"),
    click.option("--stop-after", type=_COUNT, metavar="N", help="Stop when N rows did not work."),
    click.option("--share-person-id", is_flag=True, help="Let one person_id have several addresses."),
    click.option("--journal", type=_PATH, metavar="PATH", help="The job's record, to resume.  [FILE.VENDOR.journal]"),
    click.option("--no-journal", is_flag=True, help="Keep no record; a killed run cannot be resumed."),
    click.option("--take-over", is_flag=True, help="Take the journal from a process that will never go on."),
    click.option("--start-over", is_flag=True, help="Forget what the journal knows, and invite everybody."),
    click.option("--trust-journal", is_flag=True, help="Go on though the server knows nothing of it."),
    click.option("--api-key-file", type=_PATH, metavar="PATH", help="Read the key from a file (mode 600)."),
)


def table_job_options(command: F) -> F:
    """Add the options to a command."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command
