"""Moments taken apart, as a graph: the calendar in whole numbers.

Source: Hinnant: chrono-Compatible Low-Level Date Algorithms (2013), civil_from_days.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

import numpy as np

from modelyard.packaging.graphs.chains import Chain
from modelyard.packaging.graphs.forms import (
    Columns,
    Form,
    are_missing,
    as_double,
    as_integer,
    beside,
    chosen,
)
from modelyard.runtime.steps.date_parts import CIRCLES, DateParts

_HOUR_US = 3_600_000_000
_DAY_US = 24 * _HOUR_US
# Days from 1 March of the year 0 to 1 January 1970, and of 400 years, 100 years and 4 years.
_TO_MARCH, _ERA, _CENTURY, _OLYMPIAD = 719_468, 146_097, 36_524, 1_460
_EPOCH_WEEKDAY = 3
_WAVES = MappingProxyType({"sin": np.sin, "cos": np.cos})


@dataclass(frozen=True)
class _Moments:
    """Moments that are not missing, (n, k) int64 microseconds since 1970."""

    chain: Chain

    @cached_property
    def days(self) -> Chain:
        return _whole(self.chain, _DAY_US)

    @cached_property
    def hours(self) -> Chain:
        return self.chain.then("Mod", _one(_DAY_US)).then("Div", _one(_HOUR_US))

    @cached_property
    def weekdays(self) -> Chain:
        return self.days.then("Add", _one(_EPOCH_WEEKDAY)).then("Mod", _one(7))

    @cached_property
    def months(self) -> Chain:
        return self._march_months.then("Add", _one(2)).then("Mod", _one(12)).then("Add", _one(1))

    @cached_property
    def days_of_month(self) -> Chain:
        before = _scaled(self._march_months, 153).then("Add", _one(2)).then("Div", _one(5))
        return self._days_of_year.then("Sub", before).then("Add", _one(1))

    @cached_property
    def years(self) -> Chain:
        whole = _scaled(_whole(self._since_march, _ERA), 400).then("Add", self._years_of_era)
        is_next = as_integer(self.months.then("Less", _one(3)))
        return whole.then("Add", is_next)

    @cached_property
    def _since_march(self) -> Chain:
        return self.days.then("Add", _one(_TO_MARCH))

    @cached_property
    def _days_of_era(self) -> Chain:
        return self._since_march.then("Mod", _one(_ERA))

    @cached_property
    def _years_of_era(self) -> Chain:
        days = self._days_of_era
        leaps = days.then("Div", _one(_OLYMPIAD)).then("Sub", days.then("Div", _one(_CENTURY)))
        leaps = leaps.then("Add", days.then("Div", _one(_ERA - 1)))
        return days.then("Sub", leaps).then("Div", _one(365))

    @cached_property
    def _days_of_year(self) -> Chain:
        """Days since 1 March."""
        years = self._years_of_era
        leaps = years.then("Div", _one(4)).then("Sub", years.then("Div", _one(100)))
        return self._days_of_era.then("Sub", _scaled(years, 365).then("Add", leaps))

    @cached_property
    def _march_months(self) -> Chain:
        """Months since March."""
        return _scaled(self._days_of_year, 5).then("Add", _one(2)).then("Div", _one(153))


_TAKE: Mapping[str, Callable[[_Moments], Chain]] = MappingProxyType(
    {
        "year": lambda moments: moments.years,
        "month": lambda moments: moments.months,
        "day": lambda moments: moments.days_of_month,
        "weekday": lambda moments: moments.weekdays,
        "hour": lambda moments: moments.hours,
        "days": lambda moments: moments.days,
    }
)


def _write(step: DateParts, columns: Columns) -> Chain:
    missing = are_missing(columns)
    moments = _Moments(as_integer(chosen(missing, one=np.zeros((1, 1)), other=columns.chain)))
    taken = [_part(moments, part).then("Unsqueeze", np.array([2])) for part in step.parts]
    # A column's parts stand side by side.
    parts = beside(taken, axis=2)
    known = chosen(
        missing.then("Unsqueeze", np.array([2])), one=np.full((1, 1, 1), np.nan), other=parts
    )
    return known.then("Reshape", np.array([0, columns.width * len(step.parts)]))


def _part(moments: _Moments, part: str) -> Chain:
    plain, _, wave = part.partition("_")
    taken = _TAKE[plain](moments)
    if not wave:
        return as_double(taken)
    n_steps = CIRCLES[plain]
    table = _WAVES[wave](2 * np.pi * np.arange(n_steps) / n_steps)
    return taken.then("Mod", _one(n_steps)).then("Gather", table, None, axis=0)


def _whole(chain: Chain, divisor: int) -> Chain:
    """Return how often a divisor goes into numbers; those below zero are rounded down too."""
    return chain.then("Sub", chain.then("Mod", _one(divisor))).then("Div", _one(divisor))


def _scaled(chain: Chain, factor: int) -> Chain:
    return chain.then("Mul", _one(factor))


def _one(value: int) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    return np.array([[value]], dtype=np.int64)


FORM = Form(DateParts, _write)
