"""Search: each hyperparameter that has a range, against the score."""

from math import log10

import numpy as np

from modelyard.domain.charts import ChartKind, ChartSpec, Series
from modelyard.domain.tasks import Task
from modelyard.domain.trials import Dimension, Search, TrialStatus
from modelyard.protocols.charts import ChartCard, ChartInput

# Points that a page of vector graphics carries lightly, over all parameters.
_MAX_POINTS = 1000
# Fewer points than this show no more than chance.
_FEWEST = 5
# Pictures that are looked at rather than leafed through.
_MAX_CHARTS = 6


class _SearchParameters:
    card = ChartCard(
        key="search-parameters",
        title="Hyperparameters and the score",
        tasks=frozenset(Task),
        order=81,
    )

    def chart(self, subject: ChartInput) -> tuple[ChartSpec, ...] | None:
        search = subject.search
        if search is None:
            return None
        clouds = [(each, *_cloud(search, each)) for each in search.space if not each.choices]
        usable = [cloud for cloud in clouds if len(cloud[1]) >= _FEWEST]
        usable.sort(key=lambda cloud: -abs(_agreement(cloud[1], cloud[2])))
        return tuple(self._drawn(search, *cloud) for cloud in usable[:_MAX_CHARTS]) or None

    def _drawn(
        self, search: Search, dimension: Dimension, x: list[float], y: list[float]
    ) -> ChartSpec:
        scale = " (power of ten)" if dimension.is_log else ""
        return ChartSpec(
            key=self.card.key,
            title=f"{dimension.name} and the score",
            kind=ChartKind.POINTS,
            x_label=f"{dimension.name}{scale}",
            y_label=f"{search.metric_title}, mean over folds",
            series=(Series("trials", tuple(x), tuple(y)),),
            caption=(
                f"Rank correlation {_agreement(x, y):.2f} over {len(x)} finished trials. Where "
                "the best ones lie at an end of the range, a wider one may hold better."
            ),
        )


def _cloud(search: Search, dimension: Dimension) -> tuple[list[float], list[float]]:
    """Return values and scores of the finished trials that have a place in the range."""
    x, y = [], []
    for trial in search.trials[: _MAX_POINTS // _MAX_CHARTS]:
        value = trial.parameters[dimension.name]
        is_done = trial.status is TrialStatus.SUCCEEDED and trial.score is not None
        if is_done and dimension.has_place_for(value):
            near = float(dimension.nearest(value))  # type: ignore[arg-type] # a number has a place
            x.append(log10(near) if dimension.is_log else near)
            y.append(float(trial.score))  # type: ignore[arg-type] # it is done
    return x, y


def _agreement(x: list[float], y: list[float]) -> float:
    """Return Spearman's rank correlation, 0 where one of the two does not vary."""
    from scipy.stats import rankdata

    ranks = rankdata(x), rankdata(y)
    if any(np.ptp(rank) == 0 for rank in ranks):
        return 0.0
    return float(np.corrcoef(*ranks)[0, 1])


COMPONENT = _SearchParameters()
