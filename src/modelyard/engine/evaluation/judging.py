"""Judges an algorithm on folds, and a fitted model on rows that nothing before has seen."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.domain.columns import ColumnKind
from modelyard.domain.dependences import Dependence
from modelyard.domain.evaluations import Evaluation, FoldScore, Importance
from modelyard.domain.fairness import Fairness
from modelyard.domain.leaderboards import Leaderboard
from modelyard.domain.rules import Rule
from modelyard.domain.splits import Split
from modelyard.domain.tasks import Task
from modelyard.domain.trade_offs import TradeOffs
from modelyard.domain.trials import Search
from modelyard.domain.weaknesses import Weaknesses
from modelyard.engine.dealing import Dealer
from modelyard.engine.ensembles.combining import fit_plan
from modelyard.engine.evaluation.conformal import Ranked, cross_fitted_coverage
from modelyard.engine.evaluation.dependence import Question, partial_dependence
from modelyard.engine.evaluation.estimates import Scored, draw_charts, evaluate, loss_of, score_once
from modelyard.engine.evaluation.fairness import measure_fairness
from modelyard.engine.evaluation.importance import Predict, permutation_importance
from modelyard.engine.evaluation.resampling import Resampling
from modelyard.engine.evaluation.trade_offs import trade_offs
from modelyard.engine.evaluation.weak_spots import Seen, find_weaknesses
from modelyard.engine.fitting import FitPlan, Fitted, IntArray
from modelyard.engine.parameters import resolve_parameters
from modelyard.engine.preparing import rows_of
from modelyard.engine.workshop import Workshop
from modelyard.protocols.algorithms import FitInput
from modelyard.protocols.charts import ChartInput
from modelyard.protocols.metrics import Metric
from modelyard.protocols.progress import Silence
from modelyard.runtime.blocks import Blocks
from modelyard.runtime.conformal import Conformal

FloatArray = npt.NDArray[np.float64]

# Of the seconds that a limit leaves when the model stands, what shuffling columns may take; charts,
# parity, the report and the package are still to come.
_SHUFFLING_SHARE, _LEAST_SHUFFLING_S = 0.3, 0.3


@dataclass(frozen=True)
class Answered:
    """A fitted model, and all that it answers for the test rows.

    Attributes:
        scores: (n, m) of the test rows, calibrated.
        uncalibrated: the same as the model gives them.
        baseline: (1, m) what the dummy answers for any row.
        rule: by which probabilities become a label.
        conformal: of the test rows, and of validation rows where they may rank.
        validation: of the latter.
    """

    fitted: Fitted
    scores: FloatArray
    uncalibrated: FloatArray
    baseline: FloatArray
    rule: Rule
    conformal: Conformal
    validation: Ranked | None = None

    def test(self, y_true: npt.NDArray[Any], weight: FloatArray | None) -> Ranked:
        """Return how strange the truth of the test rows is."""
        return Ranked(self.conformal.strangeness(self.scores, y_true), weight)


@dataclass(frozen=True)
class Judge:
    """Scores one plan by one metric.

    Attributes:
        dealer: of every row, in the order of the plan; what binds rows in the split does so in
            folds and in intervals.
        split: of the rows; the test part is touched by `judge` alone.
        metric: the one that decides.
        sensitive: columns by whose groups the model is measured.
        search: by which the parameters of the plan were found, None where there was none.
        leaderboard: of AutoML, None where one algorithm was named.
    """

    plan: FitPlan
    dealer: Dealer
    split: Split
    metric: Metric
    workshop: Workshop
    sensitive: tuple[str, ...] = ()
    search: Search | None = None
    leaderboard: Leaderboard | None = None

    def resampling(self, rows: IntArray) -> Resampling:
        """Return which of these rows depend on each other."""
        return Resampling.of(self.dealer.table.take(rows), self.dealer.bonds)

    def cross_validate(self, n_folds: int, rng: np.random.Generator) -> tuple[FoldScore, ...]:
        """Score the algorithm on folds of the rows that are not in the test part.

        Args:
            n_folds: 0 means that there is nothing to do.
            rng: of the dealing and the fits.
        """
        if not n_folds:
            return ()
        self.workshop.progress.stage(f"Cross-validating on {n_folds} folds")
        scores = []
        for number, (train, held) in enumerate(self.folds(n_folds, rng), start=1):
            self.workshop.progress.advance(number - 1, n_folds)
            scores.append(FoldScore(number, len(held), self.score_taught_by(train, held, rng=rng)))
        self.workshop.progress.advance(n_folds, n_folds)
        return tuple(scores)

    def folds(self, n_folds: int, rng: np.random.Generator) -> list[tuple[IntArray, IntArray]]:
        """Return the rows outside the test part as folds: those that teach, those held out."""
        rows = np.sort(np.concatenate([self.split.train, self.split.validation]))
        return self.dealer.folds(rows, n_folds, rng=rng)

    def score_taught_by(
        self, train: IntArray, held: IntArray, *, rng: np.random.Generator
    ) -> float:
        """Fit on some rows, a few of which stop the fit where it wants that, and score others."""
        plan = self.plan
        wants = plan.wants_validation
        teaching, stopping = self.dealer.carve(train, rng=rng) if wants else (train, train[:0])
        fitted = fit_plan(
            plan, teaching, validation=stopping, dealer=self.dealer, rng=rng, progress=Silence()
        )
        scores = fitted.scores(rows_of(plan.blocks, held))
        weight = None if plan.weight is None else plan.weight[held]
        return score_once(self.metric, plan.y[held], scores=scores, task=plan.task, weight=weight)

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
                loss=algorithm.card.loss_for(plan.wanted_loss),
            )
        )
        return model.scores(np.empty((1, 0)))

    def judge(self, answered: Answered, rng: np.random.Generator) -> Evaluation:
        """Measure the model on the test rows: metrics with intervals, importance, charts.

        Args:
            answered: the model with its answers.
            rng: of bootstrap, shuffles, halvings and samples.
        """
        catalog = self.workshop.catalog
        interval_rng, shuffle_rng, halving_rng, slice_rng, grid_rng, group_rng = rng.spawn(6)
        scored = self._scored(answered)
        evaluation = evaluate(
            scored, metrics=catalog.metrics(), metric=self.metric, rng=interval_rng
        )
        importance = self._importance(answered.fitted, scored, shuffle_rng)
        coverage = cross_fitted_coverage(
            answered.conformal,
            scored.scores,
            test=answered.test(scored.y_true, scored.weight),
            validation=answered.validation,
            of_unit=scored.resampling.of_row,
            rng=halving_rng,
        )
        subject = ChartInput(
            task=scored.task,
            target=self.plan.target,
            y_true=scored.y_true,
            scores=scored.scores,
            labels=scored.labels,
            importance=importance,
            rule=scored.rule,
            coverage=coverage,
            dependence=self._dependence(answered.fitted, importance, rng=grid_rng),
            search=self.search,
            uncalibrated=None if answered.fitted.calibration is None else answered.uncalibrated,
            leaderboard=self.leaderboard,
        )
        return replace(
            evaluation,
            importance=importance,
            charts=draw_charts(catalog.charts(), subject),
            coverage=coverage,
            weaknesses=self._weaknesses(scored, importance, rng=slice_rng),
            fairness=self._fairness(scored, group_rng),
            trade_offs=_trade_offs(scored),
        )

    def _predict(self, fitted: Fitted) -> Predict:
        is_faster = self.plan.algorithm.card.is_graph_faster
        return fitted.packaged_scores if is_faster else fitted.scores

    def _dependence(
        self, fitted: Fitted, importance: Sequence[Importance], *, rng: np.random.Generator
    ) -> tuple[Dependence, ...]:
        plan = self.plan
        question = Question(
            predict=self._predict(fitted),
            names=tuple(str(label) for label in plan.labels) or (plan.target,),
            blocks=rows_of(plan.blocks, fitted.taught),
            kinds=self._kinds,
        )
        # A picture has no neighbours that an answer could be followed along.
        columns = [
            each.column
            for each in importance
            if each.mean > 0 and self._kinds[each.column] is not ColumnKind.IMAGE
        ]
        return partial_dependence(question, columns, rng=rng)

    def _fairness(self, scored: Scored, rng: np.random.Generator) -> tuple[Fairness, ...]:
        test = self.dealer.table.take(self.split.test)
        return tuple(
            measure_fairness(test, column, scored=scored, rng=rng) for column in self.sensitive
        )

    def _weaknesses(
        self, scored: Scored, importance: Sequence[Importance], *, rng: np.random.Generator
    ) -> Weaknesses:
        # Where there are many columns, only some were measured.
        ranked = list(dict.fromkeys([*(each.column for each in importance), *self._kinds]))
        seen = Seen(scored, self._test, self._kinds, ranked, self.split.test + 1)
        return find_weaknesses(seen, self.metric, rng=rng)

    @cached_property
    def _kinds(self) -> dict[str, ColumnKind]:
        return {column.name: column.kind for column in self.plan.columns}

    @cached_property
    def _test(self) -> Blocks:
        """The test rows as the recipe takes them."""
        return rows_of(self.plan.blocks, self.split.test)

    def _scored(self, answered: Answered) -> Scored:
        plan, test = self.plan, self.split.test
        return Scored(
            task=plan.task,
            labels=plan.labels,
            y_true=plan.y[test],
            scores=answered.scores,
            baseline_scores=np.tile(answered.baseline, (len(test), 1)),
            weight=None if plan.weight is None else plan.weight[test],
            rule=answered.rule,
            bound=self.resampling(test),
        )

    def _importance(
        self, fitted: Fitted, scored: Scored, rng: np.random.Generator
    ) -> tuple[Importance, ...]:
        if list(self._kinds.values()) == [ColumnKind.IMAGE]:
            # All that the model knows is in the picture, and shuffling pictures is slow.
            return ()
        return permutation_importance(
            self._predict(fitted),
            self._test,
            n_scores=scored.scores.shape[1],
            loss=loss_of(self.metric, scored),
            rng=rng,
            seconds=self._shuffling_s,
        )

    @property
    def _shuffling_s(self) -> float | None:
        """Seconds that shuffling may take; None where no limit was asked for."""
        board, begun = self.leaderboard, self.workshop.begun
        if board is None or board.time_limit_s is None or begun is None:
            return None
        left = begun + board.time_limit_s - self.workshop.clock()
        return max(_SHUFFLING_SHARE * left, _LEAST_SHUFFLING_S)


def _trade_offs(scored: Scored) -> TradeOffs | None:
    if scored.task is not Task.BINARY:
        return None
    return trade_offs(scored.scores, scored.y_true, threshold=scored.rule.threshold)
