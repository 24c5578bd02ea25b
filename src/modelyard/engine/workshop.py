"""What a training is handed from outside, so that two runs can be the same."""

from collections.abc import Callable
from dataclasses import dataclass

from modelyard.catalog import Catalog
from modelyard.protocols.progress import Progress


@dataclass(frozen=True)
class Workshop:
    """Everything that computing needs besides data and configuration.

    Attributes:
        catalog: the components.
        clock: returns seconds, monotonic.
        progress: is told what happens.
        n_threads: cores to use.
    """

    catalog: Catalog
    clock: Callable[[], float]
    progress: Progress
    n_threads: int
