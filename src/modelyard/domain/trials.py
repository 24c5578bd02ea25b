"""A search for hyperparameters: where it looks, and what became of each trial."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

# Among the parameters of a trial: the name of the candidate of AutoML that it was.
CANDIDATE = "candidate"

Value = bool | int | float | str | None
Values = Mapping[str, Value]


class TrialStatus(StrEnum):
    """How a trial ended."""

    SUCCEEDED = "succeeded"
    PRUNED = "pruned"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Ending(StrEnum):
    """Why a search ended."""

    TRIALS = "trials"
    TIME = "time"
    EXHAUSTED = "exhausted"
    INTERRUPTED = "interrupted"
    MEMORY = "memory"


@dataclass(frozen=True)
class Dimension:
    """One hyperparameter that is searched: a range of numbers, or a few values.

    Attributes:
        name: of the hyperparameter.
        low, high: ends of the range, both included; equal where there are choices instead.
        is_log: equal factors are equally far apart, not equal differences.
        is_whole: whole numbers alone.
        choices: the values where there is no range.
    """

    name: str
    low: float = 0.0
    high: float = 0.0
    is_log: bool = False
    is_whole: bool = False
    choices: tuple[Value, ...] = ()

    def has_place_for(self, value: Value) -> bool:
        """Return whether the value is one of the choices, or a number beside a range.

        A word has no place in a range; a number below or above it has: the nearest end.
        """
        if self.choices:
            return value in self.choices
        return isinstance(value, int | float) and not isinstance(value, bool)

    def nearest(self, value: Value) -> Value:
        """Return the value itself, or the end of the range that is nearest to it."""
        if self.choices or value is None or isinstance(value, bool | str):
            return value
        low, high = (int(end) if self.is_whole else end for end in (self.low, self.high))
        return min(max(value, low), high)

    @property
    def told(self) -> str:
        """The dimension in words, as the doors read it."""
        if self.choices:
            return ", ".join(str(value) for value in self.choices)
        return f"{self.low:g}..{self.high:g}" + (" log" if self.is_log else "")


@dataclass(frozen=True)
class Trial:
    """One choice of hyperparameters, and what became of it.

    Attributes:
        number: from 1 on; the first has the parameters that the training would have had.
        parameters: those that are searched, by name.
        score: mean of the fold scores; None where no fold was scored.
        goodness: the score so that more is better whatever the metric; None as for `score`.
        fold_scores: by fold, None for folds that were not fitted or cannot be scored.
        duration_s: seconds of its fits.
        reason: why it did not succeed, empty where it did.
        at_s: seconds from the beginning of the search to its end; None where that is not known.
        why: it was tried; None where a search proposed it.
        peak_bytes: the most memory that it held for itself; None where that is not known.
    """

    number: int
    parameters: Values
    status: TrialStatus
    score: float | None
    goodness: float | None
    fold_scores: tuple[float | None, ...]
    duration_s: float
    reason: str = ""
    at_s: float | None = None
    why: str | None = None
    peak_bytes: int | None = None


def best_first(trials: tuple[Trial, ...]) -> tuple[Trial, ...]:
    """Return trials by falling goodness; those that did not succeed stand behind, by number."""

    def place(trial: Trial) -> tuple[bool, float, int]:
        counts = trial.status is TrialStatus.SUCCEEDED and trial.goodness is not None
        return not counts, -(trial.goodness or 0.0) if counts else 0.0, trial.number

    return tuple(sorted(trials, key=place))


@dataclass(frozen=True)
class Search:
    """A finished search; at least one trial succeeded.

    Attributes:
        search_type: key of the searcher; `title` is its title.
        metric: key of the metric that decided; `metric_title` is its title.
        n_folds, n_repeats: every trial was scored on the same folds, dealt so often.
        space: what was searched.
        trials: in the order in which they were made.
        tied: numbers of trials that cannot be told from the best one.
        ending: why it ended.
        duration_s: seconds.
    """

    search_type: str
    title: str
    metric: str
    metric_title: str
    n_folds: int
    n_repeats: int
    space: tuple[Dimension, ...]
    trials: tuple[Trial, ...]
    tied: tuple[int, ...]
    ending: Ending
    duration_s: float

    @property
    def best(self) -> Trial:
        """The trial with the best score, the earliest of equal ones."""
        return best_first(self.trials)[0]

    @property
    def default(self) -> Trial:
        """The trial of the parameters that the training would have had."""
        return self.trials[0]

    def count(self, status: TrialStatus) -> int:
        """Return how many trials ended so."""
        return sum(trial.status is status for trial in self.trials)
