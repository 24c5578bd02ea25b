"""Numbers as a person reads them."""

import math

UNDEFINED = "–"
_MINUS = "−"
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
# From here on powers of ten are shorter than digits.
_LARGE, _SMALL = 1e12, 1e-4
_HUGE = 1e15
_MAX_DECIMALS = 6
# A width that is a smaller share of its value is what rounding left of none.
_SAME = 1e-9
# Size and sign of each unit, and the largest number on an axis from which on it is written.
_UNITS = ((1e12, "T", 1e12), (1e9, "G", 1e9), (1e6, "M", 1e6), (1e3, "k", 1e4))


def number(value: float | None, decimals: int | None = None) -> str:
    """Return a number with thousands separators.

    Args:
        value: None and NaN are not defined.
        decimals: where to round; negative ones round before the point. By default four
            significant digits are shown, and whole numbers as they are.
    """
    if value is None or math.isnan(value):
        return UNDEFINED
    size = _size(abs(float(value)), decimals)
    return f"{_MINUS}{size}" if value < 0 and size.strip("0.,") else size


def count(value: int) -> str:
    """Return a count with thousands separators."""
    return f"{value:,}"


def counted(n: int, word: str) -> str:
    """Return a count with its noun, which takes an s for any number but one."""
    return f"1 {word}" if n == 1 else f"{count(n)} {word}s"


def share(part: float, whole: float) -> str:
    """Return a part of a whole as per cent; what is neither nothing nor all is never shown so."""
    if whole <= 0:
        return UNDEFINED
    percent = 100 * part / whole
    if 0 < percent < 0.1:
        return "<0.1 %"
    if 99.9 < percent < 100:
        return ">99.9 %"
    return f"{percent:.3g} %"


def size(size_bytes: int) -> str:
    """Return a size in the decimal unit that suits it (IEC 80000-13)."""
    value, unit = float(size_bytes), "bytes"
    for larger in ("kB", "MB", "GB", "TB"):
        if value < 1000:
            break
        value, unit = value / 1000, larger
    return f"{value:,.0f} {unit}" if unit == "bytes" or value >= 1000 else f"{value:.3g} {unit}"


def decimals_for(low: float, high: float, *, value: float) -> int | None:
    """Return where an estimate is to be rounded: its interval's width keeps two digits.

    Without a width the value keeps three; the value itself never loses its first two.

    Returns:
        Decimals for `number`: below zero where digits before the point say nothing, None where
        there would be more of them than a table should hold.

    Source: Taylor: An Introduction to Error Analysis (1997), section 2.2.
    """
    width = high - low
    if math.isfinite(width) and width > _SAME * abs(value):
        decimals = max(1 - _magnitude(width), 1 - _magnitude(value) if value else 0)
    elif math.isfinite(value) and value != 0:
        decimals = 3 - math.ceil(math.log10(abs(value)))
    else:
        decimals = 3
    return decimals if decimals <= _MAX_DECIMALS else None


def decimals_apart(one: float, other: float, *, decimals: int | None) -> int | None:
    """Return decimals at which two numbers that are said to differ are not written alike.

    Where six do not tell them apart, those that are enough for either.

    Args:
        one: of the numbers.
        other: of the numbers.
        decimals: that are enough for either; more are taken where they are needed.

    >>> decimals_apart(0.174, 0.168, decimals=2)
    3
    """
    if decimals is None or one == other:
        return decimals
    enough = (
        at for at in range(decimals, _MAX_DECIMALS + 1) if number(one, at) != number(other, at)
    )
    return next(enough, decimals)


def ends(low: float, high: float, *, decimals: int | None) -> tuple[str, str]:
    """Return both ends of an interval: one that is not zero is not rounded to it.

    >>> ends(0.0003, 0.41, decimals=2)
    ('0.0003', '0.41')
    """
    # An end is told beside one of any size, as of an R2 that is hugely negative at worst.
    noise = _SAME * min(1.0, max(abs(low), abs(high)))
    return _end(low, decimals, noise=noise), _end(high, decimals, noise=noise)


def span(low: float, high: float, *, decimals: int | None) -> str:
    """Return an interval, not defined where an end is not.

    >>> span(-0.12, 0.42, decimals=2)
    '−0.12 to 0.42'
    """
    told = ends(low, high, decimals=decimals)
    return UNDEFINED if UNDEFINED in told else " to ".join(told)


def brief(value: float) -> str:
    """Return two digits of a difference.

    >>> brief(0.01408)
    '0.014'
    """
    return number(value, decimals_for(0.0, abs(value), value=0.0))


def short(value: float, *, step: float, largest: float) -> str:
    """Return a number on an axis, as short as keeps neighbours apart.

    Args:
        value: at a tick.
        step: from one tick to the next.
        largest: absolute value on the axis, so that all its numbers have the same unit.
    """
    if abs(value) < step / 2:
        return "0"
    if not _SMALL <= largest < _HUGE:
        return number(value)
    unit, suffix = next(
        (
            (unit, suffix)
            for unit, suffix, start in _UNITS
            if largest >= start and unit <= step * 100
        ),
        (1.0, ""),
    )
    decimals = max(0, -_magnitude(step / unit))
    size = f"{abs(value) / unit:.{decimals}f}{suffix}"
    return f"{_MINUS}{size}" if value < 0 else size


def _end(value: float, decimals: int | None, *, noise: float) -> str:
    told = number(value, decimals)
    # What is left of zero after rounding is zero.
    if abs(value) > noise and not told.strip("0.,"):
        own = -_magnitude(value)
        return number(value, own if own <= _MAX_DECIMALS else None)
    return told


def _size(value: float, decimals: int | None) -> str:
    if math.isinf(value):
        return "∞"
    if value >= _LARGE:
        return _power_of_ten(value)
    if decimals is not None:
        return f"{round(value, decimals):,.{max(0, decimals)}f}"
    if 0 < value < _SMALL:
        return _power_of_ten(value)
    if value.is_integer():
        return f"{value:,.0f}"
    digits = f"{value:,.{max(0, 3 - _magnitude(value))}f}"
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def _magnitude(value: float) -> int:
    # The small push keeps 0.1 and its like, which no double is, in their own decade.
    return math.floor(math.log10(abs(value)) + 1e-9) if value else 0


def _power_of_ten(value: float) -> str:
    mantissa, exponent = f"{value:.2e}".split("e")
    mantissa = mantissa.rstrip("0").rstrip(".")
    return f"{mantissa}×10{str(int(exponent)).translate(_SUPERSCRIPT)}"
