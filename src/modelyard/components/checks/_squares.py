"""Whether squared errors decide, which a few values far out rule."""

from modelyard.domain.tasks import Task
from modelyard.protocols.checks import CheckInput

# Metrics that square what an answer lacks (Hyndman, Koehler: Another look at measures of forecast
# accuracy (2006), section 2.1); and the usual one.
_USUAL = "rmse"
_SQUARING = frozenset({"rmse", "mse", "r2", "explained-variance"})


def squares_decide(subject: CheckInput) -> bool:
    """Return whether the metric of a regression squares what an answer lacks."""
    return subject.task is Task.REGRESSION and (subject.metric or _USUAL) in _SQUARING
