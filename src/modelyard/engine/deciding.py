"""Settles how a fitted model answers: calibrated or not, by which rule, and how sure it may be.

What is chosen here is chosen on validation rows, which taught nothing where they were held out.
Test rows choose nothing; they rank how strange the truth is, and held-out validation rows do so
beside them unless probabilities were calibrated by them.
"""

from dataclasses import dataclass, replace

import numpy as np

from modelyard.catalog import Catalog
from modelyard.domain.configs import AUTO, NONE, TrainingConfig
from modelyard.domain.errors import InvalidValue, TooFewRows
from modelyard.domain.rules import Rule
from modelyard.domain.tasks import Task
from modelyard.engine.evaluation.calibrating import Calibrated, Rows, choose_calibration
from modelyard.engine.evaluation.conformal import (
    Ranked,
    find_difficulty,
    held_out_strangeness,
)
from modelyard.engine.evaluation.thresholds import RuleWish, choose_rule, read_wish
from modelyard.engine.fitting import FitPlan, Fitted, FloatArray, IntArray
from modelyard.engine.preparing import rows_of
from modelyard.runtime.conformal import Difficulty, strangeness


@dataclass(frozen=True)
class Decided:
    """How a model answers, beside its scores.

    Attributes:
        rule: by which probabilities become a label.
        rule_by: by what its threshold was chosen and on how many rows, empty where it was given.
        calibrated: what became of the wish to calibrate.
        difficulty: of a regression, where it narrows intervals.
        validation: how strange the truth of validation rows is; None where they taught, or where
            probabilities were fitted to them.
    """

    rule: Rule
    rule_by: str
    calibrated: Calibrated
    difficulty: Difficulty | None
    validation: Ranked | None = None


@dataclass(frozen=True)
class Held:
    """Rows that something may be chosen by.

    Attributes:
        rows: their positions.
        scores: (n, m) by models that were not taught them; of a regression that was taught them
            its own; None where nothing can be chosen.
        taught_nothing: whether the scores are of models that were not taught the rows.
        told: what the rows are called.
    """

    rows: IntArray
    scores: FloatArray | None
    taught_nothing: bool
    told: str = "validation rows"


@dataclass(frozen=True)
class Wishes:
    """What is to be chosen on validation rows.

    Attributes:
        calibrate: "auto", "none" or a method.
        rule: by which labels are answered.
    """

    calibrate: str
    rule: RuleWish


def hold_out(plan: FitPlan, config: TrainingConfig, *, catalog: Catalog) -> tuple[FitPlan, Wishes]:
    """Return the plan, in which validation rows teach nothing where they are to choose.

    Raises:
        InvalidValue: if calibration, threshold or costs do not fit the task.
    """
    asks = config.calibrate not in {AUTO, NONE}
    if asks and not plan.task.is_classification:
        raise InvalidValue(
            f"A regression has no probabilities to calibrate; calibrate: {config.calibrate} came.",
            fix="Leave calibrate out.",
            sample=config.calibrate,
        )
    wish = read_wish(
        config.threshold,
        config.costs,
        task=plan.task,
        labels=plan.labels,
        metrics=catalog.metrics(),
    )
    return replace(plan, holds_validation=asks or wish.needs_rows), Wishes(config.calibrate, wish)


def held_by(fitted: Fitted, plan: FitPlan, *, validation: IntArray) -> Held:
    """Return the validation rows, with the model's scores where something may be chosen by them."""
    is_held = fitted.n_stopping > 0
    asks = is_held or (plan.task is Task.REGRESSION and len(validation) > 0)
    scores = _scores(fitted, plan, validation) if asks else None
    return Held(validation, scores, taught_nothing=is_held)


def decide(
    fitted: Fitted,
    plan: FitPlan,
    *,
    held: Held,
    wishes: Wishes,
    of_unit: IntArray,
    rng: np.random.Generator,
) -> tuple[Fitted, Decided]:
    """Return the model with its calibration, and how it answers.

    Args:
        fitted: the model as it was fitted.
        plan: what was fitted.
        held: what may be chosen by.
        wishes: as `hold_out` returned them.
        of_unit: unit of each held row.
        rng: of the folds.

    Raises:
        TooFewRows: if something is to be chosen and there are no rows to choose by.
    """
    asked, wish = wishes.calibrate, wishes.rule
    if plan.holds_validation and not held.taught_nothing:
        raise TooFewRows(
            "Calibration and threshold are chosen on validation rows, and there are none.",
            fix="Give validation rows a share, 0.1 for example.",
        )
    if plan.task is Task.REGRESSION:
        return fitted, _decide_numbers(plan, held)
    calibrated = _NONE_WANTED if asked == NONE else _NONE_HELD
    scores = held.scores
    if scores is None or not held.taught_nothing:
        return fitted, Decided(wish.fixed or Rule(), "", calibrated, None)
    y_true, weight = plan.y[held.rows], _weight_of(plan, held.rows)
    ranked: Ranked | None = Ranked(strangeness(scores, y_true), weight)
    if asked != NONE:
        rows = Rows(scores, y_true, of_unit, weight)
        calibrated = choose_calibration(asked, rows, rng=rng)
    if calibrated.calibration is not None:
        fitted = fitted.calibrated_by(calibrated.calibration)
        scores, ranked = calibrated.calibration.apply(scores), None
    rule = choose_rule(wish, scores, y_true=y_true, weight=weight)
    rule_by = f"{wish.told} on {len(y_true):,} {held.told}" if wish.needs_rows else ""
    return fitted, Decided(rule, rule_by, calibrated, None, ranked)


def _decide_numbers(plan: FitPlan, held: Held) -> Decided:
    scores = held.scores
    if scores is None:
        return Decided(Rule(), "", _NUMBERS, None)
    y_true, weight = plan.y[held.rows], _weight_of(plan, held.rows)
    difficulty = find_difficulty(scores[:, 0], y_true, weight=weight)
    if not held.taught_nothing:
        return Decided(Rule(), "", _NUMBERS, difficulty)
    strange = (
        strangeness(scores, y_true)
        if difficulty is None
        else held_out_strangeness(scores[:, 0], y_true, weight=weight)
    )
    return Decided(Rule(), "", _NUMBERS, difficulty, Ranked(strange, weight))


def _scores(fitted: Fitted, plan: FitPlan, rows: IntArray) -> FloatArray:
    """Return the scores of rows, by the graph where that answers faster."""
    is_faster = plan.algorithm.card.is_graph_faster
    return (fitted.packaged_scores if is_faster else fitted.scores)(rows_of(plan.blocks, rows))


def _weight_of(plan: FitPlan, rows: IntArray) -> FloatArray | None:
    return None if plan.weight is None else plan.weight[rows]


_NUMBERS = Calibrated(None, "not calibrated: a regression answers no probabilities")
_NONE_WANTED = Calibrated(None, "not calibrated: none was asked for")
_NONE_HELD = Calibrated(None, "not calibrated: no validation rows were held out")
