"""Reports rows that repeat an earlier row, whatever names the rows aside."""

from collections.abc import Iterator

import polars as pl

from modelyard.domain.columns import ColumnKind
from modelyard.domain.findings import Finding, Severity
from modelyard.domain.profiles import ColumnProfile, most_combinations
from modelyard.kit.repeats import repeated
from modelyard.protocols.checks import CheckCard, CheckInput

_N_SHOWN = 10


class DuplicateRows:
    """Looks for rows that are the same throughout."""

    card = CheckCard("duplicate-rows", "Duplicate rows", ("duplicate-rows",))

    def check(self, subject: CheckInput) -> Iterator[Finding]:
        """Report how many rows repeat an earlier one, and which come first.

        Columns that only name the rows are not compared: who copies a row gives it a new number.
        """
        n_rows = subject.profile.n_rows
        compared = [each for each in subject.profile.columns if not _names_rows(each, n_rows)]
        is_whole = len(compared) == len(subject.profile.columns)
        if is_whole and not subject.profile.n_duplicate_rows:
            return
        if not compared or most_combinations(compared, n_rows=n_rows) < n_rows:
            # With fewer combinations of values than rows, rows cannot but repeat.
            return
        names = [column.name for column in compared]
        seen = subject.table.frame.select(names).hash_rows()
        # Of a row whose picture was not read, which is left out, nobody knows what it equals.
        again = pl.Series(repeated(seen.to_numpy()) & subject.table.pictured(names)).arg_true()
        repeats = again.filter(~seen.gather(again).is_first_distinct())
        if not len(repeats):
            return
        yield Finding(
            code="duplicate-rows",
            severity=Severity.WARNING,
            message=(
                f"{len(repeats):,} of {n_rows:,} rows repeat an earlier row in every column"
                f"{'' if is_whole else ' but those that name the rows'}."
            ),
            rows=tuple(int(row) + 1 for row in repeats[:_N_SHOWN]),
            fix=(
                "Remove them if they were recorded twice; the split says so where it keeps equal "
                "rows together."
            ),
            fixes=("drop-duplicates",),
            all_rows=tuple((repeats + 1).to_list()),
        )


def _names_rows(column: ColumnProfile, n_rows: int) -> bool:
    """Whether a column tells the rows apart without describing them: an identifier or a counter."""
    if column.kind is ColumnKind.IDENTIFIER:
        return True
    return column.kind is ColumnKind.INTEGER and column.n_unique == n_rows


COMPONENT = DuplicateRows()
