"""Leaves out columns that hold one value alone, in all rows or wherever the target is known."""

from collections.abc import Iterator

from modelyard.domain.findings import Finding, Severity
from modelyard.protocols.checks import CheckCard, CheckInput


class Constant:
    """Looks for columns that cannot tell one row from another."""

    card = CheckCard("constant", "Constant columns", ("constant-column",))

    def check(self, subject: CheckInput) -> Iterator[Finding]:
        """Report each feature that holds the same in every row.

        A value that is missing in some rows still tells the rows apart, so such a column stays.
        """
        frame, where = subject.table.frame, ""
        if subject.target is not None and 0 < frame[subject.target].null_count() < frame.height:
            frame = frame.filter(frame[subject.target].is_not_null())
            where = " wherever the target is known"
        by_name = {column.name: column for column in subject.profile.columns}
        for name in subject.features:
            column = by_name[name]
            if column.n_missing == subject.profile.n_rows or (column.n_unique > 1 and not where):
                continue
            series = frame[name]
            if series.n_unique() == 1:
                value = "missing" if series[0] is None else f"'{series[0]}'"
                yield Finding(
                    code="constant-column",
                    severity=Severity.INFO,
                    message=f"Column '{name}' holds one value alone{where}: {value}.",
                    columns=(name,),
                    sample=(str(series[0]),),
                    fix="It is left out; nothing can be learned from it.",
                    drops=(name,),
                )


COMPONENT = Constant()
