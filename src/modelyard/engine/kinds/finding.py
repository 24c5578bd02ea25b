"""Finds what the text cells of one column mean, and says why."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from modelyard.domain.cells import WORD_PAIRS, is_missing, tokens_among_numbers
from modelyard.domain.columns import Column, ColumnKind
from modelyard.domain.number_formats import DRESSED, NumberFormat
from modelyard.engine.kinds.cells import (
    Reading,
    TextCells,
    has_leading_zeros,
    is_digits,
    read_booleans,
    read_datetimes,
    read_numbers,
    whole_numbers,
)
from modelyard.engine.kinds.dates import DateFinding, find_datetime_format, looks_like_dates
from modelyard.engine.kinds.number_formats import find_number_format

# What the libraries that make frames write for a truth value.
TRUE_WORDS, FALSE_WORDS = ("true", "1"), ("false", "0")

NUMBERS_REASON = "Every value is a number."
WHOLE_REASON = "Every value is a whole number."

# The first rows rule most columns out before every cell is looked at.
_N_GLANCE = 1000
# Each spelling in lower case, in capitals, capitalised, and as often with stray white space.
_MAX_TRUTH_SPELLINGS = 6 * len(WORD_PAIRS)

# A column of which at least half is numbers was meant to be one: the rest is worth naming.
_NEARLY_SHARE = 0.5
# So many distinct words beside numbers are few enough to be looked at one by one.
_MAX_ODD_WORDS = 100
# Below this, "all different" says nothing: twenty rows differ by chance.
_MIN_ROWS = 20
# Counting up by one from 0 or 1 is a row number. From elsewhere it may be a run of years; no
# series of years is as long as this.
_MIN_COUNTER_ROWS = 300
# Values that hardly ever repeat name a row, they do not group rows.
_IDENTIFIER_SHARE = 0.95
# Two words are a name, a code or a place; from three words on, with values that mostly differ,
# the words carry the meaning and not the value as a whole.
_TEXT_WORDS = 3
# So many rows tell the mean count of words to a hundredth: texts differ by some ten words.
_N_SPREAD = 100_000
_TEXT_SHARE = 0.5
_CODES = "Codes with zeros in front, which a number would lose."
_PHONES = "Telephone numbers with the code of their country."
# ITU-T E.164 (2010), section 6: at most 15 digits; with country and area, none is shorter than 7.
_PHONE = r"^\+[1-9][0-9]{6,14}$"
_ID_NAME = re.compile(
    r"(?i:(?:^|[\W_])(?:ids?|uuid|guid|index|key|row ?id|row[ _]?(?:number|nr|no)|record)$)"
    r"|[a-z](?:Id|ID|Key)$"
    r"|(?i:^unnamed: ?0$)"
)
_UUID = r"^\{?[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}\}?$"


@dataclass(frozen=True)
class Typed:
    """A column with its values in the kind's physical type.

    Attributes:
        column: what was found.
        values: the values.
        met: tokens that were read as missing, with their counts.
        doubt: what the user should know beyond the reason; empty where there is no doubt.
    """

    column: Column
    values: pl.Series
    met: dict[str, int]
    doubt: str = ""


def find_kind(cells: TextCells) -> Typed:
    """Return the column with the kind that its cells fit, all of them."""
    present = cells.text.drop_nulls()
    if present.is_empty():
        return _strings(cells, ColumnKind.CATEGORY, "Every cell is missing.")
    words = _true_and_false(cells, present)
    if words is not None:
        return _booleans(cells, *words)
    n_numbers = len(cells.doubles) - cells.doubles.null_count()
    codes = _codes(cells, present) if n_numbers else ""
    if codes:
        kind, why = string_kind(present, is_doubtful=False)
        return _strings(cells, kind, f"{codes} {why}")
    numbers, reason = _find_numbers(cells, present)
    if numbers is not None:
        return numbers
    # Numbers but for a few cells are no dates.
    dates = None if reason else _find_dates(cells, present)
    if dates is not None and dates.is_date:
        reading = read_datetimes(cells, dates.datetime_format)
        column = Column(
            cells.name,
            ColumnKind.DATETIME,
            datetime_format=dates.datetime_format,
            reason=dates.reason,
        )
        return Typed(column, reading.values, {**cells.met, **reading.met})
    doubt = reason or (dates.reason if dates is not None else "") or _dressed(present)
    kind, why = string_kind(present, is_doubtful=bool(doubt))
    return _strings(cells, kind, f"{doubt} {why}".strip(), doubt)


def find_whole_kind(name: str, values: pl.Series) -> tuple[ColumnKind, str]:
    """Return whether whole numbers are quantities or name rows, and why."""
    n_rows = len(values)
    is_unique = n_rows >= _MIN_ROWS and values.null_count() == 0 and values.n_unique() == n_rows
    if is_unique and (values.diff().drop_nulls() == 1).all():
        first = values.item(0)
        if first in {0, 1} or n_rows >= _MIN_COUNTER_ROWS:
            return ColumnKind.IDENTIFIER, f"The values count the rows, from {first} on."
    if is_unique and _ID_NAME.search(name.strip()):
        return (
            ColumnKind.IDENTIFIER,
            "Every row has a whole number of its own, and the name says that it identifies.",
        )
    return ColumnKind.INTEGER, WHOLE_REASON


def truth_words(present: pl.Series) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the words for true and for false, by the pairs of which the cells use one or both."""
    folded = _folded(present.unique().to_list())
    pairs = [pair for pair in WORD_PAIRS if not folded.isdisjoint(pair)]
    if not pairs:
        return TRUE_WORDS, FALSE_WORDS
    return tuple(true for true, _ in pairs), tuple(false for _, false in pairs)


