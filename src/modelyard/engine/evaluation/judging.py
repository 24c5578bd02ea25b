"""Judges an algorithm on folds, and a fitted model on rows that nothing before has seen."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from modelyard.domain.evaluations import Evaluation, FoldScore, Importance
from modelyard.domain.rules import Rule
from modelyard.domain.splits import Bonds, Split
from modelyard.domain.tables import Table
from modelyard.engine.dealing import Dealer
from modelyard.engine.ensembles.combining import fit_plan
from modelyard.engine.evaluation.conformal import cross_fitted_coverage
from modelyard.engine.evaluation.estimates import Scored, draw_charts, evaluate, loss_of, score_once
from modelyard.engine.evaluation.importance import permutation_importance
from modelyard.engine.evaluation.resampling import Resampling
from modelyard.engine.fitting import FitPlan, Fitted, IntArray
from modelyard.engine.parameters import resolve_parameters
from modelyard.engine.preparing import rows_of
from modelyard.engine.splitting import carve, folds
from modelyard.engine.workshop import Workshop
from modelyard.protocols.algorithms import FitInput
from modelyard.protocols.charts import ChartInput
from modelyard.protocols.metrics import Metric
from modelyard.protocols.progress import Silence
from modelyard.runtime.conformal import Conformal

FloatArray = npt.NDArray[np.float64]

# Share of a fold's training rows that stop the fit early, where the algorithm wants such rows.
_FOLD_VALIDATION_SHARE = 0.1


@dataclass(frozen=True)
class Judge:
    """Scores one plan by one metric.

    Attributes:
        table: every row, in the order of the plan.
        bonds: what kept rows together in the split, and does so in folds and in intervals.
        split: of the table's rows; the test part is touched by `judge` alone.
        metric: the one that decides.
    """

    plan: FitPlan
    table: Table
    bonds: Bonds
    split: Split
    metric: Metric
    workshop: Workshop

    def cross_validate(self, n_folds: int, rng: np.random.Generator) -> tuple[FoldScore, ...]:
        """Score the algorithm on folds of the rows that are not in the test part.

        Args:
            n_folds: 0 means that there is nothing to do.
            rng: of the dealing and the fits.
        """
        if not n_folds:
            return ()
        plan = self.plan
        self.workshop.progress.stage(f"Cross-validating on {n_folds} folds")
        rows = np.sort(np.concatenate([self.split.train, self.split.validation]))
        dealt = folds(
            self.table.take(rows),
            plan.y[rows],
            task=plan.task,
            n_folds=n_folds,
            bonds=self.bonds,
            rng=rng,
        )
        scores = []
        for number, (train_at, held_at) in enumerate(dealt, start=1):
            self.workshop.progress.advance(number - 1, n_folds)
            teaching, stopping = self._carved(rows[train_at], rng)
            fitted = fit_plan(
                plan,
                teaching,
                validation=stopping,
                dealer=Dealer(self.table, plan.y, plan.task, self.bonds),
                rng=rng,
                progress=Silence(),
            )
            scores.append(FoldScore(number, len(held_at), self._score(fitted, rows[held_at])))
        self.workshop.progress.advance(n_folds, n_folds)
        return tuple(scores)

    def baseline(self, rng: np.random.Generator) -> FloatArray:
        """Fit the baseline on the target alone; return its (1, m) scores, the same for any row."""
        plan = self.plan
        algorithm = self.workshop.catalog.baseline()
        rows = np.concatenate([self.split.train, self.split.validation])
        model = algorithm.fit(
            FitInput(
                X=np.empty((len(rows), 0)),
                y=plan.y[rows],
                feature_names=(),
                task=plan.task,
                n_classes=len(plan.labels),
                parameters=resolve_parameters(algorithm.card, {}),
                rng=rng,
                weight=None if plan.weight is None else plan.weight[rows],
            )
        )
        return model.scores(np.empty((1, 0)))

    def judge(
        self,
        fitted: Fitted,
        scores: FloatArray,
        *,
        baseline: FloatArray,
        rng: np.random.Generator,
        rule: Rule,
        conformal: Conformal,
    ) -> Evaluation:
        """Measure the model on the test rows: metrics with intervals, importance, charts.

        Args:
            fitted: the model.
            scores: what it answers for the test rows.
            baseline: (1, m) what the dummy answers for any row.
            rng: of bootstrap, shuffles and halvings.
            rule: by which probabilities become a label.
            conformal: of the test rows.
        """
        plan, catalog = self.plan, self.workshop.catalog
        interval_rng, shuffle_rng, halving_rng = rng.spawn(3)
        test = self.split.test
        y_true = plan.y[test]
        bound = Resampling.of(self.table.take(test), self.bonds)
        scored = Scored(
            task=plan.task,
            labels=plan.labels,
            y_true=y_true,
            scores=scores,
            baseline_scores=np.tile(baseline, (len(test), 1)),
            weight=None if plan.weight is None else plan.weight[test],
            rule=rule,
            bound=bound,
        )
        evaluation = evaluate(
            scored, metrics=catalog.metrics(), metric=self.metric, rng=interval_rng
        )
        importance = self._importance(fitted, scored, shuffle_rng)
        coverage = cross_fitted_coverage(
            conformal, scores, y_true, of_unit=bound.of_row, rng=halving_rng
        )
        subject = ChartInput(
            task=plan.task,
            target=plan.target,
            y_true=y_true,
            scores=scores,
            labels=plan.labels,
            importance=importance,
            rule=rule,
            coverage=coverage,
        )
        charts = draw_charts(catalog.charts(), subject)
        return replace(evaluation, importance=importance, charts=charts, coverage=coverage)

    def _importance(
        self, fitted: Fitted, scored: Scored, rng: np.random.Generator
    ) -> tuple[Importance, ...]:
        plan = self.plan
        return permutation_importance(
            fitted.packaged_scores if plan.algorithm.card.is_graph_faster else fitted.scores,
            rows_of(plan.blocks, self.split.test),
            y_true=scored.y_true,
            n_scores=scored.scores.shape[1],
            loss=loss_of(self.metric, task=plan.task, rule=scored.rule),
            rng=rng,
            weight=scored.weight,
        )

    def _carved(self, rows: IntArray, rng: np.random.Generator) -> tuple[IntArray, IntArray]:
        """Return rows of a fold to learn from and rows to stop early by, if the algorithm does."""
        plan = self.plan
        if not plan.wants_validation:
            return rows, rows[:0]
        teaching, stopping = carve(
            self.table.take(rows),
            plan.y[rows],
            task=plan.task,
            share=_FOLD_VALIDATION_SHARE,
            bonds=self.bonds,
            rng=rng,
        )
        return rows[teaching], rows[stopping]

    def _score(self, fitted: Fitted, rows: IntArray) -> float:
        plan = self.plan
        scores = fitted.scores(rows_of(plan.blocks, rows))
        weight = None if plan.weight is None else plan.weight[rows]
        return score_once(self.metric, plan.y[rows], scores=scores, task=plan.task, weight=weight)
