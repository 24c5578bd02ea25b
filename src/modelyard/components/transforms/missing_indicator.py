"""Says of each value whether it is missing, which may itself tell something."""

from collections.abc import Sequence
from typing import Any

import numpy.typing as npt

from modelyard.domain.columns import ColumnKind
from modelyard.protocols.transforms import FittedStep, Lesson, Role, TransformCard
from modelyard.runtime.steps.missing_indicator import MissingIndicator


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

    def fit(
        self,
        block: npt.NDArray[Any],  # noqa: ARG002 -- as every transform
        names: Sequence[str],
        lesson: Lesson,  # noqa: ARG002 -- as every transform
    ) -> FittedStep:
        """Return a step with a flag for each column."""
        return FittedStep(MissingIndicator(), tuple(f"{name} is missing" for name in names))


COMPONENT = FlagMissing()
