"""One training from a raw table to a fitted, measured model that is ready to be packaged."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from modelyard.catalog import pick
from modelyard.domain.configs import TrainingConfig
from modelyard.domain.errors import InvalidValue, TargetError
from modelyard.domain.evaluations import Evaluation
from modelyard.domain.splits import Split
from modelyard.domain.tables import RawTable, Table
from modelyard.domain.tasks import Label, Task
from modelyard.engine.evaluation.estimates import metric_for
from modelyard.engine.evaluation.judging import Judge
from modelyard.engine.examining import Examination, examine, require_accepted
from modelyard.engine.fitting import FitPlan, Fitted, fit
from modelyard.engine.parameters import resolve_parameters
from modelyard.engine.preparing import blocks_of, rows_of
from modelyard.engine.splitting import split
from modelyard.engine.tasks import encode_target, labels_of, rows_with_target
from modelyard.engine.units import bonds_over
from modelyard.engine.workshop import Workshop
from modelyard.protocols.algorithms import Algorithm


@dataclass(frozen=True)
class Trained:
    """A model in memory with all that was learned on the way.

    Attributes:
        table: the rows that have a target.
        raw: the same rows as the source delivered them.
        scores: (n, m) the model's own scores of the test rows.
        baseline: (1, m) scores that the dummy answers for any row.
        fit_s: seconds that the final fit took.
    """

    config: TrainingConfig
    examination: Examination
    table: Table
    raw: RawTable
    plan: FitPlan
    split: Split
    fitted: Fitted
    evaluation: Evaluation
    scores: npt.NDArray[np.float64]
    baseline: npt.NDArray[np.float64]
    fit_s: float

    @property
    def task(self) -> Task:
        """What the model answers."""
        return self.plan.task

    @property
    def labels(self) -> tuple[Label, ...]:
        """Class labels in code order, empty for regression."""
        return self.plan.labels

    @property
    def split_told(self) -> str:
        """How the rows were dealt and what became of each part, one sentence for the report."""
        fitted, parts = self.fitted, self.split
        told = f"{len(fitted.taught):,} to train"
        if fitted.n_stopping:
            told += f", {fitted.n_stopping:,} to validate"
        elif len(parts.validation):
            title = self.plan.algorithm.card.title
            told += f" (validation rows joined, as {title} needs none)"
        if fitted.n_left_out:
            told += f", {fitted.n_left_out:,} with gaps left out"
        return f"{parts.how}; {told}, {len(parts.test):,} to test."


def train(raw: RawTable, config: TrainingConfig, *, workshop: Workshop) -> Trained:
    """Train one algorithm as the configuration says.

    Raises:
        BlockingFindings: if a finding of severity error was not accepted.
        ModelyardError: if data or configuration do not allow training.
    """
    algorithm = pick(workshop.catalog.algorithms(), config.algorithm, shelf="algorithms")
    parameters = resolve_parameters(algorithm.card, config.parameters)
    examination = examine(raw, config, checks=workshop.catalog.checks(), progress=workshop.progress)
    require_accepted(examination.findings, config.accepted)
    rows = rows_with_target(examination.table, config.target)
    table = examination.table.take(rows)
    plan = _plan(table, examination, algorithm=algorithm, config=config, workshop=workshop)
    plan = replace(plan, parameters=parameters)
    return _fit_and_judge(
        table, raw.take(rows), examination=examination, plan=plan, config=config, workshop=workshop
    )


def _plan(
    table: Table,
    examination: Examination,
    *,
    algorithm: Algorithm,
    config: TrainingConfig,
    workshop: Workshop,
) -> FitPlan:
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
    labels = labels_of(table, config.target, task=task)
    features = table.select(examination.features)
    return FitPlan(
        blocks=blocks_of(features),
        y=encode_target(table, config.target, task=task, labels=labels),
        columns=features.columns,
        target=config.target,
        task=task,
        labels=labels,
        algorithm=algorithm,
        parameters={},
        preparation=config.preparation,
        transforms=workshop.catalog.transforms(),
        n_threads=workshop.n_threads,
    )


def _fit_and_judge(
    table: Table,
    raw: RawTable,
    *,
    examination: Examination,
    plan: FitPlan,
    config: TrainingConfig,
    workshop: Workshop,
) -> Trained:
    progress = workshop.progress
    metric = metric_for(workshop.catalog.metrics(), plan.task, key=config.metric)
    split_rng, fit_rng, fold_rng, judge_rng = np.random.default_rng(config.seed).spawn(4)
    features = tuple(column.name for column in plan.columns)
    bonds = bonds_over(table, features, group=config.group, time=config.time)
    parts = split(table, plan.y, task=plan.task, shares=config.shares, bonds=bonds, rng=split_rng)
    judge = Judge(plan, table, bonds, parts, metric, workshop)
    folds = judge.cross_validate(config.n_folds, fold_rng)
    progress.stage(f"Fitting {plan.algorithm.card.title}")
    started = workshop.clock()
    fitted = fit(plan, parts.train, validation=parts.validation, rng=fit_rng, progress=progress)
    fit_s = workshop.clock() - started
    progress.stage("Measuring on held-out rows")
    baseline = judge.baseline(judge_rng)
    scores = fitted.scores(rows_of(plan.blocks, parts.test))
    evaluation = judge.judge(fitted, scores, baseline=baseline, rng=judge_rng)
    return Trained(
        config=config,
        examination=examination,
        table=table,
        raw=raw,
        plan=plan,
        split=parts,
        fitted=fitted,
        evaluation=replace(evaluation, folds=folds),
        scores=scores,
        baseline=baseline,
        fit_s=fit_s,
    )
