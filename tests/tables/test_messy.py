"""Files as people make them: every row is accounted for by its line, and nobody in them would be invited twice."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from attrs import frozen
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jofi_async.bulk.dry_run import dry_run
from jofi_async.bulk.outcome import OutcomeKind
from jofi_async.jofi.bulk import InvitationChecks
from jofi_async.jofi.columns import FIELDS, new_invitation
from jofi_async.tables.columns import match_columns
from jofi_async.tables.csv_table import open_csv

messy = settings(
    max_examples=200, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
INVITER = {"created_by_user_email": "jane.recruiter@jofiscore.com"}
PEOPLE = ("ada@example.org", "alan.t@example.org", "grace@müller.de", "o'neil+x@example.co.uk")
SPELLINGS = (str, str.upper, str.title, " {} ".format, "\u00a0{}\t".format, "{}\n".format)
NOBODY = ("", "none", "Ada <ada@example.org>", "ada@example.org, alan.t@example.org", "ada@", "ada@example.org\u200b")
NOTES = ("", "called", 'says "maybe"', "two\nlines, and more", "ends\r\n", "=1+1", "x" * 300)


@frozen
class Line:
    """A row of the file: whose address it is, how that is spelt, and what else stands there."""

    person: int | None
    spelling: int
    nobody: int
    note: str
    quotes_all: bool
    blanks_after: int
    tail: str

    @property
    def address(self) -> str:
        return NOBODY[self.nobody] if self.person is None else SPELLINGS[self.spelling](PEOPLE[self.person])


lines = st.builds(
    Line,
    person=st.none() | st.integers(0, len(PEOPLE) - 1),
    spelling=st.integers(0, len(SPELLINGS) - 1),
    nobody=st.integers(0, len(NOBODY) - 1),
    note=st.sampled_from(NOTES),
    quotes_all=st.booleans(),
    blanks_after=st.integers(0, 2),
    tail=st.sampled_from(["", "", "{}", "{}{}"]),
)


@messy
@given(
    rows=st.lists(lines, max_size=12),
    delimiter=st.sampled_from(",;\t|"),
    ends=st.lists(st.sampled_from(["\n", "\r\n", "\r"]), min_size=1, max_size=3),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]),
    last_end=st.booleans(),
)
def test_every_row_has_one_fate_and_every_person_one_row(
    tmp_path: Path, rows: Sequence[Line], delimiter: str, ends: Sequence[str], encoding: str, last_end: bool
) -> None:
    header = ["E-Mail", "First Name", "Last Name", "Notes"]
    text, starts = delimiter.join(header) + ends[0], dict[int, Line]()
    for number, row in enumerate(rows):
        starts[physical_lines(text)] = row
        cells = [row.address, "Ada", f"L{number}", row.note]
        text += delimiter.join(cell(each, delimiter, row.quotes_all) for each in cells)
        text += row.tail.replace("{}", delimiter) + ends[number % len(ends)] * (1 + row.blanks_after)
    path = tmp_path / "people.csv"
    path.write_bytes((text if last_end else text.rstrip("\r\n")).encode(encoding))
    table = open_csv(path)
    source = match_columns(table.header, FIELDS, {}).rows(table, new_invitation, INVITER)
    outcomes = list(dry_run(InvitationChecks(validate=True), source, share_person_id=False))
    assert [outcome.line for outcome in outcomes] == list(starts)
    assert table.rows == len(starts)
    invited: Counter[int] = Counter()
    for outcome in outcomes:
        row = starts[outcome.line or 0]
        if outcome.kind is OutcomeKind.NOT_ATTEMPTED:
            assert row.person is not None
            invited[row.person] += 1
        else:
            assert outcome.reason
    assert invited == dict.fromkeys({row.person for row in rows if row.person is not None}, 1)


def physical_lines(text: str) -> int:
    """The number of the line that begins where a text ends."""
    return text.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1


def cell(text: str, delimiter: str, quotes: bool) -> str:
    if quotes or any(sign in text for sign in (delimiter, '"', "\r", "\n")):
        return '"' + text.replace('"', '""') + '"'
    return text
