"""How one cell of text is read: the grammar that training and serving share, in pure Python.

It stands in the vocabulary because the engine reads whole columns by it and the runtime reads
single requests by it, and both must agree on every cell.
"""

import math
import re
from collections.abc import Collection, Mapping
from datetime import date
from functools import lru_cache

# Unicode's White_Space, spelled out because `str.strip()` also takes the separators 0x1C to 0x1F,
# which the table engine leaves standing.
WHITE_SPACE = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)

# What R, pandas, SQL, spreadsheets and the UCI archive ("?") write for a missing cell, as far as
# nobody uses the word for a value. "NA" is the exception that R's habit forces on us (it is also
# Namibia): whoever reads a table is told where it was met. Cells of white space alone are missing
# as well, because white space is stripped before the comparison.
DEFAULT_MISSING_TOKENS = (
    "",
    "NA",
    "N/A",
    "n/a",
    "#N/A",
    "<NA>",
    "NaN",
    "nan",
    "NAN",
    "NaT",
    "NULL",
    "null",
    "Null",
    "?",
)

# "None" is a category as often as it is a gap (no alley, no basement), and so are the others. Only
# a column that otherwise holds numbers, dates or truth values leaves no doubt about them.
WEAK_MISSING_TOKENS = (
    *("None", "none", "NONE", "na", "nil", "-", "--", ".", "missing"),
    # What a spreadsheet writes where a formula failed.
    *("#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"),
)

# Spellings of truth, in pairs: a column that writes `yes` will one day write `no`. 1 and 0 alone
# stay numbers; beside a word they are truth values.
WORD_PAIRS = (
    ("true", "false"),
    ("yes", "no"),
    ("y", "n"),
    ("t", "f"),
    ("on", "off"),
    ("1", "0"),
)
_TRUTH = {true: True for true, _ in WORD_PAIRS} | {false: False for _, false in WORD_PAIRS}

INT64_MIN, INT64_MAX = -(2**63), 2**63 - 1

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[+-]?(?:nan|inf|infinity)", re.IGNORECASE)

_ISO = re.compile(
    r"(?P<Y>[0-9]{4})-(?P<m>[0-9]{2})-(?P<d>[0-9]{2})"
    r"(?:[Tt ](?P<H>[0-9]{2}):(?P<M>[0-9]{2})(?::(?P<S>[0-9]{2})(?:[.,](?P<f>[0-9]{1,9}))?)?"
    r" ?(?P<z>[Zz]|[+-][0-9]{2}:?[0-9]{2})?)?"
)
MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("jan", "january"),
            ("feb", "february"),
            ("mar", "march"),
            ("apr", "april"),
            ("may",),
            ("jun", "june"),
            ("jul", "july"),
            ("aug", "august"),
            ("sep", "sept", "september"),
            ("oct", "october"),
            ("nov", "november"),
            ("dec", "december"),
        ),
        start=1,
    )
    for name in names
}
_DIRECTIVES = {
    "Y": "(?P<Y>[0-9]{4})",
    "y": "(?P<y>[0-9]{2})",
    "m": "(?P<m>[0-9]{1,2})",
    "d": "(?P<d>[0-9]{1,2})",
    "b": "(?P<b>[A-Za-z]{3,9})",
    "B": "(?P<b>[A-Za-z]{3,9})",
    "H": "(?P<H>[0-9]{1,2})",
    "I": "(?P<I>[0-9]{1,2})",
    "M": "(?P<M>[0-9]{2})",
    "S": "(?P<S>[0-9]{2})",
    "f": "(?P<f>[0-9]{1,9})",
    "p": "(?P<p>[AaPp][Mm])",
    "z": "(?P<z>[Zz]|[+-][0-9]{2}:?[0-9]{2})",
    "%": "%",
}
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_DAY_US = 86_400_000_000


def is_missing(text: str, tokens: Collection[str]) -> bool:
    """Return whether the cell, without surrounding white space, is one of `tokens`."""
    return text.strip(WHITE_SPACE) in tokens


def missing_tokens_of(given: Collection[str] | None) -> tuple[str, ...]:
    """Return the tokens in force: those that the user gave, or else the default list.

    An empty cell is missing whatever the list says.
    """
    if given is None:
        return DEFAULT_MISSING_TOKENS
    return tuple(dict.fromkeys(("", *(token.strip(WHITE_SPACE) for token in given))))


def tokens_among_numbers(tokens: tuple[str, ...]) -> tuple[str, ...]:
    """Return the tokens that mean missing in a column of numbers, dates or truth values.

    The weak tokens count only beside the default list: a list that a user gave is the whole list.
    """
    if tokens == DEFAULT_MISSING_TOKENS:
        return (*DEFAULT_MISSING_TOKENS, *WEAK_MISSING_TOKENS)
    return tokens


