"""Reports classes with a single row, which can teach but never be tested."""

from collections.abc import Iterator

import numpy as np

from modelyard.domain.findings import Finding, Severity
from modelyard.protocols.checks import CheckCard, CheckInput

_N_SHOWN = 5
_N_ROWS_SHOWN = 10


class RareClass:
    """Looks for classes with one member."""

    card = CheckCard("rare-class", "Classes with one row", ("rare-class",))

    def check(self, subject: CheckInput) -> Iterator[Finding]:
        """Report the classes of the target that occur once."""
        if subject.target is None or subject.task is None or not subject.task.is_classification:
            return
        codes = subject.table.codes(subject.target)
        counts = np.bincount(codes[codes >= 0])
        if len(counts) < 2 or counts.min() > 1:
            return
        rows = np.flatnonzero((counts == 1)[codes] & (codes >= 0))
        labels = tuple(
            str(subject.table.frame[subject.target][int(row)]) for row in rows[:_N_SHOWN]
        )
        many = len(rows) > 1
        yield Finding(
            code="rare-class",
            severity=Severity.WARNING,
            message=(
                f"{len(rows)} class{'es' if many else ''} of '{subject.target}' "
                f"{'have' if many else 'has'} one row alone ({', '.join(labels)}): it teaches, but "
                "how well such rows are predicted cannot be measured."
            ),
            columns=(subject.target,),
            rows=tuple(int(row) + 1 for row in rows[:_N_ROWS_SHOWN]),
            sample=labels,
            fix="Add rows of these classes, merge them with others, or leave them out.",
            fixes=("drop-rows",),
            all_rows=tuple((rows + 1).tolist()),
        )


COMPONENT = RareClass()
