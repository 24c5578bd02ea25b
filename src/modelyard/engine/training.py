"""One training from a raw table to a fitted, measured model that is ready to be packaged."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from modelyard.catalog import Catalog, pick
from modelyard.domain.configs import TrainingConfig
from modelyard.domain.errors import InvalidValue, TargetError
from modelyard.domain.evaluations import Evaluation, FoldScore
from modelyard.domain.splits import Split
from modelyard.domain.tables import RawTable, Table
from modelyard.domain.tasks import Label, Task
from modelyard.engine.evaluating import draw, evaluate, metric_for, score_of
from modelyard.engine.examining import Examination, examine, require_accepted
from modelyard.engine.fitting import Fitted, FitPlan, IntArray, fit
from modelyard.engine.importance import permutation_importance
from modelyard.engine.parameters import resolve_parameters
from modelyard.engine.preparing import blocks_of, rows_of
from modelyard.engine.splitting import folds, split
from modelyard.engine.tasks import encode_target, labels_of, rows_with_target
from modelyard.protocols.algorithms import Algorithm, FitInput
from modelyard.protocols.charts import ChartInput
from modelyard.protocols.progress import Progress, Silence

# The algorithm that every model is measured against.
BASELINE = "dummy"
# Share of a fold's training rows that stop the fit early, where the algorithm wants such rows.
_FOLD_VALIDATION_SHARE = 0.1


@dataclass(frozen=True)
class Workshop:
    """What a training is handed from outside, so that two runs can be the same.

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


@dataclass(frozen=True)
class Trained:
    """A model in memory with all that was learned on the way.

    Attributes:
        table: the rows that have a target.
        labels: class labels in code order, empty for regression.
        fit_s: seconds that the final fit took.
    """

    config: TrainingConfig
    examination: Examination
    table: Table
    plan: FitPlan
    labels: tuple[Label, ...]
    split: Split
    fitted: Fitted
    evaluation: Evaluation
    fit_s: float

    @property
    def task(self) -> Task:
        """What the model answers."""
        return self.plan.task


def train(raw: RawTable, config: TrainingConfig, workshop: Workshop) -> Trained:
    """Train one algorithm as the configuration says.

    Raises:
        BlockingFindings: if a finding of severity error was not accepted.
        ModelyardError: if data or configuration do not allow training.
    """
    algorithm = pick(workshop.catalog.algorithms(), config.algorithm, shelf="algorithms")
    parameters = resolve_parameters(algorithm.card, config.parameters)
    examination = examine(
        raw, config, checks=workshop.catalog.checks(), progress=workshop.progress
    )
    require_accepted(examination.findings, config.accepted)
    table = examination.table
    table = table.take(rows_with_target(table, config.target))
    plan, labels = _plan(table, examination, algorithm=algorithm, config=config, workshop=workshop)
    plan = replace(plan, parameters=parameters)
    split_rng, fit_rng, fold_rng, judge_rng = np.random.default_rng(config.seed).spawn(4)
    parts = split(
        table,
        plan.y,
        task=plan.task,
        shares=config.shares,
        features=examination.features,
        group=config.group,
        time=config.time,
        rng=split_rng,
    )
    scores = _cross_validate(plan, parts, table, config=config, rng=fold_rng, workshop=workshop)
    workshop.progress.stage(f"Fitting {algorithm.card.title}")
    started = workshop.clock()
    fitted = fit(
        plan, parts.train, validation=parts.validation, rng=fit_rng, progress=workshop.progress
    )
    fit_s = workshop.clock() - started
    workshop.progress.stage("Measuring on held-out rows")
    evaluation = _judge(plan, fitted, parts, labels=labels, config=config, rng=judge_rng, workshop=workshop)
    evaluation = replace(evaluation, folds=scores)
    return Trained(
        config, examination, table, plan, labels, parts, fitted, evaluation, fit_s
    )


