"""Reports columns that hold the same values as an earlier column."""

from collections.abc import Iterator
from shlex import quote

from modelyard.domain.findings import Finding, Severity
from modelyard.domain.profiles import ColumnProfile
from modelyard.protocols.checks import CheckCard, CheckInput


class DuplicateColumns:
    """Looks for columns that say the same twice."""

    card = CheckCard("duplicate-columns", "Duplicate columns", ("duplicate-column",))

    def check(self, subject: CheckInput) -> Iterator[Finding]:
        """Report each feature that equals an earlier feature, cell by cell; constants aside."""
        frame = subject.table.frame
        by_name = {column.name: column for column in subject.profile.columns}
        seen: dict[tuple[object, ...], list[str]] = {}
        for name in subject.features:
            column = by_name[name]
            if column.n_unique <= 1:
                continue
            alike = seen.setdefault(_outline(column), [])
            twin = next((other for other in alike if frame[other].equals(frame[name])), None)
            if twin is None:
                alike.append(name)
                continue
            yield Finding(
                code="duplicate-column",
                severity=Severity.WARNING,
                message=f"Column '{name}' holds the same values as '{twin}' in every row.",
                columns=(name,),
                fix=f"Drop one of them with --drop {quote(name)}; it adds nothing.",
                fixes=("drop-column",),
                safe_fix="drop-column",
            )


def _outline(column: ColumnProfile) -> tuple[object, ...]:
    """Return what two equal columns must agree in, so that few cells need comparing."""
    return (
        column.kind,
        column.n_missing,
        column.n_unique,
        column.minimum,
        column.maximum,
        column.mean,
        column.top_values,
    )


COMPONENT = DuplicateColumns()
