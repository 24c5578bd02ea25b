"""Reports rows without a target, which take no part in training."""

from collections.abc import Iterator

from modelyard.domain.findings import Finding, Severity
from modelyard.protocols.checks import CheckCard, CheckInput

_N_SHOWN = 10


class MissingTarget:
    """Looks for rows whose answer is not known."""

    card = CheckCard("missing-target", "Missing target", ("missing-target",))

    def check(self, subject: CheckInput) -> Iterator[Finding]:
        """Report how many rows lack the target, and which come first."""
        if subject.target is None:
            return
        missing = subject.table.frame[subject.target].is_null()
        n_missing = int(missing.sum())
        if not n_missing:
            return
        yield Finding(
            code="missing-target",
            severity=Severity.INFO,
            message=(
                f"The target '{subject.target}' is missing in {n_missing:,} of "
                f"{subject.table.n_rows:,} rows; they take no part in training."
            ),
            columns=(subject.target,),
            rows=tuple(int(row) + 1 for row in missing.arg_true()[:_N_SHOWN]),
            fix="Fill in the answers that are known, or predict these rows with the model.",
        )


COMPONENT = MissingTarget()
