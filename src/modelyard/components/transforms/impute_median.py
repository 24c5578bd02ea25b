"""Replaces missing numbers by the median of their column."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from modelyard.domain.columns import ColumnKind
from modelyard.protocols.transforms import FittedStep, Lesson, Role, TransformCard
from modelyard.runtime.steps.fill import Fill


def impute_median(
    table: pl.DataFrame, columns: Sequence[str], *, taught: Sequence[int]
) -> tuple[pl.DataFrame, list[str]]:
    """Fill gaps with the median of the rows that teach, or with 0 where there is none."""
    for name in columns:
        median = table[taught, name].median()
        table = table.with_columns(pl.col(name).fill_null(0.0 if median is None else median))
    return table, list(columns)


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
    script = staticmethod(impute_median)

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
