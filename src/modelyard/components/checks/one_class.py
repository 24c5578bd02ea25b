"""Stops a training whose target holds one value alone."""

from collections.abc import Iterator

from modelyard.domain.findings import Finding, Severity
from modelyard.protocols.checks import CheckCard, CheckInput


class OneClass:
    """Looks for a target with nothing to tell apart."""

    card = CheckCard("one-class", "One class only", ("one-class",))

    def check(self, subject: CheckInput) -> Iterator[Finding]:
        """Report a target whose known values are all the same."""
        if subject.target is None:
            return
        values = subject.table.frame[subject.target].drop_nulls()
        if values.n_unique() != 1:
            return
        n_missing = subject.table.n_rows - len(values)
        known = f" where it is known ({n_missing:,} are missing)" if n_missing else ""
        read = " If an answer was read as missing, name the words that mean missing yourself."
        yield Finding(
            code="one-class",
            severity=Severity.ERROR,
            message=(
                f"The target '{subject.target}' is '{values[0]}' in all {len(values):,} rows"
                f"{known}: there is nothing to tell apart."
            ),
            columns=(subject.target,),
            sample=(str(values[0]),),
            fix="Add rows with another answer, or choose another target with --target."
            + (read if n_missing else ""),
        )


COMPONENT = OneClass()
