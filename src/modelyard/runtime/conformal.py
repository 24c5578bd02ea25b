"""Prediction intervals and sets that hold the truth as often as is asked (split conformal).

Source: Vovk, Gammerman, Shafer: Algorithmic Learning in a Random World (2005), section 4.2;
Lei, G'Sell, Rinaldo, Tibshirani, Wasserman: Distribution-Free Predictive Inference for Regression
(2018), section 2.2, and 5.2 for errors in units of a difficulty; sets of the least size: Sadinle,
Lei, Wasserman: Least Ambiguous Set-Valued Classifiers with Bounded Error Levels (2019), theorem 1.
Rows that count differently: Tibshirani, Barber, Candes, Ramdas: Conformal Prediction Under
Covariate Shift (2019), section 2.2.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, floor
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from modelyard.domain.errors import InvalidValue, TooFewRows, UnsupportedPackage

FloatArray = npt.NDArray[np.float64]

# Scores that a package keeps at most; of more rows it keeps as many ranks, evenly spread, which
# makes an interval at most one part in ten thousand surer than was asked.
_MAX_KEPT = 10_000
# So much may rounding add to a rank that is whole.
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Difficulty:
    """How far predictions of each size are usually off: straight lines between knots.

    Attributes:
        values: predictions, ascending.
        sizes: of the error, above zero.
    """

    values: tuple[float, ...]
    sizes: tuple[float, ...]

    def of(self, values: FloatArray) -> FloatArray:
        """Return the size of the error to expect for (n,) predictions."""
        return np.asarray(np.interp(values, self.values, self.sizes))


@dataclass(frozen=True)
class Conformal:
    """How strange the truth was on rows that the model had not seen.

    Attributes:
        ranks, scores: of the strangeness, ascending: |y - prediction|, in units of the difficulty
            where there is one; 1 - probability of the true label for classes. The rank of a score
            is what the rows up to it count.
        n_rows: that were ranked.
        difficulty: None takes all rows for equally hard.
    """

    ranks: FloatArray
    scores: FloatArray
    n_rows: int
    difficulty: Difficulty | None = None

    @classmethod
    def of(
        cls,
        strangeness: FloatArray,
        difficulty: Difficulty | None = None,
        *,
        weight: FloatArray | None = None,
    ) -> Self:
        """Rank the strangeness of (n,) rows.

        Args:
            strangeness: of the rows.
            difficulty: in whose units it is.
            weight: (n,) above zero, how many of the population each row stands for; None for equal
                weights. Weights are taken in the unit in which a row of the population counts 1 on
                average, so that together they count as many rows as Kish's effective sample size.
        """
        n_rows = len(strangeness)
        if weight is None:
            # Numbers alone are sorted in a tenth of the time that their places take.
            ranks, scores = np.arange(1.0, n_rows + 1), np.sort(strangeness)
        else:
            order = np.argsort(strangeness, kind="stable")
            ranks, scores = np.cumsum(_counted(weight[order])), strangeness[order]
        if n_rows > _MAX_KEPT:
            wanted = np.arange(1, _MAX_KEPT + 1) * (ranks[-1] / _MAX_KEPT) - _ROUNDING
            kept = np.unique(np.minimum(np.searchsorted(ranks, wanted), n_rows - 1))
            ranks, scores = ranks[kept], scores[kept]
        return cls(ranks, scores, n_rows, difficulty)

    @property
    def n_counted(self) -> float:
        """How many equal rows the ranked rows count as."""
        return float(self.ranks[-1]) if len(self.ranks) else 0.0

    @property
    def highest_level(self) -> float:
        """The surest that the number of rows allows."""
        return self.n_counted / (self.n_counted + 1)

    def allows(self, level: float) -> bool:
        """Whether there are enough rows for a level."""
        return self._rank(level) <= self.n_counted

    def bound(self, level: float) -> float:
        """Return the strangeness that a share `level` of new rows does not exceed.

        Raises:
            InvalidValue: if the level is not between 0 and 1.
            TooFewRows: if so few rows were ranked that no bound is as sure.
        """
        if not 0 < level < 1:
            raise InvalidValue(
                f"A level must lie between 0 and 1; {level:g} came.",
                fix="Ask for 0.9 to be right nine times out of ten.",
                sample=f"{level:g}",
            )
        rank = self._rank(level)
        if rank > self.n_counted:
            surest = floor(self.highest_level * 1000) / 10
            raise TooFewRows(
                f"A level of {100 * level:g} % needs at least "
                f"{ceil(level / (1 - level) - _ROUNDING)} held-out rows; this model has "
                f"{self._told}, of the test part and, where they rank as well, of the validation.",
                fix=f"Ask for {surest:g} % or less, or train with more rows to test.",
            )
        return float(self.scores[np.searchsorted(self.ranks, rank)])

    def intervals(self, values: FloatArray, level: float) -> FloatArray:
        """Return (n, 2) ends of the intervals around (n,) predictions."""
        half = self.bound(level) * self._sizes(values)
        return np.column_stack([values - half, values + half])

    def sets(self, probabilities: FloatArray, level: float) -> npt.NDArray[np.bool_]:
        """Return (n, n_labels) which labels may be true; none of a row is likely where none is."""
        return np.asarray(1 - probabilities <= self.bound(level))

    def strangeness(self, scores: FloatArray, y_true: npt.NDArray[Any]) -> FloatArray:
        """Return how strange the truth of (n,) rows is."""
        return strangeness(scores, y_true, difficulty=self.difficulty)

    def to_bytes(self) -> bytes:
        """Return the file of the package."""
        raw: dict[str, Any] = {"n_rows": self.n_rows, "scores": self.scores.tolist()}
        if not np.array_equal(self.ranks, np.arange(1, self.n_rows + 1)):
            raw["ranks"] = self.ranks.tolist()
        if self.difficulty is not None:
            raw["difficulty"] = {
                "values": list(self.difficulty.values),
                "sizes": list(self.difficulty.sizes),
            }
        return json.dumps(raw, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()

    @classmethod
    def from_bytes(cls, content: bytes) -> Self:
        """Read what `to_bytes` wrote.

        Raises:
            UnsupportedPackage: if a field is missing.
        """
        try:
            raw = json.loads(content)
            scores = np.array(raw["scores"], dtype=np.float64)
            n_rows = int(raw["n_rows"])
            ranks = np.array(raw.get("ranks", range(1, n_rows + 1)), dtype=np.float64)
            return cls(ranks, scores, n_rows, _difficulty_from(raw.get("difficulty")))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise UnsupportedPackage(f"The package's ranks are incomplete: {error}.") from error

    @property
    def _told(self) -> str:
        if abs(self.n_counted - self.n_rows) < 1:
            return str(self.n_rows)
        return f"{self.n_rows}, which by their weights count as {floor(self.n_counted)}"

    def _rank(self, level: float) -> float:
        """Return (n + 1) * level: the level holds for finite n as the new row is one more."""
        return (self.n_counted + 1) * level - _ROUNDING

    def _sizes(self, values: FloatArray) -> FloatArray:
        return np.ones(len(values)) if self.difficulty is None else self.difficulty.of(values)


def strangeness(
    scores: FloatArray, y_true: npt.NDArray[Any], *, difficulty: Difficulty | None = None
) -> FloatArray:
    """Return (n,) how strange the truth is beside what was answered.

    Args:
        scores: (n, n_labels) probabilities, or (n, 1) values for regression.
        y_true: (n,) class codes, or values.
        difficulty: of a regression; None takes all rows for equally hard.
    """
    if scores.shape[1] > 1:
        return np.asarray(1 - scores[np.arange(len(y_true)), y_true])
    errors = np.abs(y_true - scores[:, 0])
    return np.asarray(errors if difficulty is None else errors / difficulty.of(scores[:, 0]))


def _counted(weight: FloatArray) -> FloatArray:
    """Return what each row counts where a row of the population counts 1 on average.

    A row is met in the population as often as it weighs there, so that the mean weight that is met
    is sum(w ** 2) / sum(w).
    """
    counted: FloatArray = weight * (weight.sum() / (weight**2).sum())
    return counted


def _difficulty_from(raw: Mapping[str, Any] | None) -> Difficulty | None:
    return None if raw is None else Difficulty(tuple(raw["values"]), tuple(raw["sizes"]))