def string_kind(present: pl.Series, *, is_doubtful: bool) -> tuple[ColumnKind, str]:
    """Return the kind of strings that are neither numbers, dates nor truth values, and why.

    Args:
        present: String series without nulls, at least one.
        is_doubtful: the column was perhaps meant to be numbers or dates, which must not be
            mistaken for names of rows.
    """
    n, n_unique = len(present), present.n_unique()
    share = n_unique / n
    found = f"{n_unique:,} different values in {n:,} rows"
    if present.head(1).str.contains(_UUID).all() and present.str.contains(_UUID).all():
        return ColumnKind.IDENTIFIER, "Every value is a UUID."
    if n >= _MIN_ROWS and share >= _TEXT_SHARE and not is_doubtful:
        n_words = _spread(present).str.count_matches(r"\s+").mean()
        mean_words = float(n_words) + 1 if isinstance(n_words, (int, float)) else 1.0
        if mean_words >= _TEXT_WORDS:
            return ColumnKind.TEXT, f"Free text: {mean_words:.1f} words on average, {found}."
        if share >= _IDENTIFIER_SHARE:
            return ColumnKind.IDENTIFIER, f"Hardly any value repeats: {found}."
    return ColumnKind.CATEGORY, f"Words that repeat: {found}." if share < 1 else f"Words: {found}."


def _codes(cells: TextCells, present: pl.Series) -> str:
    """Return why digits are no quantities, empty where they may be."""
    if has_leading_zeros(cells):
        return _CODES
    glances = (present.head(1), present)
    return _PHONES if all(each.str.contains(_PHONE).all() for each in glances) else ""


