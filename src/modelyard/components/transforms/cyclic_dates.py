"""Takes moments apart, and adds where month, weekday and hour stand on their circles."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from modelyard.domain.columns import ColumnKind
from modelyard.protocols.transforms import FittedStep, Lesson, Role, TransformCard
from modelyard.runtime.steps.date_parts import CIRCLES, PARTS, DateParts

_WAVES = ("sin", "cos")


class CyclicDates:
    """Learns which parts vary; sine and cosine stand beside each of them that goes in circles.

    December is next to January then, and 23 o'clock to midnight, which a weighted sum cannot see in
    the plain numbers.
    """

    card = TransformCard(
        key="cyclic-dates",
        title="Parts of dates, and circles",
        kinds=frozenset({ColumnKind.DATETIME}),
        source="skrub, DatetimeEncoder(periodic_encoding='circular')",
        role=Role.TAKE_DATES_APART,
        word="cyclic",
    )

    def fit(
        self,
        block: npt.NDArray[np.float64],
        names: Sequence[str],
        lesson: Lesson,  # noqa: ARG002 -- as every transform
    ) -> FittedStep:
        """Keep the parts that differ between two training rows; days since 1970 always."""
        made = DateParts().apply(block).reshape(len(block), len(names), len(PARTS))
        varying = [
            part for at, part in enumerate(PARTS) if part == "days" or _varies(made[:, :, at])
        ]
        circles = [f"{part}_{wave}" for part in varying if part in CIRCLES for wave in _WAVES]
        kept = (*varying, *circles)
        outputs = tuple(f"{name}.{part}" for name in names for part in kept)
        return FittedStep(DateParts(kept), outputs)


def _varies(columns: npt.NDArray[np.float64]) -> bool:
    present = [column[~np.isnan(column)] for column in columns.T]
    return any(len(values) and np.ptp(values) > 0 for values in present)


COMPONENT = CyclicDates()
