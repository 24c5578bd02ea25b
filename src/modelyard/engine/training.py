"""One training from a raw table to a fitted, measured model that is ready to be packaged."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from modelyard.catalog import Catalog, pick
from modelyard.domain.configs import NONE, TrainingConfig
from modelyard.domain.errors import InvalidValue, TargetError
from modelyard.domain.evaluations import Evaluation
from modelyard.domain.leaderboards import Leaderboard
from modelyard.domain.learning import LearningCurve
from modelyard.domain.members import MemberRecord
from modelyard.domain.splits import Split
from modelyard.domain.tables import RawTable, Table
from modelyard.domain.tasks import Label, Task
from modelyard.domain.trials import Search
from modelyard.engine.automl.running import run_automl
from modelyard.engine.automl.standalone import judge_of_best
from modelyard.engine.automl.suggestions import Grounds, suggest
from modelyard.engine.dealing import Dealer
from modelyard.engine.deciding import Decided, Held, decide, held_by, hold_out
from modelyard.engine.ensembles.combining import fit_plan
from modelyard.engine.ensembles.members import plan_members
from modelyard.engine.evaluation.conformal import Ranked
from modelyard.engine.evaluation.estimates import metric_for, score_once
from modelyard.engine.evaluation.judging import Answered, Judge
from modelyard.engine.evaluation.learning_curves import learning_curve
from modelyard.engine.evaluation.thresholds import cost_table
from modelyard.engine.evaluation.weak_spots import renumbered
from modelyard.engine.examining import Examination, examine, require_accepted
from modelyard.engine.fitting import FitPlan, Fitted
from modelyard.engine.membership import MEMBERS
from modelyard.engine.parameters import resolve_parameters
from modelyard.engine.preparing import blocks_of, rows_of
from modelyard.engine.splitting import split
from modelyard.engine.tasks import encode_target, labels_of, rows_with_target
from modelyard.engine.tuning.searching import tune
from modelyard.engine.units import bonds_over
from modelyard.engine.weighting import require_weighable, weights_of
from modelyard.engine.workshop import Workshop
from modelyard.protocols.algorithms import Algorithm
from modelyard.protocols.metrics import Metric
from modelyard.runtime.conformal import strangeness


@dataclass(frozen=True)
class Trained:
    """A model in memory with all that was learned on the way.

    Attributes:
        table: the rows that have a target.
        raw: the same rows as the source delivered them.
        decided: how it answers, beside its scores.
        answered: the fitted model, with its own answers for the test rows.
        fit_s: seconds that the final fit took.
        n_weightless: rows with a target that were left out, since their weight is zero.
        members: what became of the members of an ensemble.
        search: for hyperparameters, None where there was none.
        leaderboard: of AutoML, None where one algorithm was named.
    """

    config: TrainingConfig
    examination: Examination
    table: Table
    raw: RawTable
    plan: FitPlan
    split: Split
    decided: Decided
    answered: Answered
    evaluation: Evaluation
    fit_s: float
    n_weightless: int = 0
    members: tuple[MemberRecord, ...] = ()
    search: Search | None = None
    leaderboard: Leaderboard | None = None

    @property
    def fitted(self) -> Fitted:
        """Recipe and model."""
        return self.answered.fitted

    @property
    def scores(self) -> npt.NDArray[np.float64]:
        """(n, m) the model's own scores of the test rows, calibrated."""
        return self.answered.scores

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
            joined = f"joined, as {title} needs none" if not self.plan.members else "among them"
            told += f" (validation rows {joined})"
        if fitted.n_left_out:
            told += f", {fitted.n_left_out:,} with gaps left out"
        if self.n_weightless:
            told += f", {self.n_weightless:,} of weight 0 left out"
        if self.plan.silent is not None:
            told += f", {len(np.setdiff1d(self.plan.silent, parts.test)):,} left out by fixes"
        return f"{parts.how}; {told}, {len(parts.test):,} to test."


