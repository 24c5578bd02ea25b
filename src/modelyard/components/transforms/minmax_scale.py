"""Brings each column to the range from 0 to 1."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from modelyard.domain.columns import ColumnKind
from modelyard.protocols.transforms import FittedStep, Lesson, Role, TransformCard
from modelyard.runtime.steps.rescale import Rescale

# A range below this is rounding: scikit-learn's bound.
_NO_RANGE = 10 * np.finfo(np.float64).eps


def scale_by_range(
    table: pl.DataFrame, columns: Sequence[str], *, taught: Sequence[int]
) -> tuple[pl.DataFrame, list[str]]:
    """Bring the range that each column has in the rows that teach to 0 and 1."""
    for name in columns:
        values = table[taught, name].drop_nulls().to_numpy()
        low, size = (np.min(values), np.ptp(values)) if len(values) else (0.0, 0.0)
        table = table.with_columns((pl.col(name) - low) / (size if size > 1e-15 else 1.0))
    return table, list(columns)


class MinMaxScale:
    """Learns the smallest and the largest value; what lies beyond them goes beyond 0 and 1."""

    card = TransformCard(
        key="minmax-scale",
        title="Scale by the range",
        kinds=frozenset(kind for kind in ColumnKind if kind.is_number),
        source="scikit-learn, MinMaxScaler",
        role=Role.SCALE,
        word="minmax",
    )
    script = staticmethod(scale_by_range)

    def fit(
        self,
        block: npt.NDArray[np.float64],
        names: Sequence[str],
        lesson: Lesson,  # noqa: ARG002 -- as every transform
    ) -> FittedStep:
        """Take the range of each column; a constant one becomes 0."""
        present = [column[~np.isnan(column)] for column in block.T]
        lows = tuple(float(values.min()) if len(values) else 0.0 for values in present)
        ranges = (float(np.ptp(values)) if len(values) else 0.0 for values in present)
        scales = tuple(size if size >= _NO_RANGE else 1.0 for size in ranges)
        return FittedStep(Rescale(lows, scales), tuple(names))


COMPONENT = MinMaxScale()
