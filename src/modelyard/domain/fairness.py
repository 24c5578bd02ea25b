"""How a model treats groups of people, or of anything else that a column names."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class GroupFigure:
    """One figure of one group.

    Attributes:
        value, low, high: of the group, with its 95 % interval; NaN where not defined.
        difference, difference_low, difference_high: to the reference group, paired by draws.
        ratio, ratio_low, ratio_high: to the reference group; NaN where that has none.
    """

    value: float
    low: float
    high: float
    difference: float
    difference_low: float
    difference_high: float
    ratio: float
    ratio_low: float
    ratio_high: float


@dataclass(frozen=True)
class Group:
    """Rows that share a value of the column.

    Attributes:
        is_small: whether the rows are too few for the figures to say much.
        figures: by name: of two labels the share that is answered with the second (`selection
            rate`), `true positive rate`, `false positive rate`, `precision` and `accuracy`; of
            more labels `accuracy`; of values `bias` (answer minus truth) and `absolute error`.
    """

    name: str
    n_rows: int
    is_small: bool
    figures: Mapping[str, GroupFigure]


@dataclass(frozen=True)
class Fairness:
    """Groups by one column.

    Attributes:
        reference: name of the largest group, which the others are compared with.
        selected: the label whose share is the selection rate, empty where there is none.
        groups: the largest first.
    """

    column: str
    reference: str
    selected: str
    groups: tuple[Group, ...]
