"""Reports columns that are missing in most rows, and leaves out those that are missing in all."""

from collections.abc import Iterator
from shlex import quote

from modelyard.domain.findings import Finding, Severity
from modelyard.protocols.checks import CheckCard, CheckInput

# From here on an imputed value stands for more rows than an observed one.
_MUCH = 0.5


class MissingValues:
    """Looks at the share of missing cells."""

    card = CheckCard(
        "missing-values", "Missing values", ("all-missing-column", "much-missing-column")
    )

    def check(self, subject: CheckInput) -> Iterator[Finding]:
        """Report each feature that is missing in half of the rows or more."""
        n_rows = subject.profile.n_rows
        features = set(subject.features)
        for column in subject.profile.columns:
            if column.name not in features or not column.n_missing:
                continue
            if column.n_missing == n_rows:
                yield Finding(
                    code="all-missing-column",
                    severity=Severity.WARNING,
                    message=f"Column '{column.name}' is missing in all {n_rows:,} rows.",
                    columns=(column.name,),
                    fix="It is left out; nothing can be learned from it.",
                    drops=(column.name,),
                )
            elif column.n_missing >= _MUCH * n_rows:
                yield Finding(
                    code="much-missing-column",
                    severity=Severity.WARNING,
                    message=(
                        f"Column '{column.name}' is missing in {column.n_missing:,} of "
                        f"{n_rows:,} rows ({column.n_missing / n_rows:.0%})."
                    ),
                    columns=(column.name,),
                    fix="Fill it in at its source. Only where the model does as well without it, "
                    f"drop it with --drop {quote(column.name)}.",
                    fixes=("drop-column",),
                )


COMPONENT = MissingValues()
