"""Takes moments apart into numbers of the calendar."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from modelyard.domain.columns import ColumnKind
from modelyard.protocols.transforms import FittedStep, Lesson, Role, TransformCard
from modelyard.runtime.steps.date_parts import PARTS, DateParts


def split_dates(
    table: pl.DataFrame, columns: Sequence[str], *, taught: Sequence[int]
) -> tuple[pl.DataFrame, list[str]]:
    """Add the parts of moments that differ among the rows that teach, and the days since 1970."""
    parts = {
        "year": pl.all().dt.year(),
        "month": pl.all().dt.month(),
        "day": pl.all().dt.day(),
        "weekday": pl.all().dt.weekday() - 1,
        "hour": pl.all().dt.hour(),
        "days": pl.all().dt.epoch("d"),
    }
    dates = table.select(columns)
    taken = {part: dates.select(of_all.cast(pl.Float64)) for part, of_all in parts.items()}
    kept = [
        part
        for part, values in taken.items()
        if part == "days"
        or any(values[taught, name].drop_nulls().n_unique() > 1 for name in columns)
    ]
    made = {f"{name}.{part}": taken[part][name] for name in columns for part in kept}
    return table.with_columns(**made), list(made)


class SplitDates:
    """Learns which parts vary; one that is equal in all training rows says nothing."""

    card = TransformCard(
        key="date-parts",
        title="Parts of dates",
        kinds=frozenset({ColumnKind.DATETIME}),
        source="skrub, DatetimeEncoder; calendar: ISO 8601",
        role=Role.TAKE_DATES_APART,
        word="parts",
    )
    script = staticmethod(split_dates)

    def fit(
        self,
        block: npt.NDArray[np.float64],
        names: Sequence[str],
        lesson: Lesson,  # noqa: ARG002 -- as every transform
    ) -> FittedStep:
        """Keep the parts that differ between two training rows; days since 1970 always."""
        parts = DateParts().apply(block).reshape(len(block), len(names), len(PARTS))
        kept = tuple(
            part for at, part in enumerate(PARTS) if part == "days" or _varies(parts[:, :, at])
        )
        outputs = tuple(f"{name}.{part}" for name in names for part in kept)
        return FittedStep(DateParts(kept), outputs)


def _varies(columns: npt.NDArray[np.float64]) -> bool:
    present = [column[~np.isnan(column)] for column in columns.T]
    return any(len(values) and np.ptp(values) > 0 for values in present)


COMPONENT = SplitDates()
