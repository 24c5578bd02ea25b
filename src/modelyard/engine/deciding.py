"""Settles how a fitted model answers: calibrated or not, by which rule, and how sure it may be.

What is chosen here is chosen on validation rows that taught nothing; only the ranks behind
intervals and sets come from the test rows, which nothing else was chosen by.
"""

from dataclasses import dataclass, replace

import numpy as np

from modelyard.catalog import Catalog
from modelyard.domain.configs import AUTO, NONE, TrainingConfig
from modelyard.domain.errors import InvalidValue, TooFewRows
from modelyard.domain.rules import Rule
from modelyard.domain.tasks import Task
from modelyard.engine.evaluation.calibrating import Calibrated, choose_calibration
from modelyard.engine.evaluation.conformal import find_difficulty
from modelyard.engine.evaluation.thresholds import RuleWish, choose_rule, read_wish
from modelyard.engine.fitting import FitPlan, Fitted, IntArray
from modelyard.engine.preparing import rows_of
from modelyard.runtime.conformal import Difficulty


@dataclass(frozen=True)
class Decided:
    """How a model answers, beside its scores.

    Attributes:
        rule: by which probabilities become a label.
        rule_by: by what its threshold was chosen and on how many rows, empty where it was given.
        calibrated: what became of the wish to calibrate.
        difficulty: of a regression, where it narrows intervals.
    """

    rule: Rule
    rule_by: str
    calibrated: Calibrated
    difficulty: Difficulty | None


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


def decide(
    fitted: Fitted,
    plan: FitPlan,
    *,
    validation: IntArray,
    wishes: Wishes,
    of_unit: IntArray,
    rng: np.random.Generator,
) -> tuple[Fitted, Decided]:
    """Return the model with its calibration, and how it answers.

    Args:
        fitted: the model as it was fitted.
        plan: what was fitted.
        validation: positions of the validation rows.
        wishes: as `hold_out` returned them.
        of_unit: unit of each validation row.
        rng: of the folds.

    Raises:
        TooFewRows: if something is to be chosen and there are no rows to choose by.
    """
    asked, wish = wishes.calibrate, wishes.rule
    is_held = fitted.n_stopping > 0
    if plan.holds_validation and not is_held:
        raise TooFewRows(
            "Calibration and threshold are chosen on validation rows, and there are none.",
            fix="Give validation rows a share, 0.1 for example.",
        )
    y_true = plan.y[validation]
    if plan.task is Task.REGRESSION:
        scores = fitted.scores(rows_of(plan.blocks, validation)) if len(validation) else None
        difficulty = None if scores is None else find_difficulty(scores[:, 0], y_true)
        return fitted, Decided(Rule(), "", _NUMBERS, difficulty)
    calibrated = _NONE_WANTED if asked == NONE else _NONE_HELD
    if not is_held:
        return fitted, Decided(wish.fixed or Rule(), "", calibrated, None)
    scores = fitted.scores(rows_of(plan.blocks, validation))
    if asked != NONE:
        calibrated = choose_calibration(asked, scores, y_true=y_true, of_unit=of_unit, rng=rng)
    if calibrated.calibration is not None:
        fitted = replace(fitted, calibration=calibrated.calibration)
        scores = calibrated.calibration.apply(scores)
    rule = choose_rule(wish, scores, y_true=y_true)
    rule_by = f"{wish.told} on {len(y_true):,} validation rows" if wish.needs_rows else ""
    return fitted, Decided(rule, rule_by, calibrated, None)


_NUMBERS = Calibrated(None, "not calibrated: a regression answers no probabilities")
_NONE_WANTED = Calibrated(None, "not calibrated: none was asked for")
_NONE_HELD = Calibrated(None, "not calibrated: no validation rows were held out")
