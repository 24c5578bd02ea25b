"""What a finished AutoML run advises: sentences that each name the figure that they stand on."""

from dataclasses import dataclass
from enum import StrEnum


class Topic(StrEnum):
    """What a suggestion is about."""

    ALGORITHM = "algorithm"
    COLUMNS = "columns"
    ROWS = "rows"
    NOISE = "noise"
    TIME = "time"


@dataclass(frozen=True)
class Suggestion:
    """One piece of advice.

    Attributes:
        told: one or two sentences, with the figures that they rest on.
        columns: that it is about, empty where it is about all.
    """

    topic: Topic
    told: str
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ceiling:
    """What no model can pass on rows that equal another one in every feature.

    Equal rows get equal answers. Where their targets differ, not all of these can be right: the
    commonest label of each kind of row, or its mean, is the best there is.

    Attributes:
        n_rows: that equal another one.
        n_all: rows among which they were looked for.
        bound: share of right answers, or root mean squared error, of the best answers.
        reached: the same of the model, by answers for rows that it was not taught.
        margin: half the 95 % interval of `reached`.
        is_error: whether both are errors, so that less is better.
    """

    n_rows: int
    n_all: int
    bound: float
    reached: float
    margin: float
    is_error: bool

    @property
    def is_near(self) -> bool:
        """Whether the model cannot be told from the best there is."""
        return abs(self.reached - self.bound) <= self.margin
