"""By which rule probabilities become a label: a threshold of two, costs of more."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """How a label is answered.

    Attributes:
        threshold: of two labels, the second is answered from this probability on.
        costs: of more than two, what it costs to answer the label of the column where the label of
            the row is true; the answer is the one that is expected to cost least. Empty: the most
            probable label is answered.
    """

    threshold: float = 0.5
    costs: tuple[tuple[float, ...], ...] = ()


MOST_PROBABLE = Rule()
