"""Brings each column to median 0 and a distance of 1 between its quartiles."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from modelyard.domain.columns import ColumnKind
from modelyard.protocols.transforms import FittedStep, Lesson, Role, TransformCard
from modelyard.runtime.steps.rescale import Rescale

# A distance below this is rounding: scikit-learn's bound.
_NO_DISTANCE = 10 * np.finfo(np.float64).eps


def scale_by_quartiles(
    table: pl.DataFrame, columns: Sequence[str], *, taught: Sequence[int]
) -> tuple[pl.DataFrame, list[str]]:
    """Bring each column to median 0 and a distance of 1 between its quartiles."""
    for name in columns:
        values = table[taught, name].drop_nulls().to_numpy()
        low, middle, high = np.quantile(values, [0.25, 0.5, 0.75]) if len(values) else (0.0,) * 3
        scale = high - low if high - low > 1e-15 else 1.0
        table = table.with_columns((pl.col(name) - middle) / scale)
    return table, list(columns)


class RobustScale:
    """Learns medians and quartiles, which a few extreme values do not move."""

    card = TransformCard(
        key="robust-scale",
        title="Scale by the quartiles",
        kinds=frozenset(kind for kind in ColumnKind if kind.is_number),
        source="scikit-learn, RobustScaler",
        role=Role.SCALE,
        word="robust",
    )
    script = staticmethod(scale_by_quartiles)

    def fit(
        self,
        block: npt.NDArray[np.float64],
        names: Sequence[str],
        lesson: Lesson,  # noqa: ARG002 -- as every transform
    ) -> FittedStep:
        """Take median and quartiles of each column; one of equal quartiles is centred alone."""
        pairs = [_center_and_scale(column[~np.isnan(column)]) for column in block.T]
        centers = tuple(center for center, _ in pairs)
        scales = tuple(scale for _, scale in pairs)
        return FittedStep(Rescale(centers, scales), tuple(names))


def _center_and_scale(values: npt.NDArray[np.float64]) -> tuple[float, float]:
    if not len(values):
        return 0.0, 1.0
    low, middle, high = np.quantile(values, (0.25, 0.5, 0.75)).tolist()
    distance = high - low
    return middle, distance if distance >= _NO_DISTANCE else 1.0


COMPONENT = RobustScale()
