"""Replaces missing numbers by zero."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from modelyard.domain.columns import ColumnKind
from modelyard.protocols.transforms import FittedStep, Lesson, Role, TransformCard
from modelyard.runtime.steps.fill import Fill


def impute_zero(
    table: pl.DataFrame,
    columns: Sequence[str],
    *,
    taught: Sequence[int],  # noqa: ARG001 -- as every transform
) -> tuple[pl.DataFrame, list[str]]:
    """Fill gaps with 0."""
    return table.with_columns(pl.col(columns).fill_null(0.0)), list(columns)


class ImputeConstant:
    """Learns nothing."""

    card = TransformCard(
        key="impute-constant",
        title="Zero for missing",
        kinds=frozenset(kind for kind in ColumnKind if kind.is_number),
        source="scikit-learn, SimpleImputer(strategy='constant'), whose default is 0",
        role=Role.IMPUTE,
        word="constant",
    )
    script = staticmethod(impute_zero)

    def fit(
        self,
        block: npt.NDArray[np.float64],  # noqa: ARG002 -- as every transform
        names: Sequence[str],
        lesson: Lesson,  # noqa: ARG002 -- as every transform
    ) -> FittedStep:
        """Return a step that fills with 0."""
        return FittedStep(Fill((0.0,) * len(names)), tuple(names))


COMPONENT = ImputeConstant()