def _spread(present: pl.Series) -> pl.Series:
    """Return rows that lie evenly over the column, no more than a mean over them needs."""
    return present.gather_every(max(1, len(present) // _N_SPREAD))


def _true_and_false(
    cells: TextCells, present: pl.Series
) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    if present.head(_N_GLANCE).n_unique() > _MAX_TRUTH_SPELLINGS:
        return None
    folded = _folded(_distinct(cells, present))
    if folded <= {"0", "1"} or not folded <= {word for pair in WORD_PAIRS for word in pair}:
        return None
    true_words, false_words = truth_words(present)
    if folded.isdisjoint(true_words) or folded.isdisjoint(false_words):
        return None
    return true_words, false_words


def _folded(cells: Iterable[str]) -> set[str]:
    return {cell.lower() for cell in cells}


def _find_dates(cells: TextCells, present: pl.Series) -> DateFinding:
    glance = present.head(_N_GLANCE).unique(maintain_order=True).to_list()
    if not looks_like_dates(glance):
        return DateFinding(is_date=False)
    weak = tokens_among_numbers(cells.tokens)
    # Where hardly a cell repeats, to find out which do costs more than to read these twice.
    repeats = 2 * len(glance) < min(len(present), _N_GLANCE)
    distinct = present.unique(maintain_order=True) if repeats else present
    return find_datetime_format(distinct.filter(~distinct.is_in(list(weak))))


def _dressed(present: pl.Series) -> str:
    """Return what to do about numbers that are written with signs or separators, if they are."""
    if not all(each.str.contains(DRESSED).all() for each in (present.head(_N_GLANCE), present)):
        return ""
    return (
        f"Numbers with signs or separators, such as '{present.item(0)}': apply the fix as-number, "
        f"or write them plainly, such as 1234.5, to have the column read as numbers."
    )


def _distinct(cells: TextCells, present: pl.Series) -> list[str]:
    weak = tokens_among_numbers(cells.tokens)
    distinct = present.unique(maintain_order=True).to_list()
    return [cell for cell in distinct if not is_missing(cell, weak)]


def _booleans(cells: TextCells, true_words: tuple[str, ...], false_words: tuple[str, ...]) -> Typed:
    reading = read_booleans(cells, true_words=true_words, false_words=false_words)
    column = Column(
        cells.name,
        ColumnKind.BOOLEAN,
        true_words=true_words,
        false_words=false_words,
        reason=f"Every value is one of {', '.join(true_words)} (true) or "
        f"{', '.join(false_words)} (false).",
    )
    return Typed(column, reading.values, {**cells.met, **reading.met})


def _find_numbers(cells: TextCells, present: pl.Series) -> tuple[Typed | None, str]:
    """Return the column as numbers, plain or in one format, or else why it is none."""
    reading, reason = _read_if_number_like(cells, present)
    if reading is not None:
        return _numbers(cells, reading), ""
    number_format = find_number_format(cells)
    if number_format is not None:
        return _formatted(cells, number_format), ""
    return None, reason


def _read_if_number_like(cells: TextCells, present: pl.Series) -> tuple[Reading | None, str]:
    """Return the numbers if every cell is one, or else the reason why only most are."""
    n_numbers = len(cells.doubles) - cells.doubles.null_count()
    if n_numbers == 0:
        return None, ""
    if n_numbers < _NEARLY_SHARE * len(present):
        odd_words = cells.text.filter(cells.text.is_not_null() & cells.doubles.is_null())
        if odd_words.n_unique() > _MAX_ODD_WORDS:
            return None, ""
    reading = read_numbers(cells)
    if reading.n_bad == 0:
        return reading, ""
    if reading.n_bad > len(present) * (1 - _NEARLY_SHARE):
        return None, ""
    rows = reading.is_bad.arg_true().head(3).to_list()
    shown = ", ".join(f"row {row + 1} '{cells.text[row]}'" for row in rows)
    return None, (
        f"Numbers but for {reading.n_bad} of {len(present)} cells ({shown}): mark these as "
        f"missing or mend them to have the column read as numbers."
    )


def _numbers(cells: TextCells, reading: Reading) -> Typed:
    met = {**cells.met, **reading.met}
    in_digits = is_digits(cells)
    doubt = ""
    if (in_digits | reading.values.is_null()).all() and in_digits.any():
        # Whole is what is written so: `1.0` comes from a column of doubles.
        is_beyond_double = (in_digits & reading.values.is_null()).any()
        whole = None if is_beyond_double else whole_numbers(cells, reading.values)
        if whole is None:
            doubt = "Some whole numbers exceed 64 bits: kept as text, not rounded."
            return _strings(cells, ColumnKind.IDENTIFIER, doubt, doubt)
        kind, why = find_whole_kind(cells.name, whole)
        if kind is ColumnKind.IDENTIFIER:
            return _strings(cells, kind, why)
        values = whole
    else:
        kind, values = ColumnKind.NUMERIC, reading.values
        why = NUMBERS_REASON
        if cells.decimal != ".":
            why = f"Every value is a number (decimal mark '{cells.decimal}')."
        if (in_digits & (values.abs() >= 2**53).fill_null(value=False)).any():
            doubt = (
                "Whole numbers from 2^53 on stand beside fractions: rounded to the nearest double."
            )
    if reading.n_nonfinite:
        why += f" {reading.n_nonfinite} cells that are not finite count as missing."
    column = Column(
        cells.name, kind, reason=f"{why} {doubt}".strip(), n_nonfinite=reading.n_nonfinite
    )
    return Typed(column, values, met, doubt)


def format_reason(number_format: NumberFormat) -> str:
    """Return what is said of a column that writes its numbers in a format of its own."""
    return f"Numbers are written like {number_format.told}, in requests as well."


def _formatted(cells: TextCells, number_format: NumberFormat) -> Typed:
    reading = read_numbers(cells, str(number_format))
    column = Column(
        cells.name,
        ColumnKind.NUMERIC,
        reason=f"{NUMBERS_REASON} {format_reason(number_format)}",
        n_nonfinite=reading.n_nonfinite,
        number_format=str(number_format),
    )
    return Typed(column, reading.values, {**cells.met, **reading.met})


def _strings(cells: TextCells, kind: ColumnKind, reason: str, doubt: str = "") -> Typed:
    column = Column(cells.name, kind, reason=reason)
    return Typed(column, cells.text, dict(cells.met), doubt)
