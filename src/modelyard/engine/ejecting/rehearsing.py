"""Goes through a training once more up to its last fit, and takes down what happens on the way."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from modelyard.domain.configs import TrainingConfig
from modelyard.domain.errors import UsageError
from modelyard.domain.leaderboards import Candidate
from modelyard.domain.tables import RawTable
from modelyard.engine.automl.arenas import build_arena
from modelyard.engine.automl.fits import plan_of
from modelyard.engine.deciding import hold_out
from modelyard.engine.evaluation.judging import Judge
from modelyard.engine.fitting import Assignment, FitPlan, IntArray, assign
from modelyard.engine.log_targets import TAUGHT
from modelyard.engine.planning import Planned, judge_of, plan_training, streams_of
from modelyard.engine.workshop import Workshop
from modelyard.protocols.scripts import SupervisedTransform
from modelyard.protocols.transforms import FittedStep, Lesson, Transform, TransformCard
from modelyard.runtime.recipes import Stage


@dataclass(frozen=True)
class NotedStage:
    """A stage of the recipe, and the transform that fitted it.

    Attributes:
        fold: (n,) of each row that taught it, as it deals them, where it learned from the target;
            None elsewhere.
    """

    transform: Transform
    stage: Stage
    fold: IntArray | None = None


@dataclass(frozen=True)
class Rehearsal:
    """A training up to the moment in which its algorithm begins.

    Attributes:
        judge: with the plan of the fit.
        given: what the algorithm is handed, with the hyperparameters that the model ended with: no
            rows stop it early once more.
        stages: of the recipe.
    """

    planned: Planned
    judge: Judge
    given: Assignment
    stages: tuple[NotedStage, ...]

    @property
    def plan(self) -> FitPlan:
        """What is fitted."""
        return self.judge.plan


@dataclass(frozen=True)
class Ended:
    """What a training came to.

    Attributes:
        parameters: of its algorithm, with their final values.
        candidate: of AutoML, the one whose model of all rows answers; None where an algorithm was
            named.
    """

    parameters: Mapping[str, Any]
    candidate: Candidate | None = None


def rehearse(
    raw: RawTable, config: TrainingConfig, *, ended: Ended, workshop: Workshop
) -> Rehearsal:
    """Return what the algorithm of a training was handed.

    Args:
        raw: the data of the training.
        config: of the training.
        ended: what it came to.
        workshop: for what is computed.

    Raises:
        UsageError: if the training did what no script repeats.
        ModelyardError: if data or configuration do not allow training.
    """
    planned = plan_training(raw, config, workshop=workshop)
    config = planned.config
    if planned.examination.mending.applied:
        raise UsageError(
            "The model was trained with fixes, which no script repeats.",
            fix="Mend the file, and train again without --fix.",
        )
    plan, _ = hold_out(planned.plan, config, catalog=workshop.catalog)
    rngs = streams_of(config.seed)
    judge = judge_of(plan, planned.table, config=config, workshop=workshop, rng=rngs["split"])
    if ended.candidate is None:
        return _rehearsed(planned, judge, ended, rng=rngs["fit"])
    return _of_candidate(planned, judge, ended, candidate=ended.candidate, rng=rngs["fit"])


def _of_candidate(
    planned: Planned,
    judge: Judge,
    ended: Ended,
    *,
    candidate: Candidate,
    rng: np.random.Generator,
) -> Rehearsal:
    """Deal the rows as AutoML did, and take all of them outside the test part as teachers."""
    workshop = judge.workshop
    deal_rng, *_ = rng.spawn(3)
    whole = build_arena(judge, seconds=None, rng=deal_rng).whole
    algorithm = workshop.catalog.algorithms()[candidate.algorithm]
    plan = replace(plan_of(judge.plan, candidate, algorithm=algorithm), n_threads=1)
    split = replace(judge.split, train=whole.teaching, validation=whole.stopping)
    judge = replace(judge, plan=plan, split=split)
    return _rehearsed(planned, judge, ended, rng=np.random.default_rng(whole.seed))


def _rehearsed(
    planned: Planned, judge: Judge, ended: Ended, *, rng: np.random.Generator
) -> Rehearsal:
    plan, split = judge.plan, judge.split
    notes: list[_Note] = []
    noting = {key: _Noting(each, notes) for key, each in plan.transforms.items()}
    listening = replace(plan, transforms=noting)
    given = assign(listening, split.train, validation=split.validation, rng=rng)
    # What it was taught is no hyperparameter: it stands in the plan.
    parameters = {name: value for name, value in ended.parameters.items() if name != TAUGHT}
    training = replace(given.training, parameters=parameters, X_validation=None, y_validation=None)
    stages = tuple(
        NotedStage(note.transform, stage, note.fold)
        for note, stage in zip(notes, given.recipe.stages, strict=True)
    )
    for note, stage in zip(notes, given.recipe.stages, strict=True):
        if note.fitted.outputs != stage.outputs:
            raise UsageError(
                "The recipe makes several columns of one name, which a script would confuse: "
                f"{', '.join(sorted(set(stage.outputs) - set(note.fitted.outputs)))}.",
                fix="Rename the columns of the file, and train again.",
            )
    given = replace(given, training=replace(training, weight_validation=None))
    return Rehearsal(planned, judge, given, stages)


@dataclass(frozen=True)
class _Note:
    """What was fitted, and the folds of the rows that taught where these had a part in it."""

    transform: Transform
    fitted: FittedStep
    fold: IntArray | None


@dataclass(frozen=True)
class _Noting:
    """A transform that leaves a note of each fit. Fulfils `Transform`."""

    transform: Transform
    notes: list[_Note]

    @property
    def card(self) -> TransformCard:
        """Return that of the transform."""
        return self.transform.card

    def fit(self, block: np.ndarray[Any, Any], names: Sequence[str], lesson: Lesson) -> FittedStep:
        """Fit it."""
        fold = None
        if isinstance(self.transform, SupervisedTransform):
            # As it is about to draw them.
            fold = self.transform.deal(len(block), deepcopy(lesson.rng))
        fitted = self.transform.fit(block, names, lesson)
        self.notes.append(_Note(self.transform, fitted, fold))
        return fitted
