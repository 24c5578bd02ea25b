"""Replaces missing numbers by the most frequent one of their column."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from modelyard.domain.columns import ColumnKind
from modelyard.protocols.transforms import FittedStep, Role, TransformCard
from modelyard.runtime.steps.fill import Fill


class ImputeMostFrequent:
    """Learns modes, the smallest of several; a column without a value is filled with 0."""

    card = TransformCard(
        key="impute-most-frequent",
        title="Most frequent for missing",
        kinds=frozenset(kind for kind in ColumnKind if kind.is_number),
        source="scikit-learn, SimpleImputer(strategy='most_frequent')",
        role=Role.IMPUTE,
        word="most_frequent",
    )

    def fit(
        self,
        block: npt.NDArray[np.float64],
        names: Sequence[str],
        rng: np.random.Generator,  # noqa: ARG002 -- as every transform
    ) -> FittedStep:
        """Take the most frequent of what is there."""
        return FittedStep(Fill(tuple(_mode(column) for column in block.T)), tuple(names))


def _mode(column: npt.NDArray[np.float64]) -> float:
    values, counts = np.unique(column[~np.isnan(column)], return_counts=True)
    return float(values[np.argmax(counts)]) if len(values) else 0.0


COMPONENT = ImputeMostFrequent()
