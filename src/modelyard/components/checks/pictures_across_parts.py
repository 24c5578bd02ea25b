"""Finds pictures that teach and test as well, where folders deal the rows."""

from collections.abc import Iterator

from modelyard.domain.columns import ColumnKind
from modelyard.domain.findings import Finding, Severity
from modelyard.domain.splits import TEST
from modelyard.protocols.checks import CheckCard, CheckInput

_N_SHOWN = 5


class PicturesAcrossParts:
    """Looks for files of the testing folder among those of the others."""

    card = CheckCard("pictures-across-parts", "Pictures across parts", ("pictures-across-parts",))

    def check(self, subject: CheckInput) -> Iterator[Finding]:
        """Report how many pictures outside the testing part are equal to one in it."""
        table, part = subject.table, subject.table.known.part
        if part not in table.names:
            return
        is_test = table.frame[part] == TEST
        files = [name for name in table.names if name in table.known.files]
        for column in table.columns:
            if column.kind is not ColumnKind.IMAGE:
                continue
            cells = table.frame[column.name]
            tested = cells.filter(is_test).drop_nulls().unique()
            again = table.frame.filter(cells.is_in(tested.implode()) & ~is_test)
            if not again.height:
                continue
            shown = tuple(again[files[0]][:_N_SHOWN].to_list()) if files else ()
            yield Finding(
                code="pictures-across-parts",
                severity=Severity.WARNING,
                message=f"{again.height:,} pictures of the folders that teach are among those that "
                "test as well.",
                columns=(column.name,),
                sample=shown,
                pictures=shown,
                fix="They do not teach, so that the test stays honest. Remove them from one side.",
            )


COMPONENT = PicturesAcrossParts()
