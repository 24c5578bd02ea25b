"""Reports columns that the target is computed from: a total or a product is no prediction."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from shlex import quote

import numpy as np
import numpy.typing as npt

from modelyard.domain.columns import ColumnKind
from modelyard.domain.findings import Finding, Severity
from modelyard.protocols.checks import CheckCard, CheckInput

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

# A linear rule that explains more than this is bookkeeping, not nature: the best of the honest
# columns of twelve public tables together explain 0.92 (a diamond's price).
_EXPLAINED = 0.9999
_MAX_ROWS = 10_000
_MAX_COLUMNS = 300
_MAX_MISSING_SHARE = 0.1
# So many rows for each column, lest a rule is found where there is none.
_ROWS_PER_COLUMN = 5
_MIN_ROWS = 20
# A product of powers: a price is unit price times quantity, an index weight over height squared.
_MAX_POWER = 3
# Totals, balances and averages: whole factors up to this one, or the same factor throughout.
_MAX_FACTOR = 10
_FACTOR_TOLERANCE = 0.01
_ADDED = frozenset({ColumnKind.NUMERIC, ColumnKind.INTEGER, ColumnKind.BOOLEAN})


class LeakageSum:
    """Looks for a total, a balance, an average or a product of other columns."""

    card = CheckCard(
        "leakage-sum",
        "Columns that the target is computed from",
        ("leakage-sum", "leakage-product"),
    )

    def check(self, subject: CheckInput) -> Iterator[Finding]:
        """Report the numeric features that the target is a plain sum or product of."""
        if subject.target is None or subject.task is None:
            return
        if subject.table.column(subject.target).kind not in _ADDED:
            return
        known = subject.known(_MAX_ROWS)
        y = known.target_codes()
        columns = {
            name: known.table.numbers(name)
            for name in known.features
            if known.table.column(name).kind in _ADDED
        }
        names, factors = _rule(columns, y)
        if len(names) > 1 and _are_plain(factors):
            yield _sum_finding(names, factors, subject.target)
            return
        logs = {name: _log(values) for name, values in columns.items()}
        names, powers = _rule(logs, _log(y))
        if len(names) > 1 and _are_whole(powers, at_most=_MAX_POWER):
            yield _product_finding(names, powers, subject.target)


def _rule(columns: Mapping[str, FloatArray], y: FloatArray) -> tuple[list[str], FloatArray]:
    """Return the fewest columns that explain the target with their factors; none where none do."""
    numbers = _Numbers.of(columns, y)
    if numbers is None:
        return [], np.empty(0)
    carriers = numbers.carriers()
    return [numbers.names[at] for at in carriers], numbers.factors(carriers)


def _log(values: FloatArray) -> FloatArray:
    """Return logarithms, in which a product is a sum; what has none counts as missing."""
    return np.log(np.where(values > 0, values, np.nan))


@dataclass(frozen=True)
class _Numbers:
    """Columns without gaps and the target, both with mean 0 and variance 1, as their products.

    Attributes:
        names: k columns.
        products: (k, k) correlations of the columns; `with_target` (k,) those with the target.
        units: (k,) standard deviation of the target over that of each column.
    """

    names: tuple[str, ...]
    products: FloatArray
    with_target: FloatArray
    units: FloatArray

    @classmethod
    def of(cls, columns: Mapping[str, FloatArray], y: FloatArray) -> "_Numbers | None":
        """Return the numbers, or None where there are too few rows or columns."""
        if len(y) < _MIN_ROWS or np.isfinite(y).mean() < 1 - _MAX_MISSING_SHARE:
            return None
        usable = {
            name: values
            for name, values in columns.items()
            if np.isfinite(values).mean() >= 1 - _MAX_MISSING_SHARE
        }
        if len(usable) < 2:
            return None
        block = np.column_stack(list(usable.values()))
        complete = np.isfinite(block).all(axis=1) & np.isfinite(y)
        block, y = block[complete], y[complete]
        if len(y) < _MIN_ROWS:
            return None
        return cls._standardised(tuple(usable), block, y)

    @classmethod
    def _standardised(
        cls, names: tuple[str, ...], block: FloatArray, y: FloatArray
    ) -> "_Numbers | None":
        block, spread, kept = _standardise(block)
        target, target_spread, target_kept = _standardise(y[:, None])
        if not len(target_kept):
            return None
        with_target = block.T @ target[:, 0] / len(y)
        n_columns = min(_MAX_COLUMNS, len(y) // _ROWS_PER_COLUMN)
        strongest = np.sort(np.argsort(-np.abs(with_target), kind="stable")[:n_columns])
        block = block[:, strongest]
        return cls(
            names=tuple(names[at] for at in kept[strongest]),
            products=block.T @ block / len(y),
            with_target=with_target[strongest],
            units=target_spread[0] / spread[strongest],
        )

    def carriers(self) -> IntArray:
        """Return the fewest columns that explain the target, found by leaving out one by one."""
        every: IntArray = np.arange(len(self.names))
        if len(every) < 2 or self._explained(every) < _EXPLAINED:
            return np.empty(0, dtype=np.int64)
        weights: FloatArray = np.abs(self._weights(every))
        kept: IntArray = every[weights > weights.max() * 1e-6]
        if self._explained(kept) < _EXPLAINED:
            kept = every
        for column in kept[np.argsort(weights[kept])]:
            without = kept[kept != column]
            if len(without) and self._explained(without) >= _EXPLAINED:
                kept = without
        return kept

    def factors(self, columns: IntArray) -> FloatArray:
        """Return the factor of each column, in the units of the table."""
        return self._weights(columns) * self.units[columns]

    def _weights(self, columns: IntArray) -> FloatArray:
        products = self.products[np.ix_(columns, columns)]
        solved = np.linalg.lstsq(products, self.with_target[columns], rcond=1e-10)[0]
        return np.asarray(solved, dtype=np.float64)

    def _explained(self, columns: IntArray) -> float:
        return float(self.with_target[columns] @ self._weights(columns))


def _standardise(block: FloatArray) -> tuple[FloatArray, FloatArray, IntArray]:
    """Return the columns that vary with mean 0 and variance 1, their spread, and which they are."""
    largest = np.abs(block).max(axis=0)
    scaled = block / np.where(largest > 0, largest, 1.0)
    scaled -= scaled.mean(axis=0)
    spread = scaled.std(axis=0)
    kept = np.flatnonzero(spread > 1e-12)
    return scaled[:, kept] / spread[kept], (spread * largest)[kept], kept


def _are_plain(factors: FloatArray) -> bool:
    sizes = np.abs(factors)
    return _are_whole(factors, at_most=_MAX_FACTOR) or bool(
        sizes.max() - sizes.min() <= _FACTOR_TOLERANCE * sizes.max()
    )


def _are_whole(factors: FloatArray, *, at_most: int) -> bool:
    sizes = np.abs(factors)
    whole = np.rint(sizes)
    are_whole = bool((np.abs(sizes - whole) <= _FACTOR_TOLERANCE).all())
    return are_whole and whole.min() >= 1 and whole.max() <= at_most


def _sum_finding(names: list[str], factors: FloatArray, target: str) -> Finding:
    terms = [f"{factor:+.3g} · {name}" for name, factor in zip(names, factors, strict=True)]
    rule = " ".join(terms).replace("+1 · ", "+ ").replace("-1 · ", "- ").removeprefix("+ ")
    return Finding(
        code="leakage-sum",
        severity=Severity.ERROR,
        message=_told(names, target, f"{rule}, give or take a constant"),
        columns=tuple(names),
        sample=tuple(terms[:5]),
        fix=f"Drop them with {_drops(names)}, or accept them with --accept leakage-sum.",
        fixes=("drop-column",),
        safe_fix="drop-column",
    )


def _product_finding(names: list[str], powers: FloatArray, target: str) -> Finding:
    terms = [
        name if power == 1 else f"{name}^{power}"
        for name, power in zip(names, np.rint(powers).astype(int).tolist(), strict=True)
    ]
    return Finding(
        code="leakage-product",
        severity=Severity.ERROR,
        message=_told(names, target, f"{' · '.join(terms)}, give or take a constant factor"),
        columns=tuple(names),
        sample=tuple(terms[:5]),
        fix=f"Drop them with {_drops(names)}, or accept them with --accept leakage-product.",
        fixes=("drop-column",),
        safe_fix="drop-column",
    )


def _told(names: list[str], target: str, rule: str) -> str:
    return (
        f"'{target}' is computed from {len(names)} columns: {target} = {rule}, which leaves less "
        "than 0.01% of its variance open."
    )


def _drops(names: list[str]) -> str:
    return " ".join(f"--drop {quote(name)}" for name in names)


COMPONENT = LeakageSum()
