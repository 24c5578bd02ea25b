"""Reports numbers that were infinite or no number, and are treated as missing."""

from collections.abc import Iterator

from modelyard.domain.findings import Finding, Severity
from modelyard.protocols.checks import CheckCard, CheckInput


class NonFinite:
    """Looks for infinities and NaN."""

    card = CheckCard("non-finite", "Infinite numbers", ("non-finite-values",))

    def check(self, subject: CheckInput) -> Iterator[Finding]:
        """Report each column, the target included, that held such cells."""
        looked_at = {*subject.features, subject.target}
        for column in subject.profile.columns:
            if column.n_nonfinite and column.name in looked_at:
                yield Finding(
                    code="non-finite-values",
                    severity=Severity.WARNING,
                    message=(
                        f"Column '{column.name}' held {column.n_nonfinite:,} infinite or "
                        "not-a-number cells; they are treated as missing."
                    ),
                    columns=(column.name,),
                    fix="Correct them at the source if they should count as large values.",
                )


COMPONENT = NonFinite()
