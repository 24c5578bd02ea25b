"""Brings each column to mean 0 and standard deviation 1."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from modelyard.domain.columns import ColumnKind
from modelyard.protocols.transforms import FittedStep, Lesson, Role, TransformCard
from modelyard.runtime.steps.rescale import Rescale


def standardise(
    table: pl.DataFrame, columns: Sequence[str], *, taught: Sequence[int]
) -> tuple[pl.DataFrame, list[str]]:
    """Bring each column to mean 0 and standard deviation 1 in the rows that teach."""
    for name in columns:
        values = table[taught, name].drop_nulls().to_numpy()
        center, scale = (np.mean(values), np.std(values)) if len(values) else (0.0, 1.0)
        # A constant column has a spread of rounding alone.
        scale = scale if scale > len(values) * np.finfo(float).eps * abs(center) else 1.0
        table = table.with_columns((pl.col(name) - center) / scale)
    return table, list(columns)


class StandardScale:
    """Learns means and standard deviations, with n in the denominator, of what is not missing."""

    card = TransformCard(
        key="standard-scale",
        title="Standardise",
        kinds=frozenset(kind for kind in ColumnKind if kind.is_number),
        source="scikit-learn, StandardScaler; what counts as constant: Chan, Golub, LeVeque: "
        "Algorithms for Computing the Sample Variance, The American Statistician 37 (1983)",
        role=Role.SCALE,
        word="standard",
    )
    script = staticmethod(standardise)

    def fit(
        self,
        block: npt.NDArray[np.float64],
        names: Sequence[str],
        lesson: Lesson,  # noqa: ARG002 -- as every transform
    ) -> FittedStep:
        """Take centre and scale of each column; a constant one is centred alone."""
        pairs = [_center_and_scale(column[~np.isnan(column)]) for column in block.T]
        centers = tuple(center for center, _ in pairs)
        scales = tuple(scale for _, scale in pairs)
        return FittedStep(Rescale(centers, scales), tuple(names))


def _center_and_scale(values: npt.NDArray[np.float64]) -> tuple[float, float]:
    if not len(values):
        return 0.0, 1.0
    center, variance = float(np.mean(values)), float(np.var(values))
    # A variance that rounding alone explains is none.
    error = len(values) * np.finfo(np.float64).eps
    is_constant = variance <= error * variance + (error * center) ** 2
    return center, 1.0 if is_constant else float(np.sqrt(variance))


COMPONENT = StandardScale()
