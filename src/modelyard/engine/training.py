"""One training from a raw table to a fitted, measured model that is ready to be packaged."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from modelyard.domain.configs import TrainingConfig
from modelyard.domain.errors import UsageError
from modelyard.domain.evaluations import Evaluation
from modelyard.domain.leaderboards import Leaderboard
from modelyard.domain.learning import LearningCurve
from modelyard.domain.members import MemberRecord
from modelyard.domain.outlooks import Outlook
from modelyard.domain.quantisations import Quantisation
from modelyard.domain.splits import Split
from modelyard.domain.tables import RawTable, Table
from modelyard.domain.tasks import Label, Task
from modelyard.domain.trials import Ending, Search
from modelyard.engine.automl.places import opened_pool
from modelyard.engine.automl.running import look_ahead, run_automl
from modelyard.engine.automl.standalone import judge_of_best
from modelyard.engine.automl.suggestions import Grounds, suggest
from modelyard.engine.deciding import Decided, Held, decide, held_by, hold_out
from modelyard.engine.ensembles.combining import fit_plan
from modelyard.engine.evaluation.conformal import Ranked
from modelyard.engine.evaluation.estimates import score_once
from modelyard.engine.evaluation.judging import Answered, Judge
from modelyard.engine.evaluation.learning_curves import learning_curve
from modelyard.engine.evaluation.quantising import cost_of_rounding
from modelyard.engine.evaluation.thresholds import cost_table
from modelyard.engine.evaluation.weak_spots import renumbered
from modelyard.engine.examining import Examination
from modelyard.engine.fitting import FitPlan, Fitted
from modelyard.engine.planning import Planned, judge_of, plan_training, streams_of, with_members
from modelyard.engine.preparing import rows_of
from modelyard.engine.tuning.searching import tune
from modelyard.engine.workshop import Workshop
from modelyard.protocols.executors import Pool
from modelyard.protocols.metrics import Metric
from modelyard.runtime.conformal import strangeness


@dataclass(frozen=True)
class Trained:
    """A model in memory with all that was learned on the way.

    Attributes:
        table: the rows that have a target.
        raw: the same rows as the source delivered them.
        decided: how it answers, beside its scores.
        answered: the model that was measured, with its own answers for the test rows.
        fitted: recipe and model that are packaged: those that were measured, or what AutoML fitted
            once more on all rows.
        fit_s: seconds that the final fit took.
        n_weightless: rows with a target that were left out, since their weight is zero.
        members: what became of the members of an ensemble.
        search: for hyperparameters, None where there was none.
        leaderboard: of AutoML, None where one algorithm was named.
        quantisation: what it cost to round the model, None where it was not.
    """

    config: TrainingConfig
    examination: Examination
    table: Table
    raw: RawTable
    plan: FitPlan
    split: Split
    decided: Decided
    answered: Answered
    fitted: Fitted
    evaluation: Evaluation
    fit_s: float
    n_weightless: int = 0
    members: tuple[MemberRecord, ...] = ()
    search: Search | None = None
    leaderboard: Leaderboard | None = None
    quantisation: Quantisation | None = None

    @property
    def is_full(self) -> bool:
        """Whether the test rows have taught what is packaged, after they had measured its twin."""
        return self.fitted is not self.answered.fitted

    @property
    def scores(self) -> npt.NDArray[np.float64]:
        """(n, m) scores of the test rows, calibrated, by the model that was not taught them."""
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
        fitted, parts = self.answered.fitted, self.split
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
        again = f" Once measured, it was fitted again on {len(self.fitted.taught):,} rows."
        told = f"{parts.how}; {told}, {len(parts.test):,} to test."
        return told + again if self.is_full else told


def train(raw: RawTable, config: TrainingConfig, *, workshop: Workshop) -> Trained:
    """Train one algorithm as the configuration says.

    Raises:
        BlockingFindings: if a finding of severity error was not accepted.
        ModelyardError: if data or configuration do not allow training.
    """
    with opened_pool(config.automl, workshop) as pool:
        planned = plan_training(raw, config, workshop=workshop)
        trained = _fit_and_judge(planned, workshop=workshop, pool=pool)
    evaluation = _numbered(trained.evaluation, planned.rows + 1)
    n_weightless = planned.n_weightless
    return replace(trained, config=config, n_weightless=n_weightless, evaluation=evaluation)


def foresee(planned: Planned, *, workshop: Workshop) -> Outlook:
    """Return what AutoML is likely to come to, without fitting anything.

    Raises:
        UsageError: if one algorithm is named, whose training has no budget.
        ModelyardError: as `train`.
    """
    config = planned.config
    if config.automl is None:
        raise UsageError(
            "AutoML alone has a budget to be estimated; without one, one algorithm is trained.",
            fix="Ask for AutoML by --time-limit or --algorithm auto.",
        )
    rngs = streams_of(config.seed)
    judge = judge_of(
        planned.plan, planned.table, config=config, workshop=workshop, rng=rngs["split"]
    )
    return look_ahead(judge, config.automl, rng=rngs["fit"])


def _numbered(evaluation: Evaluation, numbers: npt.NDArray[np.int64]) -> Evaluation:
    """Call rows by their numbers in the data, of which some had no target."""
    if evaluation.weaknesses is None:
        return evaluation
    return replace(evaluation, weaknesses=renumbered(evaluation.weaknesses, numbers))


def _fit_and_judge(planned: Planned, *, workshop: Workshop, pool: Pool | None) -> Trained:
    config = planned.config
    plan, wishes = hold_out(planned.plan, config, catalog=workshop.catalog)
    plan = with_members(plan, config, catalog=workshop.catalog)
    rngs = streams_of(config.seed)
    judge = judge_of(plan, planned.table, config=config, workshop=workshop, rng=rngs["split"])
    if workshop.on_question is not None:
        workshop.on_question(plan.task, judge.metric.card.key)
    judge = tune(judge, config, rng=rngs["search"])
    plan = judge.plan
    folds = judge.cross_validate(config.n_folds, rngs["folds"])
    built = _build(judge, config, pool=pool, rng=rngs["fit"])
    judge = replace(judge, leaderboard=built.leaderboard)
    fitted, decided = decide(
        built.fitted,
        plan,
        held=built.held,
        wishes=wishes,
        of_unit=judge.resampling(built.held.rows).of_row,
        rng=rngs["decide"],
    )
    answered, evaluation = _measure(judge, fitted, decided, rng=rngs["judge"])
    evaluation = replace(
        evaluation,
        folds=folds,
        learning=built.learning or _learning(judge, config, rng=rngs["learning"]),
        costs=cost_table(config.costs, plan.labels) if config.costs else (),
    )
    return Trained(
        config=config,
        examination=planned.examination,
        table=planned.table,
        raw=planned.raw,
        plan=plan,
        split=judge.split,
        decided=decided,
        answered=answered,
        fitted=_packaged(fitted, full=built.full),
        evaluation=evaluation,
        members=_members(fitted, plan, judge.metric),
        quantisation=cost_of_rounding(
            fitted, plan, rows=judge.split.test, metric=judge.metric, rule=decided.rule
        ),
        search=judge.search,
        leaderboard=_advising(judge, evaluation, planned.examination),
        fit_s=built.fit_s,
    )


def _packaged(measured: Fitted, *, full: Fitted | None) -> Fitted:
    """Return what all rows have taught, where there is that, calibrated as what was measured."""
    return measured if full is None else replace(full, calibration=measured.calibration)


def _learning(
    judge: Judge, config: TrainingConfig, *, rng: np.random.Generator
) -> LearningCurve | None:
    board = judge.leaderboard
    is_interrupted = board is not None and board.ending is Ending.INTERRUPTED
    if not config.learning_curve or is_interrupted:
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


@dataclass(frozen=True)
class _Built:
    """A fitted model, what may be chosen by, and the seconds that it took.

    `full` is the same with all rows as teachers, None where nothing was fitted on all of them.
    """

    fitted: Fitted
    held: Held
    fit_s: float
    leaderboard: Leaderboard | None = None
    full: Fitted | None = None
    learning: LearningCurve | None = None


def _build(
    judge: Judge, config: TrainingConfig, *, pool: Pool | None, rng: np.random.Generator
) -> _Built:
    """Fit the one algorithm that was named, or let AutoML find what is best."""
    plan, clock, progress = judge.plan, judge.workshop.clock, judge.workshop.progress
    if config.automl is not None and pool is not None:
        raced = run_automl(judge, config.automl, pool=pool, rng=rng)
        # What it holds is not needed any more.
        pool.close()
        held = Held(raced.rows, raced.scores, taught_nothing=True, told="rows out of fold")
        board = raced.leaderboard
        fitted, full, learning = raced.fitted, raced.full, raced.learning
        return _Built(fitted, held, board.duration_s, board, full=full, learning=learning)
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
    uncalibrated = fitted.uncalibrated_scores(rows_of(plan.blocks, test))
    scores = fitted.calibrated(uncalibrated)
    strange = strangeness(scores, plan.y[test], difficulty=decided.difficulty)
    ranked = Ranked(strange, None if plan.weight is None else plan.weight[test])
    return Answered(
        fitted=fitted,
        scores=scores,
        uncalibrated=uncalibrated,
        baseline=judge.baseline(rng),
        rule=decided.rule,
        conformal=ranked.beside(decided.validation).conformal(decided.difficulty),
        validation=decided.validation,
    )


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
