"""Compares models by what their trainings measured: from their manifests, without opening one."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from modelyard.catalog import Catalog
from modelyard.domain.comparisons import ComparedModel, ComparedScore, Comparison, best_first
from modelyard.domain.manifests import Manifest
from modelyard.domain.runs import Model
from modelyard.engine.evaluation.comparing import require_comparable
from modelyard.engine.evaluation.estimates import metric_for
from modelyard.protocols.metrics import Metric

_NOT_THE_SAME = (
    "Each was measured on the held-out rows of its own training, which may differ; with rows that "
    "have a truth (--data) all are measured on the same."
)


@dataclass(frozen=True)
class KeptComparisonService:
    """Puts registered models side by side.

    Attributes:
        manifest_of: verifies the manifest of a registered package.
    """

    catalog: Catalog
    manifest_of: Callable[[Model], Manifest]

    def compare(self, models: Sequence[Model], *, metric: str | None = None) -> Comparison:
        """Compare models, the best by the deciding metric first.

        Args:
            models: at least two different ones.
            metric: key of the one that decides; None means that of the first model.

        Raises:
            InvalidValue: if there are fewer than two, or they answer different questions.
            UnknownKey: if there is no such metric.
            PackageError: if a package is not the one that was registered.
        """
        known = {model.reference: model for model in models}
        manifests = {name: self.manifest_of(model) for name, model in known.items()}
        require_comparable(manifests)
        metrics, first = self.catalog.metrics(), next(iter(manifests.values()))
        return compare_kept(
            manifests,
            {name: model.size_bytes for name, model in known.items()},
            metrics=metrics,
            metric=metric_for(metrics, first.task, key=metric or first.metric),
        )


def compare_kept(
    manifests: Mapping[str, Manifest],
    sizes: Mapping[str, int],
    *,
    metrics: Mapping[str, Metric],
    metric: Metric,
) -> Comparison:
    """Compare by the metrics that the packages keep, the best first.

    Args:
        manifests: name to what the package says.
        sizes: name to bytes.
        metrics: of the catalog.
        metric: that decides.
    """
    measured = (key for each in manifests.values() for key in each.metrics)
    keys = dict.fromkeys([metric.card.key, *measured])
    known = {key: metrics[key] for key in keys if key in metrics}
    compared = [
        ComparedModel(
            name=name,
            algorithm=manifest.algorithm,
            size_bytes=sizes[name],
            predict_s=None,
            scores={key: _kept(name, manifests, each) for key, each in known.items()},
        )
        for name, manifest in manifests.items()
    ]
    is_same_data = len({each.data_sha256 for each in manifests.values()}) == 1
    different = "" if is_same_data else "They were trained on different data. "
    return Comparison(
        target=next(iter(manifests.values())).target,
        metric=metric.card.key,
        titles={key: each.card.title for key, each in known.items()},
        models=best_first(compared, metric.card.key),
        caution=different + _NOT_THE_SAME,
    )


def _kept(name: str, manifests: Mapping[str, Manifest], metric: Metric) -> ComparedScore:
    nan = float("nan")

    def value_of(each: str, part: str = "value") -> float:
        return manifests[each].metrics.get(metric.card.key, {}).get(part, nan)

    goodness = {each: float(metric.card.goodness(value_of(each))) for each in manifests}
    best = max((good for good in goodness.values() if math.isfinite(good)), default=nan)
    behind = best - goodness[name]
    return ComparedScore(
        value=value_of(name),
        low=value_of(name, "low"),
        high=value_of(name, "high"),
        behind=behind,
        behind_low=nan,
        behind_high=nan,
        is_best=behind == 0,
        is_tied=False,
    )
