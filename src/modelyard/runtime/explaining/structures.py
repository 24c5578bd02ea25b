"""Models whose Shapley values are exact, as numbers: weighted sums, sums of trees, their means."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.domain.explanations import Scale

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Linear:
    """Raw scores as weighted sums of the features.

    Attributes:
        coefficients: (k, c) float64.
        intercepts: (c,) float64.
        scale: of the raw scores; of log-odds there is one column for two classes.
    """

    coefficients: FloatArray
    intercepts: FloatArray
    scale: Scale

    @property
    def n_scores(self) -> int:
        """Number of raw scores of a row."""
        return len(self.intercepts)

    def raw(self, features: FloatArray) -> FloatArray:
        """Return (n, c) raw scores."""
        scores: FloatArray = features @ self.coefficients + self.intercepts
        return scores


@dataclass(frozen=True)
class Trees:
    """Raw scores as sums over the leaves that a row reaches.

    Attributes:
        feature: (m,) int64, column of each split.
        threshold: (m,) in the precision in which values are compared; at most this goes left.
        missing_left: (m,) bool.
        parent: (m + leaves,) int64, the split above each split and, after these, each leaf; -1 for
            a root, and for a leaf that no row or every row reaches.
        is_left: (m + leaves,) bool, whether it hangs to the left of its parent.
        leaves: (leaves, c) float64, what each adds to the raw scores.
        start: (c,) float64, what is added to the sum.
        scale: of the raw scores; of log-odds there is one column for two classes.
    """

    feature: npt.NDArray[np.int64]
    threshold: npt.NDArray[Any]
    missing_left: npt.NDArray[np.bool_]
    parent: npt.NDArray[np.int64]
    is_left: npt.NDArray[np.bool_]
    leaves: FloatArray
    start: FloatArray
    scale: Scale

    @property
    def n_scores(self) -> int:
        """Number of raw scores of a row."""
        return len(self.start)

    @property
    def n_splits(self) -> int:
        """Number of splits, in all trees."""
        return len(self.feature)

    def goes_left(self, features: FloatArray) -> npt.NDArray[np.bool_]:
        """Return (m, n): whether each row goes left at each split."""
        # A double beyond float32 becomes infinite there, and goes the same way.
        with np.errstate(over="ignore"):
            values = features.astype(self.threshold.dtype)[:, self.feature].T
        low: npt.NDArray[np.bool_] = values <= self.threshold[:, None]
        gaps = np.isnan(values)
        return np.where(gaps, self.missing_left[:, None], low) if gaps.any() else low

    def ways(
        self,
        features: FloatArray,
        rows: npt.NDArray[np.int64],
        *,
        splits: npt.NDArray[np.int64],
    ) -> npt.NDArray[np.bool_]:
        """Return (n,): whether each of `rows` of the features goes left at its split."""
        with np.errstate(over="ignore"):
            values = features[rows, self.feature[splits]].astype(self.threshold.dtype)
        low: npt.NDArray[np.bool_] = values <= self.threshold[splits]
        gaps = np.isnan(values)
        return np.where(gaps, self.missing_left[splits], low) if gaps.any() else low


Structure = Linear | Trees


@dataclass(frozen=True)
class Member:
    """One model of a mixture.

    Attributes:
        structure: of its scores.
        columns: (k,) int64, which of the mixture's features are its own, in its order.
        weight: that its scores are multiplied by.
    """

    structure: Structure
    columns: npt.NDArray[np.int64]
    weight: float


@dataclass(frozen=True)
class Mixture:
    """Scores as a weighted sum of members' scores, all of which are counted in one scale.

    Attributes:
        members: one at least.
        scale: values or probabilities; log-odds do not add up to those of a mean.
    """

    members: tuple[Member, ...]
    scale: Scale
