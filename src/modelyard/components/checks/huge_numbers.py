"""Drops numbers so large that the sums of their squares leave the range of a double."""

from collections.abc import Iterator

from modelyard.domain.findings import Finding, Severity
from modelyard.domain.values import LARGEST_NUMBER
from modelyard.protocols.checks import CheckCard, CheckInput


class HugeNumbers:
    """Looks for features that nothing can be reckoned with."""

    card = CheckCard("huge-numbers", "Numbers too large to sum", ("huge-numbers-column",))

    def check(self, subject: CheckInput) -> Iterator[Finding]:
        """Report each feature of numbers that holds one beyond what a model can sum."""
        by_name = {column.name: column for column in subject.profile.columns}
        for name in subject.features:
            column = by_name[name]
            if column.minimum is None or column.maximum is None:
                continue
            largest = max(-column.minimum, column.maximum)
            if largest > LARGEST_NUMBER:
                yield Finding(
                    code="huge-numbers-column",
                    severity=Severity.WARNING,
                    message=(
                        f"Column '{name}' holds numbers up to {largest:.3g}; the sums of "
                        "their squares leave the range of a number."
                    ),
                    columns=(name,),
                    sample=(f"{largest:.6g}",),
                    fix="It is left out; write its numbers in a larger unit, or their logarithms.",
                    drops=(name,),
                )


COMPONENT = HugeNumbers()
