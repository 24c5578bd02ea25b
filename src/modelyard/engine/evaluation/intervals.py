"""Bootstrap intervals: how far a score would move with other rows of the same kind.

Rows, or the units that bind them, are drawn with replacement, each draw is a vector of counts, and
every score is taken under the same draws, so that differences between two scores are paired.

Source: Efron, Tibshirani: An Introduction to the Bootstrap (1993): percentile interval p. 170, the
number of draws for it p. 188 and for a standard error p. 52, standard interval p. 154.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Self

import numpy as np
import numpy.typing as npt

from modelyard.engine.evaluation.resampling import Resampling
from modelyard.protocols.metrics import WeightedScore

FloatArray = npt.NDArray[np.float64]
SHARE_INSIDE = 0.95

# A percentile needs about 1000 draws, a standard error 50 to 200 (Efron, Tibshirani). On so many
# cells (rows times columns of scores, 8,000 rows of a binary task) 1000 draws of six metrics and
# their baselines take a third of a second on one core. Above, the scores are sums over so many rows
# that their distribution is normal for all that can be seen: the ends of the two intervals differ
# by a tenth of their width at most, with one positive in a hundred as well; those of two runs of
# percentiles do too. A hundred draws leave the width of the standard interval an error of 7 %
# (1 / sqrt(2 * 100)) and take a twentieth of a second on 10,000 rows; two hundred would leave 5 %.
_PERCENTILE_CELLS = 16_000
_N_PERCENTILE = 1000
_N_STANDARD = (50, 100)
_STANDARD_CELLS = 12_000_000

# The 97.5 % point of the normal distribution.
_Z = 1.959964


@dataclass(frozen=True)
class Interval:
    """A 95 % interval; both ends NaN where there is none."""

    low: float
    high: float


@dataclass(frozen=True)
class Draws:
    """How often a bootstrap draws, and how its draws become an interval.

    Attributes:
        n_draws: at least 50.
        is_percentile: else the standard interval, value ± `reach` standard deviations of the draws.
        reach: 1.96, more where few units are drawn.
    """

    n_draws: int
    is_percentile: bool
    reach: float = _Z

    @classmethod
    def of(cls, resampling: Resampling, n_columns: int) -> Self:
        """Choose for what is drawn; few units get the standard interval of Student's t.

        The spread of the draws of m units is short by sqrt((m - 1) / m), and their own number must
        be allowed for by t with m - 1 degrees of freedom. Source: Hesterberg: What Teachers Should
        Know about the Bootstrap (2015), on narrowness; Cameron, Gelbach, Miller (2008), on t.
        """
        chosen = cls.for_scores(resampling.n_rows, n_columns)
        n_blocks = resampling.n_blocks
        if not resampling.is_few or n_blocks < 2:
            return chosen
        reach = student(n_blocks - 1) * sqrt(n_blocks / (n_blocks - 1))
        return cls(chosen.n_draws, is_percentile=False, reach=reach)

    @classmethod
    def for_scores(cls, n_rows: int, n_columns: int) -> Self:
        """Choose for so many rows with so many columns of scores."""
        n_cells = n_rows * max(n_columns, 2)
        if n_cells <= _PERCENTILE_CELLS:
            return cls(_N_PERCENTILE, is_percentile=True)
        fewest, most = _N_STANDARD
        return cls(min(most, max(fewest, _STANDARD_CELLS // n_cells)), is_percentile=False)

    def interval(self, value: float, drawn: FloatArray) -> Interval:
        """Return the interval of `value` from its drawn scores, those that are finite."""
        drawn = drawn[np.isfinite(drawn)]
        if len(drawn) == 0 or not np.isfinite(value):
            return Interval(float("nan"), float("nan"))
        if self.is_percentile:
            tail = (1 - SHARE_INSIDE) / 2
            low, high = np.quantile(drawn, (tail, 1 - tail))
            return Interval(float(low), float(high))
        half = self.reach * float(drawn.std())
        return Interval(value - half, value + half)


def draw_scores(
    scores: Mapping[str, WeightedScore],
    resampling: Resampling,
    *,
    n_draws: int,
    rng: np.random.Generator,
    n_classes: int = 0,
) -> dict[str, FloatArray]:
    """Take every score under the same draws.

    Args:
        scores: name to a function from (k, n_rows) float64 counts to (k,) scores.
        resampling: what is drawn. One piece cannot tell how pieces differ: nothing is drawn.
        n_draws: how often.
        rng: of the draws.
        n_classes: of which scores make a table for each draw; 0 where there are none.

    Returns:
        Name to (n_draws,) scores, NaN where a draw left the score undefined.
    """
    drawn = {name: np.full(n_draws, np.nan) for name in scores}
    if resampling.n_blocks < 2:
        return drawn
    start = 0
    for counts in resampling.draws(rng, n_draws, n_cells=n_classes**2):
        for name, score in scores.items():
            own = np.reshape(score(counts), len(counts))  # No number stands for many draws.
            drawn[name][start : start + len(counts)] = own
        start += len(counts)
    return drawn


def student(n_free: int) -> float:
    """Return the 97.5 % point of Student's t."""
    from scipy.special import stdtrit

    return float(stdtrit(n_free, 1 - (1 - SHARE_INSIDE) / 2))
