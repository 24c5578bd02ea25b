"""What a user asks of AutoML."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Self

# Answers at once from one model; the best within bounds that suit a service; whatever is best.
FAST, BALANCED, BEST = "fast", "balanced", "best"
SERVE = (FAST, BALANCED, BEST)
# The algorithm that combines what AutoML has found.
COMBINED_BY = "blending"
# Fields that users know by another name.
KNOWN_AS: Mapping[str, str] = MappingProxyType(
    {"algorithms": "only", "refits_full": "refit_full", "is_deterministic": "deterministic"}
)
# Of the memory of a job, what its fits and its data may hold together; the rest is for what a fit
# takes before anybody looks, which would end the job and not the fit.
_SHARE_OF_JOB = 0.85
# A run that is given neither time nor trials.
DEFAULT_TIME_LIMIT_S = 60.0


@dataclass(frozen=True)
class AutoMLConfig:
    """How long to look for a model, and what it may cost to serve.

    Attributes:
        time_limit_s: seconds for everything, from reading to the package; None for no limit, which
            needs a number of trials.
        n_trials: most candidates; None for as many as the time allows.
        memory_limit_mb: most that this process and all fits may hold together; None for half of
            what the machine, or its container, has beside what this process holds.
        serve: "fast", "balanced" or "best": how much its answers may cost.
        algorithms: keys of those that compete; empty for all that are installed.
        searcher: key of the searcher that goes on from what worked.
        executor: key of what runs the fits.
        refits_full: whether what was measured is fitted once more on all rows, those that measured
            it included, where there is time; the package then holds that.
        is_deterministic: whether two runs end alike; needs a number of trials and no time limit.
    """

    time_limit_s: float | None = DEFAULT_TIME_LIMIT_S
    n_trials: int | None = None
    memory_limit_mb: int | None = None
    serve: str = BALANCED
    algorithms: tuple[str, ...] = ()
    searcher: str = "bayesian"
    executor: str = "local-processes"
    refits_full: bool = True
    is_deterministic: bool = False

    def within(self, memory_bytes: int | None) -> Self:
        """Return what is asked for as a job may have it; None is a job without a limit."""
        if memory_bytes is None:
            return self
        most = int(memory_bytes * _SHARE_OF_JOB / 1e6)
        asked = self.memory_limit_mb
        return replace(self, memory_limit_mb=most if asked is None else min(asked, most))
