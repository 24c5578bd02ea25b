"""Several models side by side: on the same rows, or by what each training measured."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from modelyard.domain.evaluations import IntervalUnit


@dataclass(frozen=True)
class ComparedScore:
    """One metric of one model beside the best model of that metric.

    Attributes:
        value, low, high: of the model, with its 95 % interval; NaN where not known.
        behind: how much better the best one is, 0 for the best itself, whatever the direction.
        behind_low, behind_high: 95 % interval of that, paired by rows; NaN where it is not known.
        is_best: whether no other model has a better value.
        is_tied: whether the rows cannot tell the model from the best one.
    """

    value: float
    low: float
    high: float
    behind: float
    behind_low: float
    behind_high: float
    is_best: bool
    is_tied: bool


@dataclass(frozen=True)
class ComparedModel:
    """One of the models.

    Attributes:
        name: as the user called it.
        size_bytes: of the package.
        predict_s: seconds that 1,000 rows take at once, once warm; None where nothing was
            predicted.
        scores: by metric.
    """

    name: str
    algorithm: str
    size_bytes: int
    predict_s: float | None
    scores: Mapping[str, ComparedScore]


@dataclass(frozen=True)
class Comparison:
    """Models, the best by the deciding metric first.

    Attributes:
        target: that all of them predict.
        metric: key of the deciding metric, the first of `titles`.
        titles: key to title of every metric that was measured.
        n_rows: that all were measured on; 0 where each has its own.
        location: of these rows.
        unit: what the bootstrap drew whole.
        caution: what the figures cannot tell, empty where nothing needs to be added.
    """

    target: str
    metric: str
    titles: Mapping[str, str]
    models: tuple[ComparedModel, ...]
    n_rows: int = 0
    location: str = ""
    unit: IntervalUnit = IntervalUnit.ROW
    caution: str = ""


def best_first(models: Iterable[ComparedModel], metric: str) -> tuple[ComparedModel, ...]:
    """Return models the best by a metric first, those without a value of it last."""

    def behind(model: ComparedModel) -> float:
        value = model.scores[metric].behind
        return value if math.isfinite(value) else math.inf

    return tuple(sorted(models, key=behind))
