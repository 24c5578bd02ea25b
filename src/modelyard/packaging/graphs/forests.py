"""Trees as scikit-learn grows them, and the model that averages them; one tree is a forest too."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from modelyard.packaging.graphs.scores import spread_columns
from modelyard.packaging.graphs.trees import Tree, mean_of_float32_trees
from modelyard.protocols.algorithms import FitInput

FloatArray = npt.NDArray[np.float64]

# scikit-learn adds a column up in float32 to look for NaN: at this bound the sum of 1e8 rows fits.
_LARGEST = 1e30


@dataclass(frozen=True)
class ForestModel:
    """Fulfils `FittedModel`.

    Attributes:
        estimator: a tree or a forest of scikit-learn, fitted to `bounded` features.
        seen: class codes that it was shown, ascending; empty for regression.
        n_classes: 0 for regression.
        parameters: hyperparameters with their final values.
    """

    estimator: Any
    seen: npt.NDArray[np.int64]
    n_classes: int
    parameters: Mapping[str, Any]

    @classmethod
    def of(cls, estimator: Any, training: FitInput) -> Self:
        """Return the model of an estimator that was fitted as `training` says."""
        seen = estimator.classes_ if training.n_classes else np.empty(0, dtype=np.int64)
        return cls(estimator, seen, training.n_classes, dict(training.parameters))

    def scores(self, X: FloatArray) -> FloatArray:
        """Return what the estimator answers."""
        if not self.n_classes:
            values: FloatArray = self.estimator.predict(bounded(X))[:, None]
            return values
        return self._spread(self.estimator.predict_proba(bounded(X)))

    def to_onnx(self) -> bytes:
        """Return the graph."""
        grown = getattr(self.estimator, "estimators_", [self.estimator])
        trees = [read_tree(each.tree_) for each in grown]
        if self.n_classes:
            trees = [replace(tree, leaves=self._spread(tree.leaves)) for tree in trees]
        n_features = self.estimator.n_features_in_
        chain = mean_of_float32_trees(trees)
        return chain.to_model(n_features=n_features, n_outputs=self.n_classes or 1)

    def to_sklearn(self) -> Any:
        """Return the tree or the forest; it takes features within single precision."""
        return self.estimator

    def _spread(self, shares: FloatArray) -> FloatArray:
        return spread_columns(shares, self.seen, n_classes=self.n_classes)


def bounded(X: FloatArray) -> npt.NDArray[np.float32]:
    """Round to float32 as scikit-learn would, which refuses what is too large for it.

    The graph needs no bound: no threshold, being between two training values, is beyond it, so
    that a larger value takes the branches that the bound takes.
    """
    return np.clip(X, -_LARGEST, _LARGEST).astype(np.float32)


def features_of_a_split(word: str | float, *, auto: str | float) -> str | float:
    """Return in scikit-learn's words how many features a split of a forest chooses among.

    Args:
        word: a share, "sqrt", "log2", "all" or "auto".
        auto: what "auto" stands for.
    """
    chosen = auto if word == "auto" else word
    if chosen == "all":
        return 1.0
    return chosen if isinstance(chosen, str) else float(chosen)


def read_tree(fitted: Any) -> Tree:
    """Number splits and leaves of a scikit-learn tree (`tree_`) apart; split 0 is its root."""
    is_leaf = fitted.children_left < 0
    number = np.where(is_leaf, ~(np.cumsum(is_leaf) - 1), np.cumsum(~is_leaf) - 1)
    return Tree(
        feature=fitted.feature[~is_leaf].astype(np.int64),
        threshold=fitted.threshold[~is_leaf],
        missing_left=fitted.missing_go_to_left[~is_leaf].astype(np.bool_),
        left=number[fitted.children_left[~is_leaf]],
        right=number[fitted.children_right[~is_leaf]],
        leaves=fitted.value[is_leaf, 0, :],
    )
