"""Reports columns of numbers that a few words keep from being read as numbers."""

from collections.abc import Iterator

import polars as pl

from modelyard.domain.columns import ColumnKind
from modelyard.domain.findings import Finding, Severity
from modelyard.protocols.checks import CheckCard, CheckInput

_NUMBER = r"^[+-]?([0-9]+[.,]?[0-9]*|[.,][0-9]+)([eE][+-]?[0-9]+)?$"
# A column of codes (1, 2, 3, A) is no column of numbers: those have many values and few words.
_MIN_SHARE = 0.5
_MIN_NUMBERS = 10
_MAX_WORDS = 5
# Kinds that a column of numbers and words is read as.
_JUDGED = frozenset({ColumnKind.CATEGORY, ColumnKind.TEXT, ColumnKind.IDENTIFIER})


class MixedTypes:
    """Looks for numbers among words, and for numbers that were read as words."""

    card = CheckCard(
        "mixed-types", "Numbers read as words", ("mixed-types-column", "number-as-text-column")
    )

    def check(self, subject: CheckInput) -> Iterator[Finding]:
        """Report each feature of words that holds numbers, with the words that stand among them."""
        features = set(subject.features)
        for column in subject.profile.columns:
            is_judged = column.name in features and column.kind in _JUDGED
            if not is_judged or column.n_unique < _MIN_NUMBERS:
                continue
            cells = subject.table.frame[column.name].drop_nulls().alias("word")
            is_number = cells.str.contains(_NUMBER)
            if (
                is_number.sum() < _MIN_SHARE * len(cells)
                or cells.filter(is_number).n_unique() < _MIN_NUMBERS
            ):
                continue
            others = cells.filter(~is_number).value_counts(sort=True, name="n")
            other_mark = "." if subject.table.facts.decimal == "," else ","
            if not others.height and column.kind is ColumnKind.CATEGORY:
                # Where the mark is another, the check of dressed numbers tells what to do.
                if not cells.str.contains(other_mark, literal=True).any():
                    yield _as_text(column.name, cells, column.kind)
            elif 0 < others.height <= _MAX_WORDS:
                yield _mixed(column.name, others, n_known=len(cells))


def _as_text(name: str, cells: pl.Series, kind: ColumnKind) -> Finding:
    return Finding(
        code="number-as-text-column",
        severity=Severity.INFO,
        message=f"Every cell of column '{name}' is a number, and it is read as {kind}.",
        columns=(name,),
        sample=tuple(cells[:5].to_list()),
        fix="Read it as a number if one may reckon with it; a code or a number plate stays a word.",
        fixes=("as-number", "drop-column"),
    )


def _mixed(name: str, others: pl.DataFrame, *, n_known: int) -> Finding:
    words = others["word"].to_list()
    n_others = int(others["n"].sum())
    shown = ", ".join(f"'{word}'" for word in words)
    marks = tuple(f"mark-missing:{word}" for word in words)
    return Finding(
        code="mixed-types-column",
        severity=Severity.WARNING,
        message=(
            f"Column '{name}' holds numbers in {n_known - n_others:,} cells and words in "
            f"{n_others:,} ({shown}), so that it is read as words."
        ),
        columns=(name,),
        sample=tuple(words),
        fix="Mark the words as missing, and the column is read as numbers.",
        fixes=(*marks, "as-category", "drop-column"),
        safe_fix=marks[0] if len(marks) == 1 else "",
    )


COMPONENT = MixedTypes()
