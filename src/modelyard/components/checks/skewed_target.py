"""Reports a target of a regression with so long a tail that few rows decide the squared error."""

from collections.abc import Iterator

from modelyard.components.checks._squares import squares_decide
from modelyard.domain.findings import Finding, Severity
from modelyard.protocols.checks import CheckCard, CheckInput

# West, Finch, Curran: Structural equation models with nonnormal variables (1995), p. 74.
_SKEWED = 2.0
_MIN_ROWS = 50


class SkewedTarget:
    """Looks at the skewness of the target."""

    card = CheckCard("skewed-target", "Skewed target", ("skewed-target",))

    def check(self, subject: CheckInput) -> Iterator[Finding]:
        """Report the target of a regression by squares whose skewness is above 2."""
        if subject.target is None or not squares_decide(subject):
            return
        (column,) = (each for each in subject.profile.columns if each.name == subject.target)
        n_known = subject.profile.n_rows - column.n_missing
        if column.skew is None or abs(column.skew) <= _SKEWED or n_known < _MIN_ROWS:
            return
        yield Finding(
            code="skewed-target",
            severity=Severity.INFO,
            message=(
                f"The values of '{subject.target}' have a long tail (skewness {column.skew:.1f}): "
                "a few large ones decide the squared error."
            ),
            columns=(subject.target,),
            fix="Let the absolute error decide with --metric mae where all rows count alike.",
        )


COMPONENT = SkewedTarget()
