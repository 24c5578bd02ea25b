"""How a column writes its numbers where it separates thousands, or adds a currency or a percent.

It stands beside `cells`, because the engine finds the format from whole columns and the runtime
reads single requests by it, and both must agree on every cell.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

from modelyard.domain.cells import WHITE_SPACE, parse_number

SIGNS = "%$€£¥₹"
# Separators of thousands with the decimal marks that are written beside them (Unicode CLDR).
_PAIRS = ((",", "."), (".", ","), (" ", ","), (" ", "."), ("'", "."))
_WRITTEN = re.compile(rf"(?P<thousands>[,. ']?)(?P<decimal>[.,])(?P<sign>[{SIGNS}]?)")
# A space of thousands is often one that does not break, or a thin one.
_SPACES = "[ \u00a0\u2009\u202f]"
# Digits with any separators and any sign, whatever they mean.
DRESSED = (
    rf"^[+-]?(?:[{SIGNS}]\s?)?[+-]?(?:[0-9]{{1,3}}(?:[,.'\s][0-9]{{3}})+|[0-9]+)(?:[.,][0-9]+)?"
    rf"\s?[{SIGNS}]?$"
)


@dataclass(frozen=True)
class NumberFormat:
    """One way to write numbers.

    Attributes:
        thousands: what may stand between groups of three digits, empty for nothing.
        decimal: mark in front of the fraction.
        sign: a currency or percent sign that may stand before or behind the number, empty for
            none. It changes no value: 12 % is read as 12.
    """

    thousands: str
    decimal: str
    sign: str = ""

    def __str__(self) -> str:
        """Return the format as a manifest names it: the three characters in a row."""
        return self.thousands + self.decimal + self.sign

    @classmethod
    def read(cls, text: str) -> Self:
        """Read what `__str__` wrote.

        Raises:
            ValueError: if it is no format.
        """
        match = _WRITTEN.fullmatch(text)
        if match is None or match["thousands"] == match["decimal"]:
            raise ValueError(f"'{text}' is no format of numbers")
        return cls(**match.groupdict())

    @property
    def told(self) -> str:
        """A number that is written in it, for users."""
        return f"1{self.thousands}234{self.decimal}5{f' {self.sign}' if self.sign else ''}"

    @property
    def pattern(self) -> str:
        """What a cell of the format looks like, in the regular expressions of the table engine."""
        return f"^{self._plus_minus}{self._grouped}{self._fraction}?{self._behind}$"

    @property
    def deciding_pattern(self) -> str:
        """What a cell looks like that no other format reads: a separator and a decimal mark."""
        grouped = f"[0-9]{{1,3}}(?:{self._separator}[0-9]{{3}})+"
        return f"^{self._plus_minus}{grouped}{self._fraction}{self._behind}$"

    @property
    def showing_pattern(self) -> str:
        """What a cell looks like of which no other mark makes a number, such as `0,5` or `253,39`.

        A mark in front of three digits may separate thousands, unless it comes twice.
        """
        mark = re.escape(self.decimal)
        shown = f"[0-9]+{mark}(?:[0-9]{{1,2}}|[0-9]{{4,}})|(?:0[0-9]*|[0-9]{{4,}}){mark}[0-9]+"
        if self.thousands:
            shown += f"|[0-9]{{1,3}}(?:{self._separator}[0-9]{{3}}){{2,}}"
        return f"^{self._plus_minus}(?:{shown}){self._behind}$"

    def in_mark(self, decimal: str) -> Self:
        """Return the format as it is written where the decimal mark is another."""
        if decimal == self.decimal:
            return self
        thousands = self.decimal if self.thousands == decimal else self.thousands
        return replace(self, thousands=thousands, decimal=decimal)

    @property
    def dress(self) -> str:
        """What is to be taken away from a cell before its decimal mark is read."""
        return "|".join(filter(None, (self._separator, re.escape(self.sign))))

    def parse(self, text: str) -> float | None:
        """Return the number that a cell holds, as `parse_number`; plain numbers are read as well.

        Raises nothing: a cell that has not the format is None.
        """
        stripped = text.strip(WHITE_SPACE)
        if self._pattern.fullmatch(stripped):
            stripped = self._dress.sub("", stripped).strip(WHITE_SPACE)
            stripped = re.sub(r"^([+-])\s+", r"\1", stripped)
        return parse_number(stripped, self.decimal)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(self.pattern)

    @cached_property
    def _dress(self) -> re.Pattern[str]:
        return re.compile(self.dress)

    @property
    def _separator(self) -> str:
        return _SPACES if self.thousands == " " else re.escape(self.thousands)

    @property
    def _grouped(self) -> str:
        if not self.thousands:
            return "[0-9]+"
        return f"(?:[0-9]{{1,3}}(?:{self._separator}[0-9]{{3}})+|[0-9]+)"

    @property
    def _fraction(self) -> str:
        return f"(?:{re.escape(self.decimal)}[0-9]+)"

    @property
    def _plus_minus(self) -> str:
        if self.sign in {"", "%"}:
            return "[+-]?"
        return f"[+-]?(?:{re.escape(self.sign)} ?)?"

    @property
    def _behind(self) -> str:
        return f"(?:{_SPACES}?{re.escape(self.sign)})?" if self.sign else ""


def formats_with_separators() -> Sequence[NumberFormat]:
    """Return the formats that separate thousands."""
    return tuple(NumberFormat(*pair) for pair in _PAIRS)


def formats_with_signs() -> Iterator[NumberFormat]:
    """Yield all formats: with separators of thousands and signs, and without."""
    for sign in ("", *SIGNS):
        for thousands, decimal in (("", "."), ("", ","), *_PAIRS):
            yield NumberFormat(thousands, decimal, sign)
