"""Replaces missing numbers by the median of their column."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from modelyard.domain.columns import ColumnKind
from modelyard.protocols.transforms import FittedStep, Lesson, Role, TransformCard
from modelyard.runtime.steps.fill import Fill


class ImputeMedian:
    """Learns medians; a column without a value is filled with 0."""

    card = TransformCard(
        key="impute-median",
        title="Median for missing",
        kinds=frozenset(kind for kind in ColumnKind if kind.is_number),
        source="Little, Rubin: Statistical Analysis with Missing Data, 3rd ed. (2019), ch. 4",
        role=Role.IMPUTE,
        word="median",
    )

    def fit(
        self,
        block: npt.NDArray[np.float64],
        names: Sequence[str],
        lesson: Lesson,  # noqa: ARG002 -- as every transform
    ) -> FittedStep:
        """Take the median of what is there."""
        present = [column[~np.isnan(column)] for column in block.T]
        medians = (float(np.median(values)) if len(values) else 0.0 for values in present)
        return FittedStep(Fill(tuple(medians)), tuple(names))


COMPONENT = ImputeMedian()
