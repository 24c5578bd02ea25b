"""Leaves out columns that name a row instead of describing it."""

from collections.abc import Iterator
from shlex import quote

import polars as pl

from modelyard.domain.cells import INT64_MAX
from modelyard.domain.columns import ColumnKind
from modelyard.domain.findings import Finding, Severity
from modelyard.domain.number_formats import DRESSED
from modelyard.domain.profiles import ColumnProfile
from modelyard.domain.sequences import are_sequences
from modelyard.protocols.checks import CheckCard, CheckInput
from modelyard.runtime.pictures.formats import promised_format

# Among fewer rows, texts may all differ by chance.
_MIN_ROWS = 20
_N_SHOWN = 5


class IdentifierLike:
    """Looks for keys, serial numbers and names."""

    card = CheckCard("identifier-like", "Identifiers", ("identifier-column",))

    def check(self, subject: CheckInput) -> Iterator[Finding]:
        """Report each feature that was read as an identifier, or whose texts are all different."""
        features = set(subject.features)
        for column in subject.profile.columns:
            if column.name not in features or not _names_rows(column, subject.profile.n_rows):
                continue
            values = subject.table.frame[column.name].drop_nulls()
            if column.kind is ColumnKind.CATEGORY and _are_fractions(values):
                continue
            sample = tuple(str(value) for value in values[:_N_SHOWN])
            yield Finding(
                code="identifier-column",
                severity=Severity.WARNING,
                message=(
                    f"Column '{column.name}' names the rows instead of describing them: "
                    f"{column.n_unique:,} different values in {len(values):,} cells."
                ),
                columns=(column.name,),
                sample=sample,
                fix="It is left out: a model would learn it by heart." + _way_back(column, sample),
                drops=(column.name,),
                fixes=_fixes(column, len(values)),
            )


def _names_rows(column: ColumnProfile, n_rows: int) -> bool:
    n_known = n_rows - column.n_missing
    if column.kind is ColumnKind.IDENTIFIER:
        return n_known > 0
    all_differ = column.n_unique == n_known >= _MIN_ROWS
    return column.kind is ColumnKind.CATEGORY and all_differ


def _are_fractions(values: pl.Series) -> bool:
    """Return whether all are numbers and one has a mark: amounts, that only their form hides."""
    return bool(values.str.contains(DRESSED).all() and values.str.contains(r"[.,]").any())


def _fixes(column: ColumnProfile, n_known: int) -> tuple[str, ...]:
    """Return what can be done: where values come again, their rows may belong together."""
    is_group = column.n_unique < n_known
    return (*((f"group-by:{column.name}",) if is_group else ()), "as-category")


def _way_back(column: ColumnProfile, sample: tuple[str, ...]) -> str:
    if all("." in value and promised_format(value) for value in sample):
        kind = f"--kind {quote(column.name)}=image"
        return f" If its cells name pictures, by paths from the folder of the file: {kind}."
    is_dressed = pl.Series(sample, dtype=pl.String).str.contains(DRESSED).all()
    if are_sequences(sample) and not is_dressed:
        kind = f"--kind {quote(column.name)}=sequence"
        return f" If its cells hold the numbers of a sequence, read them so: {kind}."
    if column.kind is not ColumnKind.IDENTIFIER or not all(value.isdigit() for value in sample):
        return ""
    if max(int(value) for value in sample) > INT64_MAX:
        return " As a number it would be rounded: it does not fit into 64 bits."
    return f" If the number means something, read it as one: --kind {quote(column.name)}=integer."


COMPONENT = IdentifierLike()
