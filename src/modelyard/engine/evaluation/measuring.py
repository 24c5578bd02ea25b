"""Measures a packaged model on rows with a truth that came after its training."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.domain.evaluations import Coverage, Evaluation
from modelyard.domain.fairness import Fairness
from modelyard.domain.manifests import Manifest
from modelyard.domain.rules import Rule
from modelyard.domain.tables import RawTable, Table
from modelyard.engine.evaluation.binding import bound_rows, named_columns
from modelyard.engine.evaluation.conformal import measured_coverage
from modelyard.engine.evaluation.estimates import Scored, draw_charts, evaluate
from modelyard.engine.evaluation.fairness import measure_fairness
from modelyard.engine.evaluation.truth import baseline_scores
from modelyard.engine.evaluation.weak_spots import Seen, find_weaknesses
from modelyard.engine.preparing import blocks_of
from modelyard.engine.units import IntArray
from modelyard.engine.weighting import weights_beside
from modelyard.protocols.charts import Chart, ChartInput
from modelyard.protocols.metrics import Metric
from modelyard.runtime.blocks import Blocks
from modelyard.runtime.conformal import Conformal
from modelyard.runtime.packages import Package
from modelyard.runtime.predictor import Predictor


@dataclass(frozen=True)
class LaterRows:
    """A packaged model with rows that have a truth.

    Attributes:
        raw: the data as it was delivered.
        inputs: its columns that the model takes, every row.
        rule: by which probabilities become a label.
        y_true: (m,) the truth of the rows that have one.
        rows: (m,) positions of these rows.
        sensitive: columns by whose groups the model is measured.
    """

    package: Package
    predictor: Predictor
    raw: RawTable
    inputs: Table
    rule: Rule
    y_true: npt.NDArray[Any]
    rows: IntArray
    sensitive: tuple[str, ...] = ()

    @property
    def manifest(self) -> Manifest:
        """What the model is."""
        return self.package.manifest

    @cached_property
    def blocks(self) -> Blocks:
        """What the model is asked."""
        return blocks_of(self.inputs.take(self.rows))

    @cached_property
    def scored(self) -> Scored:
        """What it answers."""
        manifest, rows = self.manifest, self.rows
        return Scored(
            task=manifest.task,
            labels=manifest.labels,
            y_true=self.y_true,
            scores=self.predictor.scores(self.blocks),
            baseline_scores=baseline_scores(self.package, len(rows)),
            weight=weights_beside(self.raw, manifest.weight, rows=rows),
            rule=self.rule,
            bound=bound_rows(self.raw, self.inputs, manifest=manifest, rows=rows),
        )


def measure(
    later: LaterRows,
    *,
    metric: Metric,
    metrics: Mapping[str, Metric],
    charts: Mapping[str, Chart],
    conformal: Conformal | None,
) -> Evaluation:
    """Return metrics with intervals beside the baseline of the training, weak spots and charts.

    Args:
        later: the model with the rows.
        metric: that decides.
        metrics: of the catalog.
        charts: of the catalog.
        conformal: the ranks behind intervals and sets, None where the package has none.
    """
    scored = later.scored
    rng = np.random.default_rng(later.manifest.seed)
    evaluation = evaluate(scored, metrics=metrics, metric=metric, rng=rng)
    coverage: tuple[Coverage, ...] = ()
    if conformal is not None:
        coverage = measured_coverage(
            conformal, scored.scores, y_true=scored.y_true, weight=scored.weight
        )
    kinds = {column.name: column.kind for column in later.manifest.inputs}
    seen = Seen(scored, later.blocks, kinds, tuple(kinds), later.rows + 1)
    subject = ChartInput(
        task=scored.task,
        target=later.manifest.target,
        y_true=scored.y_true,
        scores=scored.scores,
        labels=scored.labels,
        importance=(),
        rule=scored.rule,
        coverage=coverage,
    )
    return replace(
        evaluation,
        charts=draw_charts(charts, subject),
        coverage=coverage,
        weaknesses=find_weaknesses(seen, metric, rng=rng),
        fairness=_fairness(later, rng),
    )


def _fairness(later: LaterRows, rng: np.random.Generator) -> tuple[Fairness, ...]:
    if not later.sensitive:
        return ()
    table = named_columns(later.raw, later.inputs, names=later.sensitive).take(later.rows)
    return tuple(
        measure_fairness(table, column, scored=later.scored, rng=rng) for column in later.sensitive
    )