def train(raw: RawTable, config: TrainingConfig, *, workshop: Workshop) -> Trained:
    """Train one algorithm as the configuration says.

    Raises:
        BlockingFindings: if a finding of severity error was not accepted.
        ModelyardError: if data or configuration do not allow training.
    """
    algorithm = pick(workshop.catalog.algorithms(), config.algorithm, shelf="algorithms")
    parameters = resolve_parameters(algorithm.card, config.parameters)
    examination = examine(
        raw,
        config,
        checks=workshop.catalog.checks(),
        progress=workshop.progress,
        typing=workshop.typing,
    )
    require_accepted(examination.findings, config.accepted)
    asked, config = config, examination.config
    rows = rows_with_target(examination.table, config.target)
    n_weightless, weight = 0, None
    if config.weight is not None:
        weight = weights_of(examination.table, config.weight, rows=rows)
        n_weightless = int((weight == 0).sum())
        rows, weight = rows[weight > 0], weight[weight > 0]
    table = examination.table.take(rows)
    plan = _plan(table, examination, algorithm=algorithm, config=config, workshop=workshop)
    mending = examination.mending
    silent = np.flatnonzero(np.isin(rows, mending.left_out)) if mending.left_out else None
    plan = replace(plan, parameters=parameters, weight=weight, mending=mending, silent=silent)
    trained = _fit_and_judge(
        table, raw.take(rows), examination=examination, plan=plan, config=config, workshop=workshop
    )
    evaluation = _numbered(trained.evaluation, rows + 1)
    return replace(trained, config=asked, n_weightless=n_weightless, evaluation=evaluation)


def _numbered(evaluation: Evaluation, numbers: npt.NDArray[np.int64]) -> Evaluation:
    """Call rows by their numbers in the data, of which some had no target."""
    if evaluation.weaknesses is None:
        return evaluation
    return replace(evaluation, weaknesses=renumbered(evaluation.weaknesses, numbers))


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
            f"'{algorithm.card.key}' cannot do a {task} task, which '{config.target}' asks for: "
            f"{examination.task_reason}.",
            fix=f"Use one of: {', '.join(fitting)}; or name another task.",
            sample=algorithm.card.key,
        )
    by_class = config.class_weight != NONE
    require_weighable(algorithm.card, task, is_weighed=config.weight is not None, by_class=by_class)
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
        class_weight=config.class_weight,
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
    plan, wishes = hold_out(plan, config, catalog=workshop.catalog)
    plan = _with_members(plan, config, workshop.catalog)
    seeds = np.random.default_rng(config.seed).spawn(7)
    split_rng, fit_rng, fold_rng, judge_rng, decide_rng, search_rng, learn_rng = seeds
    judge = _judge(table, plan, config=config, workshop=workshop, rng=split_rng)
    judge = tune(judge, config, rng=search_rng)
    plan = judge.plan
    folds = judge.cross_validate(config.n_folds, fold_rng)
    built = _build(judge, config, rng=fit_rng)
    judge = replace(judge, leaderboard=built.leaderboard)
    fitted, decided = decide(
        built.fitted,
        plan,
        held=built.held,
        wishes=wishes,
        of_unit=judge.resampling(built.held.rows).of_row,
        rng=decide_rng,
    )
    answered, evaluation = _measure(judge, fitted, decided, rng=judge_rng)
    evaluation = replace(
        evaluation,
        folds=folds,
        learning=_learning(judge, config, rng=learn_rng),
        costs=cost_table(config.costs, plan.labels) if config.costs else (),
    )
    return Trained(
        config=config,
        examination=examination,
        table=table,
        raw=raw,
        plan=plan,
        split=judge.split,
        decided=decided,
        answered=answered,
        evaluation=evaluation,
        members=_members(fitted, plan, judge.metric),
        search=judge.search,
        leaderboard=_advising(judge, evaluation, examination),
        fit_s=built.fit_s,
    )


def _learning(
    judge: Judge, config: TrainingConfig, *, rng: np.random.Generator
) -> LearningCurve | None:
    if not config.learning_curve:
        return None
    return learning_curve(judge_of_best(judge), config.n_folds, rng=rng)


