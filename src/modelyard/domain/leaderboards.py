"""What AutoML tried, how good each candidate was, and what was chosen of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from modelyard.domain.outlooks import Outlook
from modelyard.domain.suggestions import Ceiling, Suggestion
from modelyard.domain.trials import Ending, TrialStatus

# Share of the rows that are scored from which on what is remembered tells as well as what is new.
_FEW_AGAIN = 0.01


@dataclass(frozen=True)
class Candidate:
    """An algorithm with its hyperparameters and the preparation of its features.

    Attributes:
        name: that no other candidate of the run has, e.g. "lightgbm-2".
        algorithm: key of the algorithm.
        parameters: every hyperparameter, resolved.
        preparation: words by the role of transforms, over those of the training.
        reason: why it is tried.
        cost: what its fit costs in seconds, measured by that of the first candidate.
        is_log: whether it is taught the logarithm of the target.
        is_longer: whether it goes on where another one had used up its rounds.
    """

    name: str
    algorithm: str
    parameters: Mapping[str, Any]
    reason: str
    preparation: Mapping[str, str] = field(default_factory=dict)
    cost: float = 1.0
    is_log: bool = False
    is_longer: bool = False


@dataclass(frozen=True)
class Shipped:
    """What of a candidate is in the package: one model of all rows, or those of its folds.

    Attributes:
        n_models: that answer for it.
        is_refitted: whether it is one model of all rows, in place of those of the folds.
        is_full: whether the rows of the test part are among these.
        row_us, batch_us, size_bytes: of these together, as of an `Entry`.
    """

    n_models: int
    is_refitted: bool
    row_us: float
    batch_us: float
    size_bytes: int
    is_full: bool = False


@dataclass(frozen=True)
class Entry:
    """What became of one candidate.

    Attributes:
        number: in the order in which they were tried, from 1 on.
        score: mean of the metric that decides over the folds; None where it was not scored.
        goodness: the score so that more is better; None as for `score`.
        fold_scores: by fold, None for folds that were not fitted or cannot be scored.
        fit_s, cpu_s: wall and processor seconds of all its folds, answers included.
        row_us: microseconds that its folds take together to answer one row.
        batch_us: microseconds that they take for each of many rows.
        size_bytes: of the graphs of its folds.
        peak_bytes: the most memory that it held for itself, 0 where that is not known.
        reason: why it did not succeed, empty where it did.
        weight: in the blend that was chosen, 0 outside.
        at_s: seconds from the beginning of the training to its end.
        behind_low, behind_high: 95 % interval of the goodness that it lacks beside the best one,
            on the same rows; None where that was not measured.
        adds: goodness that the blend would lose without it; None where it is not a part of one.
        shipped: what of it is in the package; None outside the blend.
    """

    number: int
    candidate: Candidate
    status: TrialStatus
    score: float | None = None
    goodness: float | None = None
    fold_scores: tuple[float | None, ...] = ()
    fit_s: float = 0.0
    cpu_s: float = 0.0
    row_us: float = 0.0
    batch_us: float = 0.0
    size_bytes: int = 0
    peak_bytes: int = 0
    reason: str = ""
    weight: float = 0.0
    at_s: float = 0.0
    behind_low: float | None = None
    behind_high: float | None = None
    adds: float | None = None
    shipped: Shipped | None = None

    @property
    def is_complete(self) -> bool:
        """Whether it was scored on every fold."""
        return self.status is TrialStatus.SUCCEEDED


def is_of_new(n_again: int, *, n_rows: int) -> bool:
    """Return whether so few rows are scored whose equal was taught that nothing is told by them."""
    return n_again <= _FEW_AGAIN * n_rows


@dataclass(frozen=True)
class Leaderboard:
    """A finished AutoML run.

    Attributes:
        metric: key of the metric that ranks: the one that decides, but where that tells nothing of
            the rows that are held out; `metric_title` is its title.
        n_folds: that every candidate was scored on; 1 for one part held out.
        n_rows: that were held out by some fold.
        n_again: of these, the rows of which an equal was taught, where nothing else binds rows.
        entries: in the order in which candidates were tried.
        tied: numbers of entries that cannot be told from the best one.
        blend_score: of the blend, the mean over the folds, as of a candidate; NaN where no fold can
            be scored.
        serve: what its answers might cost, as it was asked; empty where that is not known.
        free_score: of the blend that would answer if serving had no bounds, on the same folds;
            None where that was not measured.
        ending: why the run ended.
        duration_s: seconds.
        time_limit_s: that was allowed for everything, None for no limit.
        journal: name of the folder that keeps what was finished, until the model stands.
        ceiling: what no model can pass; None where no rows tell.
        suggestions: what to do next, and why.
        outlook: what was expected before it began; None where that is not known.
    """

    metric: str
    metric_title: str
    n_folds: int
    n_rows: int
    entries: tuple[Entry, ...]
    tied: tuple[int, ...]
    blend_score: float
    ending: Ending
    duration_s: float
    time_limit_s: float | None
    journal: str = ""
    ceiling: Ceiling | None = None
    suggestions: tuple[Suggestion, ...] = ()
    serve: str = ""
    free_score: float | None = None
    outlook: Outlook | None = None
    n_again: int = 0

    @property
    def is_of_new(self) -> bool:
        """Whether its scores are of rows that are new, but for one in a hundred."""
        return is_of_new(self.n_again, n_rows=self.n_rows)

    @property
    def ranked(self) -> tuple[Entry, ...]:
        """The entries by falling goodness; those that were not scored stand behind."""

        def place(entry: Entry) -> tuple[bool, float, int]:
            goodness = entry.goodness if entry.is_complete else None
            return goodness is None, -(goodness or 0.0), entry.number

        return tuple(sorted(self.entries, key=place))

    @property
    def chosen(self) -> tuple[Entry, ...]:
        """The entries in the blend, the heaviest first."""
        kept = [each for each in self.entries if each.weight > 0]
        return tuple(sorted(kept, key=lambda each: (-each.weight, each.number)))
