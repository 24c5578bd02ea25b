"""Standardises the numbers of sequences, for networks that read them in order."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from modelyard.domain.columns import ColumnKind
from modelyard.domain.sequences import numbers_of
from modelyard.protocols.transforms import (
    FittedStep,
    Lesson,
    Role,
    TransformCard,
    names_in_order,
)
from modelyard.runtime.steps.sequence_values import SequenceValues


class StandardiseSequences:
    """Brings the items of all rows to mean 0 and standard deviation 1, each column by itself.

    Sequences are as long as the longest that teaches, or as the algorithm allows.
    """

    card = TransformCard(
        key="sequence-values",
        title="Numbers of sequences",
        kinds=frozenset({ColumnKind.SEQUENCE}),
        source="LeCun, Bottou, Orr, Müller: Efficient BackProp, in: Neural Networks: Tricks of the "
        "Trade (1998), section 4.3",
        role=Role.READ_SEQUENCE,
        word="sequence_values",
    )

    def fit(
        self, block: npt.NDArray[np.object_], names: Sequence[str], lesson: Lesson
    ) -> FittedStep:
        """Learn mean and spread of each column's items."""
        columns = [[numbers_of(cell) for cell in column if cell] for column in block.T.tolist()]
        longest = max((len(each) for column in columns for each in column), default=1)
        length = min(longest, lesson.max_items or longest)
        items = [np.array([item for each in column for item in each]) for column in columns]
        centers = tuple(float(each.mean()) if len(each) else 0.0 for each in items)
        spreads = tuple(float(each.std()) or 1.0 if len(each) else 1.0 for each in items)
        return FittedStep(SequenceValues(centers, spreads, length), names_in_order(names, length))


COMPONENT = StandardiseSequences()