def _plan(
    table: Table,
    examination: Examination,
    *,
    algorithm: Algorithm,
    config: TrainingConfig,
    workshop: Workshop,
) -> tuple[FitPlan, tuple[Label, ...]]:
    task = examination.task
    if task is None:
        raise TargetError("A training needs a target.", fix="Name the column to predict.")
    if task not in algorithm.card.tasks:
        fitting = [k for k, a in workshop.catalog.algorithms().items() if task in a.card.tasks]
        raise InvalidValue(
            f"'{algorithm.card.key}' cannot do a {task} task.",
            fix=f"Use one of: {', '.join(fitting)}.",
            sample=algorithm.card.key,
        )
    metric_for(workshop.catalog.metrics(), task, config.metric)
    labels = labels_of(table, config.target, task) if task.is_classification else ()
    features = table.select(examination.features)
    plan = FitPlan(
        blocks=blocks_of(features),
        y=encode_target(table, config.target, task, labels),
        columns=features.columns,
        task=task,
        n_classes=len(labels),
        algorithm=algorithm,
        parameters={},
        preparation=config.preparation,
        transforms=workshop.catalog.transforms(),
        n_threads=workshop.n_threads,
    )
    return plan, labels


def _cross_validate(
    plan: FitPlan,
    parts: Split,
    table: Table,
    *,
    config: TrainingConfig,
    rng: np.random.Generator,
    workshop: Workshop,
) -> tuple[FoldScore, ...]:
    """Score the algorithm on folds of the rows that are not in the test part."""
    if not config.n_folds:
        return ()
    workshop.progress.stage(f"Cross-validating on {config.n_folds} folds")
    metric = metric_for(workshop.catalog.metrics(), plan.task, config.metric)
    rows = np.sort(np.concatenate([parts.train, parts.validation]))
    dealt = folds(
        table.take(rows),
        plan.y[rows],
        task=plan.task,
        n_folds=config.n_folds,
        features=tuple(column.name for column in plan.columns),
        group=config.group,
        rng=rng,
    )
    scores = []
    for number, (train_at, held_at) in enumerate(dealt, start=1):
        workshop.progress.advance(number - 1, config.n_folds)
        teaching, stopping = _carve(rows[train_at], rng)
        fitted = fit(plan, teaching, validation=stopping, rng=rng, progress=Silence())
        held = rows[held_at]
        value = score_of(metric, fitted.scores(rows_of(plan.blocks, held)), plan.y[held])
        scores.append(FoldScore(number, len(held), value))
    workshop.progress.advance(config.n_folds, config.n_folds)
    return tuple(scores)


def _carve(rows: IntArray, rng: np.random.Generator) -> tuple[IntArray, IntArray]:
    n_stopping = int(len(rows) * _FOLD_VALIDATION_SHARE)
    shuffled = rng.permutation(rows)
    return np.sort(shuffled[n_stopping:]), np.sort(shuffled[:n_stopping])


def _judge(
    plan: FitPlan,
    fitted: Fitted,
    parts: Split,
    *,
    labels: tuple[Label, ...],
    config: TrainingConfig,
    rng: np.random.Generator,
    workshop: Workshop,
) -> Evaluation:
    """Measure the model on the test rows, which nothing before has seen."""
    metrics = workshop.catalog.metrics()
    metric = metric_for(metrics, plan.task, config.metric)
    interval_rng, shuffle_rng = rng.spawn(2)
    blocks, y_true = rows_of(plan.blocks, parts.test), plan.y[parts.test]
    scores = fitted.scores(blocks)
    evaluation = evaluate(
        scores,
        y_true,
        baseline_scores=_baseline(plan, parts, rng=rng, workshop=workshop)(len(parts.test)),
        task=plan.task,
        labels=labels,
        metrics=metrics,
        metric=metric.card.key,
        rng=interval_rng,
    )
    importance = permutation_importance(
        fitted.scores, blocks, y_true, metric=metric, rng=shuffle_rng
    )
    subject = ChartInput(
        task=plan.task,
        target=config.target,
        y_true=y_true,
        scores=scores,
        labels=labels,
        importance=importance,
    )
    return replace(evaluation, importance=importance, charts=draw(workshop.catalog.charts(), subject))


def _baseline(
    plan: FitPlan, parts: Split, *, rng: np.random.Generator, workshop: Workshop
) -> Callable[[int], npt.NDArray[np.float64]]:
    """Fit the dummy on the target alone; return what it answers for n rows."""
    algorithm = pick(workshop.catalog.algorithms(), BASELINE, shelf="algorithms")
    rows = np.concatenate([parts.train, parts.validation])
    model = algorithm.fit(
        FitInput(
            X=np.empty((len(rows), 0)),
            y=plan.y[rows],
            feature_names=(),
            task=plan.task,
            n_classes=plan.n_classes,
            parameters=resolve_parameters(algorithm.card, {}),
            rng=rng,
        )
    )
    return lambda n_rows: model.scores(np.empty((n_rows, 0)))
