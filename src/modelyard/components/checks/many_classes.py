"""Reports a target with more classes than its rows can teach."""

from collections.abc import Iterator

from modelyard.domain.findings import Finding, Severity
from modelyard.protocols.checks import CheckCard, CheckInput

# Ten rows for each thing to be learned: Peduzzi et al., A simulation study of the number of events
# per variable in logistic regression analysis (1996), J. Clin. Epidemiol. 49(12).
_ROWS_PER_CLASS = 10
# A handful of classes is judged one by one, as rare.
_FEW = 10


class ManyClasses:
    """Counts the classes."""

    card = CheckCard("many-classes", "Too many classes", ("many-classes",))

    def check(self, subject: CheckInput) -> Iterator[Finding]:
        """Report a target of more than ten classes with fewer than ten rows each on average."""
        if subject.target is None or subject.task is None or not subject.task.is_classification:
            return
        (column,) = (each for each in subject.profile.columns if each.name == subject.target)
        n_known = subject.profile.n_rows - column.n_missing
        if column.n_unique <= _FEW or n_known >= _ROWS_PER_CLASS * column.n_unique:
            return
        is_number = column.kind.is_number
        yield Finding(
            code="many-classes",
            severity=Severity.WARNING,
            message=(
                f"'{subject.target}' has {column.n_unique:,} classes in {n_known:,} rows: "
                f"{n_known / column.n_unique:.1f} rows each are too few to learn from."
            ),
            columns=(subject.target,),
            sample=tuple(value for value, _ in column.top_values[:5]),
            fix=(
                "Predict the number itself with --task regression."
                if is_number
                else "Merge classes into larger ones, or add rows."
            ),
        )


COMPONENT = ManyClasses()
