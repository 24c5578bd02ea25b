"""Exact Shapley values of weighted sums: each feature's distance from its mean, times its weight.

Source: Strumbelj, Kononenko: Explaining prediction models and individual predictions with feature
contributions, Knowledge and Information Systems 41 (2014), section 3.
"""

import numpy as np
import numpy.typing as npt

from modelyard.runtime.explaining.structures import Linear

FloatArray = npt.NDArray[np.float64]


class LinearReasons:
    """Explains rows against the same reference rows."""

    def __init__(
        self,
        linear: Linear,
        reference: FloatArray,
        *,
        players: npt.NDArray[np.int64],
        n_players: int,
    ) -> None:
        """Take a weighted sum.

        Args:
            linear: of the model.
            reference: (r, k) features of the reference rows.
            players: (k,) for each feature the raw column that it is made of.
            n_players: raw columns.
        """
        self.linear = linear
        self.players = players
        self.n_players = n_players
        self.reference = reference
        self.means = reference.mean(axis=0)

    @property
    def reference_raw(self) -> FloatArray:
        """(r, c) raw scores of the reference rows."""
        return self.linear.raw(self.reference)

    def reasons(self, features: FloatArray, target: int) -> tuple[float, FloatArray]:
        """Return one raw score of one row of (1, k) features, and what each column moved it by."""
        moved = (features[0] - self.means) * self.linear.coefficients[:, target]
        raw = float(self.linear.raw(features)[0, target])
        amounts = np.bincount(self.players, moved, minlength=self.n_players).astype(np.float64)
        return raw, amounts
