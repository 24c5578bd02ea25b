"""Replaces numbers by their rank among the training rows: spread evenly, or as a normal curve."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

_Floats = npt.NDArray[np.float64]

# Ranks this near to 0 and 1 are held there, so that no value of the normal curve is infinite; and
# values this near to the smallest and largest count as these. As scikit-learn does.
NEAR = 1e-7

# Values that are computed at a time: 128 KB of float64.
_PART = 16_384

# The rational functions of Wichura: numerators and denominators, highest power first.
MIDDLE = (
    (
        *(2509.0809287301226727, 33430.575583588128105, 67265.770927008700853),
        *(45921.953931549871457, 13731.693765509461125, 1971.5909503065514427),
        *(133.14166789178437745, 3.387132872796366608),
    ),
    (
        *(5226.495278852854561, 28729.085735721942674, 39307.89580009271061),
        *(21213.794301586595867, 5394.1960214247511077, 687.1870074920579083),
        *(42.313330701600911252, 1.0),
    ),
)
TAIL = (
    (
        *(7.7454501427834140764e-4, 2.27238449892691845833e-2, 2.4178072517745061177e-1),
        *(1.27045825245236838258, 3.64784832476320460504, 5.7694972214606914055),
        *(4.6303378461565452959, 1.42343711074968357734),
    ),
    (
        *(1.05075007164441684324e-9, 5.475938084995344946e-4, 1.51986665636164571966e-2),
        *(1.4810397642748007459e-1, 6.8976733498510000455e-1, 1.6763848301838038494),
        *(2.05319162663775882187, 1.0),
    ),
)


@dataclass(frozen=True)
class Quantiles:
    """(n, k) float64 to (n, k) float64, NaN stays NaN.

    A value between two quantiles has the rank between theirs; where several quantiles are equal,
    the middle of their ranks; beyond the first and the last it has the rank 0 or 1.

    Attributes:
        quantiles: of each column at even ranks from 0 to 1, ascending.
        is_normal: whether ranks become quantiles of the standard normal distribution.

    Source: scikit-learn, QuantileTransformer.
    """

    quantiles: tuple[tuple[float, ...], ...]
    is_normal: bool
    kind: ClassVar[str] = "quantiles"

    def apply(self, block: _Floats) -> _Floats:
        """Return the ranks, or the normal values that belong to them."""
        ranks = np.empty(block.shape)
        for at, (rising, falling, levels) in enumerate(self._arrays):
            column = block[:, at]
            up = np.interp(column, rising, levels)
            rank = up
            if len(falling):
                down = np.interp(-column, falling, -levels[::-1])
                rank = 0.5 * (up - down)
            if self.is_normal:
                rank[column + NEAR > rising[-1]] = 1.0
                rank[column - NEAR < rising[0]] = 0.0
            else:
                rank[column == rising[-1]] = 1.0
                rank[column == rising[0]] = 0.0
            ranks[:, at] = rank
        if not self.is_normal:
            return ranks
        cells = ranks.ravel()
        # Part by part, so that what lies between the first and the last line stays in the cache.
        for start in range(0, len(cells), _PART):
            cells[start : start + _PART] = normal_quantile(cells[start : start + _PART])
        return cells.reshape(ranks.shape)

    def to_params(self) -> dict[str, Any]:
        """Return the parameters as plain JSON values."""
        return {"quantiles": [list(each) for each in self.quantiles], "is_normal": self.is_normal}

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> Self:
        """Read what `to_params` wrote."""
        quantiles = tuple(tuple(map(float, each)) for each in params["quantiles"])
        return cls(quantiles, bool(params["is_normal"]))

    @cached_property
    def _arrays(self) -> tuple[tuple[_Floats, _Floats, _Floats], ...]:
        """Of each column the quantiles, the same mirrored, and their ranks.

        Of equal quantiles only the first and the last say anything. Where all differ, nothing is
        mirrored: both ways lead to the same rank.
        """
        arrays = []
        for quantiles in self.quantiles:
            rising = np.array(quantiles, dtype=np.float64)
            is_first = np.append(True, rising[1:] != rising[:-1])
            is_end = is_first | np.append(is_first[1:], True)
            levels, ends = np.linspace(0, 1, len(rising))[is_end], rising[is_end]
            falling = np.empty(0) if is_first.all() else -ends[::-1]
            arrays.append((ends, falling, levels))
        return tuple(arrays)


def normal_quantile(ranks: _Floats) -> _Floats:
    """Return the standard normal values below which these shares lie, held within about ± 5.2.

    Source: Wichura: Algorithm AS 241, Applied Statistics 37 (1988), PPND16.
    """
    margin = NEAR - np.spacing(1.0)
    shares = np.clip(ranks, margin, 1.0 - margin)
    centered = shares - 0.5
    made = np.full(shares.shape, np.nan)
    is_middle = np.abs(centered) <= 0.425
    near = centered[is_middle]
    made[is_middle] = near * _ratio(MIDDLE, 0.180625 - near * near)
    is_tail = np.abs(centered) > 0.425
    far, share = centered[is_tail], shares[is_tail]
    outer = np.sqrt(-np.log(np.minimum(share, 1.0 - share))) - 1.6
    made[is_tail] = np.copysign(_ratio(TAIL, outer), far)
    return made


def _ratio(terms: tuple[tuple[float, ...], tuple[float, ...]], at: _Floats) -> _Floats:
    """Return the numerator's polynomial by the denominator's."""
    above, below = (np.full(at.shape, each[0]) for each in terms)
    for up, down in zip(terms[0][1:], terms[1][1:], strict=True):
        above *= at
        above += up
        below *= at
        below += down
    above /= below
    return above


STEP = Quantiles
