"""What boosted ensembles share: the targets as they are taught, and the graph over their trees.

Libraries boost in single precision here and there, so that a regression's targets are taught around
zero with a spread of one; a fold may lack a class, so that classes are taught by their place among
those that were seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.packaging.graphs.chains import Chain
from modelyard.packaging.graphs.scores import softmax, spread, spread_columns, two_columns
from modelyard.packaging.graphs.trees import Tree, sum_of_trees
from modelyard.packaging.wrapping import in_unit, with_classes
from modelyard.protocols.algorithms import FitInput

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Lesson:
    """Targets as a boosting library is taught them.

    Attributes:
        y: (n,) places among `seen`, or values around 0.
        seen: class codes, ascending; empty for regression.
        n_classes: 0 for regression.
        center, spread: a value is `center + spread * y`.
        X_validation, y_validation, weight_validation: the rows that stop the fit, without those of
            classes that were not taught; None where there are none.
    """

    y: npt.NDArray[Any]
    seen: npt.NDArray[np.int64]
    n_classes: int
    center: float = 0.0
    spread: float = 1.0
    X_validation: FloatArray | None = None
    y_validation: npt.NDArray[Any] | None = None
    weight_validation: FloatArray | None = None

    @property
    def is_certain(self) -> bool:
        """Whether one class alone was seen."""
        return len(self.seen) == 1

    def certain(self) -> FloatArray:
        """Return the scores of any row where one class alone was seen."""
        answer: FloatArray = spread_columns(np.ones((1, 1)), self.seen, n_classes=self.n_classes)[0]
        return answer

    def taught(self, targets: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Return targets, of classes that were seen, as the library is taught them."""
        if self.n_classes:
            return np.searchsorted(self.seen, targets)
        return (targets - self.center) / self.spread

    def restored(self, values: FloatArray) -> FloatArray:
        """Return values in the unit of the target."""
        return values * self.spread + self.center

    def to_estimator(self, estimator: Any) -> Any:
        """Return an estimator that was taught so as one that answers for the targets."""
        if self.n_classes:
            return with_classes(estimator, self.seen)
        return in_unit(estimator, center=self.center, size=self.spread)


def lesson_of(training: FitInput, *, is_scaled: bool = True) -> Lesson:
    """Return the targets of a training as they are to be taught.

    Args:
        training: its targets and validation rows.
        is_scaled: whether values are taught with a spread of one, not merely around zero.
    """
    if training.n_classes:
        seen = np.unique(training.y)
        lesson = Lesson(np.searchsorted(seen, training.y), seen, training.n_classes)
    else:
        center, size = _center_and_spread(training.y)
        size = size if is_scaled else 1.0
        nothing = np.empty(0, dtype=np.int64)
        lesson = Lesson((training.y - center) / size, nothing, 0, center, size)
    X, y, weight = training.X_validation, training.y_validation, training.weight_validation
    if X is None or y is None:
        return lesson
    known = np.isin(y, lesson.seen) if training.n_classes else np.ones(len(y), dtype=np.bool_)
    if not known.any():
        return lesson
    return replace(
        lesson,
        X_validation=X[known],
        y_validation=lesson.taught(y[known]),
        weight_validation=None if weight is None else weight[known],
    )


def _center_and_spread(y: FloatArray) -> tuple[float, float]:
    center, size = float(np.mean(y)), float(np.std(y))
    return center, size if np.isfinite(size) and size > 0 else 1.0


def boosted_graph(trees: Sequence[Tree], start: FloatArray, *, lesson: Lesson) -> Chain:
    """Return the graph of an ensemble whose trees are added up, round by round.

    Args:
        trees: of a round one for each column of raw scores.
        start: (c,) what they are added to: log-odds of the second class, one of many, or a value.
        lesson: what was taught.
    """
    chain = sum_of_trees(trees, n_targets=len(start)).then("Add", None, start[None, :])
    if not lesson.n_classes:
        scaled = chain.then("Mul", None, np.array([lesson.spread]))
        return scaled.then("Add", None, np.array([lesson.center]))
    chain = two_columns(chain) if len(start) == 1 else softmax(chain)
    return spread(chain, lesson.seen, n_classes=lesson.n_classes)
