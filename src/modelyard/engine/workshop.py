"""What a training is handed from outside, so that two runs can be the same."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from modelyard.catalog import Catalog
from modelyard.domain.leaderboards import Entry
from modelyard.domain.tasks import Task
from modelyard.domain.trials import Trial
from modelyard.domain.weights import WeightsPlace
from modelyard.engine.kinds.typing import Typing, type_table
from modelyard.protocols.progress import Progress


def never() -> bool:
    """Return that nobody wants a search to end early."""
    return False


@dataclass(frozen=True)
class Workshop:
    """Everything that computing needs besides data and configuration.

    Attributes:
        catalog: the components.
        clock: returns seconds, monotonic.
        progress: is told what happens.
        n_threads: cores to use.
        on_trial: is handed each trial of a search as it ends, where anyone wants it.
        on_entry: is handed each candidate of AutoML as it ends, where anyone wants it.
        on_question: is told the task and the key of the metric that decides, before any fit.
        scratch: folder in which AutoML keeps what it has finished; None for nowhere.
        weights: where files of weights are that a network may begin with; None for nowhere.
        begun: moment of the clock at which the training began; None for now.
        typing: gives the columns of a raw table their kinds.
        wants_end: whether a search is to end with the best that it has; asked again and again.
    """

    catalog: Catalog
    clock: Callable[[], float]
    progress: Progress
    n_threads: int
    on_trial: Callable[[Trial], object] | None = None
    on_entry: Callable[[Entry], object] | None = None
    on_question: Callable[[Task, str], object] | None = None
    scratch: Path | None = None
    weights: WeightsPlace | None = None
    begun: float | None = None
    typing: Typing = type_table
    wants_end: Callable[[], bool] = never

    @property
    def ended_by(self) -> str:
        """How a search ends early, behind the title of its stage; nothing where others ask it."""
        return "; Ctrl-C ends it with the best so far" if self.wants_end is never else ""