def _advising(judge: Judge, evaluation: Evaluation, examination: Examination) -> Leaderboard | None:
    """Return the leaderboard with what it suggests, None where one algorithm was named."""
    board = judge.leaderboard
    if board is None:
        return None
    algorithms = judge.workshop.catalog.algorithms()
    grounds = Grounds(board, evaluation, examination.findings, algorithms)
    return replace(board, suggestions=suggest(grounds))


def _judge(
    table: Table,
    plan: FitPlan,
    *,
    config: TrainingConfig,
    workshop: Workshop,
    rng: np.random.Generator,
) -> Judge:
    """Deal the rows, and say who will be judged by what."""
    metric = metric_for(workshop.catalog.metrics(), plan.task, key=config.metric)
    features = tuple(column.name for column in plan.columns)
    bonds = bonds_over(table, features, group=config.group, time=config.time)
    parts = split(table, plan.y, task=plan.task, shares=config.shares, bonds=bonds, rng=rng)
    dealer = Dealer(table, plan.y, plan.task, bonds)
    return Judge(plan, dealer, parts, metric, workshop, sensitive=config.sensitive)


@dataclass(frozen=True)
class _Built:
    """A fitted model, what may be chosen by, and the seconds that it took."""

    fitted: Fitted
    held: Held
    fit_s: float
    leaderboard: Leaderboard | None = None


def _build(judge: Judge, config: TrainingConfig, *, rng: np.random.Generator) -> _Built:
    """Fit the one algorithm that was named, or let AutoML find what is best."""
    plan, clock, progress = judge.plan, judge.workshop.clock, judge.workshop.progress
    if config.automl is not None:
        raced = run_automl(judge, config.automl, rng=rng)
        held = Held(raced.rows, raced.scores, taught_nothing=True, told="rows out of fold")
        return _Built(raced.fitted, held, raced.leaderboard.duration_s, raced.leaderboard)
    progress.stage(f"Fitting {plan.algorithm.card.title}")
    started = clock()
    fitted = fit_plan(
        plan,
        judge.split.train,
        validation=judge.split.validation,
        dealer=judge.dealer,
        rng=rng,
        progress=progress,
    )
    fit_s = clock() - started
    return _Built(fitted, held_by(fitted, plan, validation=judge.split.validation), fit_s)


def _measure(
    judge: Judge, fitted: Fitted, decided: Decided, *, rng: np.random.Generator
) -> tuple[Answered, Evaluation]:
    judge.workshop.progress.stage("Measuring on held-out rows")
    answered = _answered(judge, fitted, decided, rng=rng)
    return answered, judge.judge(answered, rng)


def _answered(
    judge: Judge, fitted: Fitted, decided: Decided, *, rng: np.random.Generator
) -> Answered:
    plan, test = judge.plan, judge.split.test
    scores = fitted.scores(rows_of(plan.blocks, test))
    strange = strangeness(scores, plan.y[test], difficulty=decided.difficulty)
    ranked = Ranked(strange, None if plan.weight is None else plan.weight[test])
    return Answered(
        fitted=fitted,
        scores=scores,
        baseline=judge.baseline(rng),
        rule=decided.rule,
        conformal=ranked.beside(decided.validation).conformal(decided.difficulty),
        validation=decided.validation,
    )


def _with_members(plan: FitPlan, config: TrainingConfig, catalog: Catalog) -> FitPlan:
    if plan.algorithm.card.members is None or config.automl is not None:
        return plan
    are_chosen = MEMBERS in config.parameters
    return replace(plan, members=plan_members(plan, catalog.algorithms(), are_chosen=are_chosen))


def _members(fitted: Fitted, plan: FitPlan, metric: Metric) -> tuple[MemberRecord, ...]:
    """Score members on the rows that did not teach them."""
    records = []
    for each in fitted.members:
        score = None
        if each.scores is not None:
            weight = None if plan.weight is None else plan.weight[each.rows]
            y_true = plan.y[each.rows]
            value = score_once(metric, y_true, scores=each.scores, task=plan.task, weight=weight)
            score = value if np.isfinite(value) else None
        records.append(MemberRecord(each.name, each.algorithm, score, each.reason))
    return tuple(records)
