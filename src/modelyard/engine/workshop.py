"""What a training is handed from outside, so that two runs can be the same."""

from collections.abc import Callable
from dataclasses import dataclass

from modelyard.catalog import Catalog
from modelyard.domain.trials import Trial
from modelyard.protocols.progress import Progress


@dataclass(frozen=True)
class Workshop:
    """Everything that computing needs besides data and configuration.

    Attributes:
        catalog: the components.
        clock: returns seconds, monotonic.
        progress: is told what happens.
        n_threads: cores to use.
        on_trial: is handed each trial of a search as it ends, where anyone wants it.
    """

    catalog: Catalog
    clock: Callable[[], float]
    progress: Progress
    n_threads: int
    on_trial: Callable[[Trial], object] | None = None
