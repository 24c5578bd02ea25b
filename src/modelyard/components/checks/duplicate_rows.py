"""Reports rows that repeat an earlier row in every column."""

from collections.abc import Iterator
from math import prod

from modelyard.domain.findings import Finding, Severity
from modelyard.protocols.checks import CheckCard, CheckInput

_N_SHOWN = 10


class DuplicateRows:
    """Looks for rows that are the same throughout."""

    card = CheckCard("duplicate-rows", "Duplicate rows", ("duplicate-rows",))

    def check(self, subject: CheckInput) -> Iterator[Finding]:
        """Report how many rows repeat an earlier one, and which come first."""
        n_duplicates = subject.profile.n_duplicate_rows
        n_combinations = prod(column.n_unique + 1 for column in subject.profile.columns)
        if not n_duplicates or n_combinations < subject.profile.n_rows:
            # With fewer combinations of values than rows, rows cannot but repeat.
            return
        repeats = ~subject.table.frame.hash_rows().is_first_distinct()
        rows = tuple(int(row) + 1 for row in repeats.arg_true()[:_N_SHOWN])
        yield Finding(
            code="duplicate-rows",
            severity=Severity.WARNING,
            message=(
                f"{n_duplicates:,} of {subject.profile.n_rows:,} rows repeat an earlier row in "
                "every column."
            ),
            rows=rows,
            fix=(
                "Remove them if they were recorded twice; the split keeps equal rows together "
                "either way."
            ),
        )


COMPONENT = DuplicateRows()
