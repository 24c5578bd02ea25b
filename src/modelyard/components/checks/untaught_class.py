"""Stops a training in which folders deal the rows, and a class has none that teaches."""

from collections.abc import Iterator, Sequence
from itertools import takewhile

import numpy as np
import polars as pl

from modelyard.domain.columns import ColumnKind
from modelyard.domain.findings import Finding, Severity
from modelyard.domain.splits import TEST, TRAIN, VALIDATION
from modelyard.domain.tables import Table
from modelyard.protocols.checks import CheckCard, CheckInput

_N_SHOWN = 5
_N_ROWS_SHOWN = 10


class UntaughtClass:
    """Looks for classes that stand in folders to test or to validate by alone."""

    card = CheckCard("untaught-class", "Classes that nothing teaches", ("untaught-class",))

    def check(self, subject: CheckInput) -> Iterator[Finding]:
        """Report the classes of the target that no row of the teaching part holds."""
        table, part, target = subject.table, subject.table.known.part, subject.target
        if target is None or part not in table.names:
            return
        if subject.task is None or not subject.task.is_classification:
            return
        labels, told = table.frame[target], table.frame[part]
        teaches = _teaches(subject, told)
        never = pl.Series(table.pictured(subject.features)) & labels.is_not_null()
        never &= ~labels.is_in(labels.filter(teaches).unique().implode()).fill_null(value=False)
        classes = labels.filter(never).unique(maintain_order=True)
        if not len(classes):
            return
        shown = [_told(subject, label) for label in classes[:_N_SHOWN]]
        more = f", and {len(classes) - _N_SHOWN:,} more" if len(classes) > _N_SHOWN else ""
        rows = never.arg_true().to_list()
        yield Finding(
            code="untaught-class",
            severity=Severity.ERROR,
            message=f"Nothing teaches {_counted(len(classes))} of '{target}': "
            f"{', '.join(shown)}{more}.",
            columns=(target,),
            rows=tuple(row + 1 for row in rows[:_N_ROWS_SHOWN]),
            sample=tuple(str(label) for label in classes[:_N_SHOWN]),
            fix="Put pictures of each class into the folder that teaches, under the same name, or "
            "leave these folders out.",
            all_rows=tuple(row + 1 for row in rows),
        )


def _teaches(subject: CheckInput, told: pl.Series) -> pl.Series:
    """Return which rows of the teaching part have every picture, and are none that test."""
    teaches = pl.Series(subject.table.pictured(subject.features))
    teaches &= told.fill_null(TRAIN) == TRAIN
    # Where no folder is called test, the rows to validate by test.
    is_test = told == (TEST if (told == TEST).any() else VALIDATION)
    for name in _pictures(subject):
        cells = subject.table.frame[name]
        tested = cells.filter(is_test).drop_nulls().unique()
        teaches &= ~cells.is_in(tested.implode()).fill_null(value=False)
    return teaches


def _pictures(subject: CheckInput) -> list[str]:
    table = subject.table
    return [name for name in subject.features if table.column(name).kind is ColumnKind.IMAGE]


def _told(subject: CheckInput, label: object) -> str:
    """Return where a class is, or why what there is of it to teach does not."""
    table = subject.table
    mine = table.take(np.flatnonzero((table.frame[str(subject.target)] == label).to_numpy()))
    parts = mine.frame[mine.known.part].fill_null(TRAIN)
    elsewhere = [part for part in (TEST, VALIDATION) if (parts == part).any()]
    places = " and ".join(f"'{_folder(mine, part, label=str(label))}'" for part in elsewhere)
    if not (parts == TRAIN).any():
        return f"'{label}' is in {places} alone"
    taught = f"'{_folder(mine, TRAIN, label=str(label))}'"
    return f"the pictures of '{label}' in {taught} cannot be read, or test as well"


def _folder(mine: Table, part: str, *, label: str) -> str:
    """Return the folder of a class in a part; the part's name where files are not named."""
    names = [name for name in mine.names if name in mine.known.files]
    if not names:
        return part
    first = mine.frame.filter(mine.frame[mine.known.part].fill_null(TRAIN) == part)[names[0]][0]
    return _down_to(str(first).split("/")[:-1], label)


def _down_to(folders: Sequence[str], label: str) -> str:
    # The folder of a part stands above that of a class, which may be called as it is.
    above = list(takewhile(lambda name: name != label, folders[1:]))
    return "/".join((*folders[:1], *above, label))


def _counted(n_classes: int) -> str:
    return "1 class" if n_classes == 1 else f"{n_classes:,} classes"


COMPONENT = UntaughtClass()
