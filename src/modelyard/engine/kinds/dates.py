"""Finds the one format in which a column writes its dates, and never guesses between two."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from modelyard.domain.cells import WHITE_SPACE, pattern_of
from modelyard.engine.kinds.moments import read_moments, reads_all

# Orders of day, month and year that are in use for each separator. Dots are day first wherever
# they are used (Unicode CLDR has no locale with month.day.year), so that they leave no doubt.
_DATES = (
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%Y/%m/%d",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%d.%m.%Y",
    "%d/%m/%y",
    "%m/%d/%y",
    "%y/%m/%d",
    "%d-%m-%y",
    "%m-%d-%y",
    "%y-%m-%d",
    "%d.%m.%y",
    "%d %b %Y",
    "%d-%b-%Y",
    "%d-%b-%y",
    "%b %d, %Y",
    "%b %d %Y",
    "%d. %b %Y",
    "%b %Y",
    "%b-%Y",
    "%Y-%m",
    "%Y%m%d",
)
_TIMES = (
    "",
    " %H:%M",
    " %H:%M:%S",
    " %H:%M:%S.%f",
    " %I:%M %p",
    " %I:%M:%S %p",
    "T%H:%M:%S",
    " %H:%M:%S%z",
    " %H:%M:%S %z",
)
# None is ISO 8601.
_FORMATS: tuple[str | None, ...] = (None, *(day + time for day in _DATES for time in _TIMES))

# A day, month or year in front and a separator behind it: cheap to see, and no date lacks it.
_DATE_LIKE = re.compile(r"(?:[0-9]{1,4}[-/. ]|[0-9]{8}\b|[A-Za-z]{3,9}[- ][0-9])")

_ALIKE = str.maketrans("123456789", "000000000")

# How many cells decide which formats are worth trying on all the others.
_N_PROBES = 50
# A column that is dates but for a few cells is said to be so; with more exceptions it is no date.
_NEARLY_SHARE = 0.9
# With more formats than these, what is read is chance and no date.
_COUNTS = ("one", "two", "three", "four")


@dataclass(frozen=True)
class DateFinding:
    """What the search for a date format came to.

    Attributes:
        is_date: whether `datetime_format` reads every cell and no other format does otherwise.
        datetime_format: strptime format, or None for ISO 8601; where the column is not all dates,
            the format that reads most cells.
        is_ambiguous: whether two formats read a cell as different days.
        reason: in words, also where dates were suspected and not taken; empty where nothing in
            the column looks like a date.
    """

    is_date: bool
    datetime_format: str | None = None
    is_ambiguous: bool = False
    reason: str = ""


def looks_like_dates(cells: Sequence[str]) -> bool:
    """Return whether at least half of some cells begin as dates do."""
    return 2 * sum(_DATE_LIKE.match(cell) is not None for cell in cells) >= max(len(cells), 1)


def find_datetime_format(distinct: Sequence[str] | pl.Series) -> DateFinding:
    """Return the format of a column.

    Args:
        distinct: its distinct cells, in any order, none missing; some may repeat.
    """
    cells = pl.Series(distinct, dtype=pl.String)
    probes = cells.head(_N_PROBES)
    if not looks_like_dates(probes.to_list()):
        return DateFinding(is_date=False)
    read_by = {f: n for f in _fitting(probes) if (n := _n_read(probes, f)) > 0}
    enough = len(probes) * _NEARLY_SHARE
    if not read_by:
        return DateFinding(is_date=False)
    complete = [f for f in read_by if reads_all(cells, f)]
    if complete:
        return _settled(cells, complete)
    nearest = max(read_by, key=lambda f: (_n_read(cells, f), f is None))
    unread = cells.filter(read_moments(cells, nearest).is_null()).unique(maintain_order=True)
    formats = _covering(unread, nearest, list(read_by))
    if formats:
        reason = _mixed(cells, formats)
        return DateFinding(is_date=False, datetime_format=nearest, is_ambiguous=True, reason=reason)
    if read_by[nearest] < enough:
        return DateFinding(is_date=False, datetime_format=nearest)
    shown = ", ".join(f"'{cell}'" for cell in unread.head(3))
    return DateFinding(
        is_date=False,
        datetime_format=nearest,
        reason=f"Nearly all cells are dates ({_title(nearest)}), but not {shown}: mark them as "
        f"missing or write them in the same format to have the column read as dates.",
    )


def _fitting(cells: pl.Series) -> list[str | None]:
    """Return the formats that fit the shape of a cell: a digit is as good as another to them."""
    shapes = {cell.strip(WHITE_SPACE).translate(_ALIKE) for cell in cells}
    return [f for f in _FORMATS if any(pattern_of(f).fullmatch(shape) for shape in shapes)]


def _settled(cells: pl.Series, complete: Sequence[str | None]) -> DateFinding:
    """Choose among formats that read every cell: only if they all mean the same moments."""
    first = complete[0]
    for other in complete[1:]:
        doubtful = cells.filter(read_moments(cells, first) != read_moments(cells, other))
        if len(doubtful):
            shown = ", ".join(f"'{cell}'" for cell in dict.fromkeys(doubtful.head(3)))
            return DateFinding(
                is_date=False,
                datetime_format=first,
                is_ambiguous=True,
                reason=f"Cells such as {shown} are dates by {_title(first)} and by "
                f"{_title(other)} alike, and no cell decides between them: write dates as "
                f"YYYY-MM-DD to have the column read as dates.",
            )
    return DateFinding(
        is_date=True, datetime_format=first, reason=f"Every value is a date ({_title(first)})."
    )


def _covering(
    unread: pl.Series, first: str | None, formats: Sequence[str | None]
) -> tuple[str | None, ...]:
    """Return formats that together read every cell, each the most of what is left; or none."""
    found = [first]
    while len(unread) and len(found) < len(_COUNTS):
        best = max(formats, key=lambda each: _n_read(unread, each))
        if not _n_read(unread, best):
            break
        unread = unread.filter(read_moments(unread, best).is_null())
        found.append(best)
    return () if len(unread) else tuple(found)


def _mixed(cells: pl.Series, formats: Sequence[str | None]) -> str:
    read = pl.DataFrame({str(at): read_moments(cells, each) for at, each in enumerate(formats)})
    n_read = read.select(pl.sum_horizontal(pl.all().is_not_null())).to_series()
    shown = []
    for at, each in enumerate(formats):
        own = cells.filter(read[str(at)].is_not_null() & (n_read == 1))
        shown += [f"'{own[0]}' is {_title(each)}"] if len(own) else []
    differs = read.select(pl.min_horizontal(pl.all()) != pl.max_horizontal(pl.all())).to_series()
    both = next(iter(cells.filter(differs.fill_null(value=False))), None)
    doubt = f", and '{both}' could be either" if both is not None else ""
    return (
        f"The column mixes dates of {_COUNTS[len(formats) - 1]} formats: {', '.join(shown)}{doubt}."
        f" Write all dates as YYYY-MM-DD to have the column read as dates."
    )


def _n_read(cells: pl.Series, datetime_format: str | None) -> int:
    moments = read_moments(cells, datetime_format)
    return len(moments) - moments.null_count()


def _title(datetime_format: str | None) -> str:
    return "ISO 8601" if datetime_format is None else f"format {datetime_format}"
