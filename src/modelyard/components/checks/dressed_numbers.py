"""Reports columns of numbers that signs or separators keep from being read as numbers."""

from collections.abc import Iterator

import polars as pl

from modelyard.domain.columns import ColumnKind
from modelyard.domain.findings import Finding, Severity
from modelyard.domain.number_formats import DRESSED, NumberFormat, formats_with_signs
from modelyard.domain.profiles import ColumnProfile
from modelyard.protocols.checks import CheckCard, CheckInput

_N_SHOWN = 5
# Among fewer rows, texts may all differ by chance, as the check of identifiers has it.
_MIN_ROWS = 20
# Kinds that such a column is read as.
_JUDGED = frozenset({ColumnKind.CATEGORY, ColumnKind.TEXT, ColumnKind.IDENTIFIER})
# What makes the difference to plain digits, so that codes such as 007 are no matter of this check.
_DRESS = r"[^0-9+-]"
_MARKED = r"[0-9][^0-9][0-9]"


class DressedNumbers:
    """Looks for money, shares and separators of thousands."""

    card = CheckCard("dressed-numbers", "Numbers with signs", ("dressed-number-column",))

    def check(self, subject: CheckInput) -> Iterator[Finding]:
        """Report each feature whose cells are all numbers with a sign or separators."""
        features = set(subject.features)
        for column in subject.profile.columns:
            if column.name not in features or column.kind not in _JUDGED:
                continue
            cells = subject.table.frame[column.name].drop_nulls()
            if not cells.head(1).str.contains(DRESSED).any():
                continue
            if not cells.str.contains(DRESSED).all() or not cells.str.contains(_DRESS).any():
                continue
            mark = subject.table.facts.decimal or "."
            if not cells.str.contains(NumberFormat("", mark).pattern).all():
                yield _finding(column, cells, mark)


def _finding(column: ColumnProfile, cells: pl.Series, mark: str) -> Finding:
    told, fix, fixes = _way_of(cells, mark)
    is_unique = column.n_unique == len(cells) >= _MIN_ROWS
    return Finding(
        code="dressed-number-column",
        severity=Severity.WARNING,
        message=(
            f"Column '{column.name}' holds numbers {told}, such as '{cells.item(0)}', and is read "
            f"as {column.kind}."
        ),
        columns=(column.name,),
        sample=tuple(cells.head(_N_SHOWN).to_list()),
        fix=f"{fix} Until then it is left out: no cell repeats." if is_unique else fix,
        drops=(column.name,) if is_unique else (),
        fixes=(*fixes, "as-category", "drop-column"),
        safe_fix="as-number" if fixes and _is_certain(cells) else "",
    )


def _way_of(cells: pl.Series, mark: str) -> tuple[str, str, tuple[str, ...]]:
    """Return how the cells are written, what to do about it, and the fix where one can do it."""
    ways = [each for each in formats_with_signs() if cells.str.contains(each.pattern).all()]
    plain = next((each for each in ways if not each.thousands + each.sign), None)
    if plain is not None and _shows(plain, cells):
        told = f"with the decimal mark '{plain.decimal}', where the table has '{mark}'"
        return told, f"Read it as a number, by its mark '{plain.decimal}'.", ("as-number",)
    told = "with signs or separators"
    if any(each.decimal == mark or _shows(each, cells) for each in ways):
        fix = "Read it as a number, by the mark that its cells show, or else by that of the table; "
        return told, f"{fix}12 % is read as 12.", ("as-number",)
    fix = "Its cells have no format in common: write them plainly, such as 1234.5, to have numbers."
    return told, fix, ()


def _is_certain(cells: pl.Series) -> bool:
    """Return whether the cells leave no doubt about which numbers they are, e.g. `$40.24`, `72%`.

    A mark in front of three digits may separate thousands as well as a fraction: `1.234`.
    """
    if not cells.str.contains(_MARKED).any():
        return True
    ways = (each for each in formats_with_signs() if cells.str.contains(each.pattern).all())
    return any(_shows(each, cells) for each in ways)


def _shows(each: NumberFormat, cells: pl.Series) -> bool:
    """Return whether a cell leaves no doubt about the format's mark."""
    is_grouped = bool(each.thousands) and cells.str.contains(each.deciding_pattern).any()
    return is_grouped or bool(cells.str.contains(each.showing_pattern).any())


COMPONENT = DressedNumbers()
