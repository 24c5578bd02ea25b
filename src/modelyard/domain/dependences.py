"""How a model's answer moves with one column while all others stay as they are."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Curve:
    """One score along a grid.

    Attributes:
        name: the label whose probability it is; the target for values.
        mean: over the rows (partial dependence), one a point of the grid.
        low, high: what nine rows in ten stay above, and below (of their own curves).
    """

    name: str
    mean: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


@dataclass(frozen=True)
class Dependence:
    """The curves of one column.

    Attributes:
        values: of the grid, ascending, within the rows that taught; dates as years. Empty where
            the grid is one of words.
        categories: of the grid, the most frequent first; empty where it is one of numbers.
        curves: one for each label but the first of two, one for values.
    """

    column: str
    values: tuple[float, ...]
    categories: tuple[str, ...]
    curves: tuple[Curve, ...]