def parse_number(text: str, decimal: str = ".") -> float | None:
    """Return the number that a cell holds.

    A number is an optional sign, decimal digits with at most one decimal mark, and an optional
    exponent, within optional white space; no separators of thousands, no hexadecimal.

    Returns:
        The nearest double; NaN for `nan`, `inf`, `infinity` and for what a double cannot hold,
        because nothing that is not finite may reach a model; None where the cell is no number.
    """
    stripped = text.strip(WHITE_SPACE)
    if decimal != ".":
        if "." in stripped:
            return None
        stripped = stripped.replace(decimal, ".")
    if _NUMBER.fullmatch(stripped):
        number = float(stripped)
        return number if math.isfinite(number) else math.nan
    return math.nan if _NOT_FINITE.fullmatch(stripped) else None


def parse_boolean(
    text: str,
    *,
    true_words: Collection[str] = (),
    false_words: Collection[str] = (),
    decimal: str = ".",
) -> bool | None:
    """Return the truth value that a cell holds, or None if it holds none.

    Args:
        text: the cell; case and surrounding white space do not matter.
        true_words: the column's own, in lower case. The words of `WORD_PAIRS` count beside them,
            since what one library writes as `yes` another writes as `true`, `1` or `1.0`.
        false_words: in lower case.
        decimal: decimal mark of the numbers.
    """
    word = text.strip(WHITE_SPACE).lower()
    if word in true_words:
        return True
    if word in false_words:
        return False
    number = parse_number(word, decimal)
    if number is not None:
        return bool(number) if number in {0.0, 1.0} else None
    return _TRUTH.get(word)


def parse_datetime(text: str, datetime_format: str | None = None) -> int | None:
    """Return the moment that a cell holds, in microseconds since 1970 UTC.

    Args:
        text: the cell; surrounding white space does not matter.
        datetime_format: a strptime format of %Y %y %m %d %b %B %H %I %M %S %f %p %z, or None for
            ISO 8601 (a date, or date and time with `T` or a space between). Month names are
            English whatever the locale. A moment without offset counts as UTC; fractions of a
            second are cut after microseconds.

    Returns:
        The moment, or None where the cell does not have the format or names no real day or hour.

    Raises:
        ValueError: if the format holds another directive, or one of them twice.
    """
    match = pattern_of(datetime_format).fullmatch(text.strip(WHITE_SPACE))
    if match is None:
        return None
    parts = match.groupdict()
    day, time_us = _day_of(parts), _time_of(parts)
    return None if day is None or time_us is None else day * _DAY_US + time_us


def parse_moment(text: str, datetime_format: str | None) -> int | None:
    """Return the moment that a cell holds in the column's own format, or else in ISO 8601.

    ISO 8601 leaves no doubt, so that it is read wherever dates are; see `parse_datetime`.
    """
    moment = parse_datetime(text, datetime_format)
    if moment is None and datetime_format is not None:
        return parse_datetime(text)
    return moment


@lru_cache(maxsize=256)
def pattern_of(datetime_format: str | None) -> re.Pattern[str]:
    """Return what a cell of the format looks like, its parts in groups called as the directives.

    Raises:
        ValueError: see `parse_datetime`.
    """
    if datetime_format is None:
        return _ISO
    pattern, at = "", 0
    while at < len(datetime_format):
        if datetime_format[at] == "%":
            directive = datetime_format[at + 1 : at + 2]
            if directive not in _DIRECTIVES:
                raise ValueError(f"'%{directive}' in the format '{datetime_format}' is not known")
            pattern += _DIRECTIVES[directive]
            at += 2
        else:
            pattern += re.escape(datetime_format[at])
            at += 1
    try:
        return re.compile(pattern)
    except re.error as error:
        raise ValueError(f"the format '{datetime_format}' names a part twice") from error


def _day_of(parts: Mapping[str, str | None]) -> int | None:
    year, short_year = parts.get("Y"), parts.get("y")
    if year is None and short_year is not None:
        # POSIX: 69 to 99 are of the 20th century, 00 to 68 of the 21st.
        century = 1900 if int(short_year) >= 69 else 2000
        year = str(century + int(short_year))
    month = int(parts.get("m") or MONTHS.get((parts.get("b") or "jan").lower(), 0))
    try:
        return date(int(year or 1970), month, int(parts.get("d") or 1)).toordinal() - _EPOCH_DAY
    except ValueError:
        return None


def _time_of(parts: Mapping[str, str | None]) -> int | None:
    hour = int(parts.get("H") or 0)
    if parts.get("I") is not None:
        hour = int(parts["I"] or 0)
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if (parts.get("p") or "am").lower() == "pm" else 0)
    minute, second = int(parts.get("M") or 0), int(parts.get("S") or 0)
    offset_minutes = _offset_of(parts.get("z"))
    if hour > 23 or minute > 59 or second > 59 or offset_minutes is None:
        return None
    micros = int((parts.get("f") or "0").ljust(6, "0")[:6])
    return ((hour * 60 + minute - offset_minutes) * 60 + second) * 1_000_000 + micros


def _offset_of(zone: str | None) -> int | None:
    if zone is None or zone in "Zz":
        return 0
    hours, minutes = int(zone[1:3]), int(zone[-2:])
    if hours > 23 or minutes > 59:
        return None
    return (hours * 60 + minutes) * (-1 if zone[0] == "-" else 1)
