"""Says of each value whether it is missing, which may itself tell something."""

from collections.abc import Sequence
from typing import Any

import numpy.typing as npt
import polars as pl

from modelyard.domain.columns import ColumnKind
from modelyard.protocols.transforms import FittedStep, Lesson, Role, TransformCard
from modelyard.runtime.steps.missing_indicator import MissingIndicator


def flag_missing(
    table: pl.DataFrame,
    columns: Sequence[str],
    *,
    taught: Sequence[int],  # noqa: ARG001 -- as every transform
) -> tuple[pl.DataFrame, list[str]]:
    """Add a column of 1 and 0 that says where a value is missing."""
    made = {f"{name} is missing": pl.col(name).is_null().cast(pl.Float64) for name in columns}
    return table.with_columns(**made), list(made)


class FlagMissing:
    """Learns nothing."""

    card = TransformCard(
        key="missing-indicator",
        title="Flags for missing",
        kinds=frozenset(kind for kind in ColumnKind if kind.is_number)
        | frozenset({ColumnKind.CATEGORY}),
        source="scikit-learn, MissingIndicator(features='all')",
        role=Role.FLAG_MISSING,
        word="flag",
    )
    script = staticmethod(flag_missing)

    def fit(
        self,
        block: npt.NDArray[Any],  # noqa: ARG002 -- as every transform
        names: Sequence[str],
        lesson: Lesson,  # noqa: ARG002 -- as every transform
    ) -> FittedStep:
        """Return a step with a flag for each column."""
        return FittedStep(MissingIndicator(), tuple(f"{name} is missing" for name in names))


COMPONENT = FlagMissing()
