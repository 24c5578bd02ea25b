"""Maps a classifier's probabilities to calibrated ones, as the last step of its scores.

It is computed here and not in the graph, because training applies the very same lines: whichever
library fitted the model and however its graph came to be, what was measured is what is served.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

# A probability below this is taken for it before its logarithm is, here and in the log loss, so
# that one row cannot make that infinite. Source: scikit-learn's log_loss, whose floor it is.
FLOOR = float(np.finfo(np.float64).eps)


@dataclass(frozen=True)
class Calibration:
    """A fitted map from probabilities to probabilities.

    Attributes:
        method: what fitted it.
        slopes, offsets: of each label: the softmax of `slope * log(p) + offset`. With equal slopes
            and no offsets this is temperature scaling, for two labels with one slope it is Platt's.
            Empty where the map has knots.
        knots: of each label, or of the second of two: probabilities as given, ascending, and as
            answered; in between the map is a straight line. Several labels are divided by their
            sum.
    """

    method: str
    slopes: tuple[float, ...] = ()
    offsets: tuple[float, ...] = ()
    knots: tuple[tuple[tuple[float, ...], tuple[float, ...]], ...] = ()

    def apply(self, scores: FloatArray) -> FloatArray:
        """Return calibrated (n, n_labels) probabilities."""
        if not self.knots:
            logits = np.log(np.maximum(scores, FLOOR)) * self.slopes + self.offsets
            raised = np.exp(logits - logits.max(axis=1, keepdims=True))
            return np.asarray(raised / raised.sum(axis=1, keepdims=True))
        if len(self.knots) == 1:
            second = np.interp(scores[:, 1], *self.knots[0])
            return np.column_stack([1 - second, second])
        columns = [np.interp(scores[:, at], *knots) for at, knots in enumerate(self.knots)]
        mapped = np.column_stack(columns)
        return np.asarray(mapped / mapped.sum(axis=1, keepdims=True))

    def to_dict(self) -> dict[str, Any]:
        """Return the map as plain values for the manifest."""
        return asdict(self)

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> Self:
        """Read what `to_dict` wrote."""
        return cls(
            method=str(raw["method"]),
            slopes=tuple(raw["slopes"]),
            offsets=tuple(raw["offsets"]),
            knots=tuple((tuple(given), tuple(answered)) for given, answered in raw["knots"]),
        )
