"""Replaces missing numbers by the mean of their column."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from modelyard.domain.columns import ColumnKind
from modelyard.protocols.transforms import FittedStep, Lesson, Role, TransformCard
from modelyard.runtime.steps.fill import Fill


def impute_mean(
    table: pl.DataFrame, columns: Sequence[str], *, taught: Sequence[int]
) -> tuple[pl.DataFrame, list[str]]:
    """Fill gaps with the mean of the rows that teach, or with 0 where there is none."""
    for name in columns:
        mean = table[taught, name].mean()
        table = table.with_columns(pl.col(name).fill_null(0.0 if mean is None else mean))
    return table, list(columns)


class ImputeMean:
    """Learns means; a column without a value is filled with 0."""

    card = TransformCard(
        key="impute-mean",
        title="Mean for missing",
        kinds=frozenset(kind for kind in ColumnKind if kind.is_number),
        source="Little, Rubin: Statistical Analysis with Missing Data, 3rd ed. (2019), ch. 4",
        role=Role.IMPUTE,
        word="mean",
    )
    script = staticmethod(impute_mean)

    def fit(
        self,
        block: npt.NDArray[np.float64],
        names: Sequence[str],
        lesson: Lesson,  # noqa: ARG002 -- as every transform
    ) -> FittedStep:
        """Take the mean of what is there."""
        present = [column[~np.isnan(column)] for column in block.T]
        means = (float(np.mean(values)) if len(values) else 0.0 for values in present)
        return FittedStep(Fill(tuple(means)), tuple(names))


COMPONENT = ImputeMean()
