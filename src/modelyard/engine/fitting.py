"""Fits one algorithm with its recipe on given rows; what a fold and the final model share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.domain.columns import Column, ColumnKind
from modelyard.domain.configs import NONE, ClassWeight, PreparationConfig
from modelyard.domain.errors import TooFewRows
from modelyard.domain.losses import Loss
from modelyard.domain.tasks import Label, Task
from modelyard.domain.weights import WeightsPlace
from modelyard.engine.log_targets import fit_logarithm
from modelyard.engine.mending import Mending, mended, mending_stages
from modelyard.engine.preparing import fit_recipe, rows_of
from modelyard.engine.weighting import teaching_weights
from modelyard.protocols.algorithms import (
    IMAGE_HEIGHT,
    IMAGE_WIDTH,
    MAX_ITEMS,
    MAX_WORDS,
    Algorithm,
    FitInput,
    FittedModel,
    SeesPictures,
    Span,
)
from modelyard.protocols.progress import Progress
from modelyard.protocols.transforms import InOrder, Lesson, Transform
from modelyard.runtime.blocks import Blocks
from modelyard.runtime.calibration import Calibration
from modelyard.runtime.pictures.pixels import PictureForm
from modelyard.runtime.recipes import Recipe
from modelyard.runtime.sessions import Session

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

# Columns that an error names, those with the most gaps first.
_GAPS_NAMED = 5

_AS_IS = Mending()


@dataclass(frozen=True)
class MemberPlan:
    """One member of an ensemble: a plan of its own, under a name that no other member has."""

    name: str
    plan: "FitPlan"
    weight: float = 1.0


@dataclass(frozen=True)
class MemberFit:
    """What became of a member.

    Attributes:
        name, algorithm: of the member.
        rows: positions of rows that it was not taught.
        scores: (len(rows), m) what it answers for them, None where it failed or none were needed.
        reason: why it was left out, empty where it was not.
    """

    name: str
    algorithm: str
    rows: IntArray
    scores: FloatArray | None
    reason: str


@dataclass(frozen=True)
class FitPlan:
    """What is fitted, whatever the rows.

    Attributes:
        blocks: every row of the table, features alone.
        y: (n,) int64 class codes, or float64 values.
        columns: the features, in table order.
        target: name of the target column.
        labels: class labels in code order, empty for regression.
        parameters: every hyperparameter, resolved.
        holds_validation: validation rows teach nothing, as something will be chosen by them.
        weight: (n,) float64 above zero, or None: what each row counts in fits and metrics.
        class_weight: what the rows of a class count beside that, in fits.
        members: of an ensemble; empty where the algorithm is none.
        mending: what the recipe does to raw cells before everything else.
        silent: positions of rows that a fix keeps from teaching, None for none.
        is_log: whether the model is taught the logarithm of the target.
        scratch: folder for what a fit that is stopped goes on from; None for nowhere.
        weights: where files of weights are that a network may begin with; None for nowhere.
        wanted_loss: what the metric that decides asks regressions to make small.
    """

    blocks: Blocks
    y: npt.NDArray[Any]
    columns: tuple[Column, ...]
    target: str
    task: Task
    labels: tuple[Label, ...]
    algorithm: Algorithm
    parameters: Mapping[str, Any]
    preparation: PreparationConfig
    transforms: Mapping[str, Transform]
    n_threads: int
    weight: FloatArray | None = None
    class_weight: ClassWeight = NONE
    holds_validation: bool = False
    members: tuple[MemberPlan, ...] = ()
    mending: Mending = _AS_IS
    silent: IntArray | None = None
    is_log: bool = False
    scratch: Path | None = None
    weights: WeightsPlace | None = None
    wanted_loss: Loss = Loss.SQUARED_ERROR

    @property
    def loss(self) -> Loss:
        """What the algorithm is taught to make small."""
        return self.algorithm.card.loss_for(self.wanted_loss)

    @property
    def wants_validation(self) -> bool:
        """Whether validation rows stop a fit early, that of a member included."""
        plans = [each.plan for each in self.members] or [self]
        return any(each.algorithm.card.needs.wants_validation for each in plans)

    @property
    def libraries(self) -> tuple[str, ...]:
        """Distributions that fit the model, those of members included."""
        cards = [self.algorithm.card, *(each.plan.algorithm.card for each in self.members)]
        return tuple(sorted({name for card in cards for name in card.libraries}))


@dataclass(frozen=True)
class Fitted:
    """A fitted recipe and the model behind it.

    Attributes:
        taught: ascending positions of the rows that recipe and model learned from: validation
            rows are among them unless they stopped the fit, rows that were left out are not.
        n_stopping: validation rows that stopped the fit, or were held out, instead of teaching.
        calibration: of the model's probabilities, None where they are answered as they are.
        n_left_out: rows that would have taught but have gaps that were not to be filled.
        members: what became of each member of an ensemble.
    """

    recipe: Recipe
    model: FittedModel
    taught: IntArray
    n_stopping: int
    n_left_out: int
    calibration: Calibration | None = None
    members: tuple[MemberFit, ...] = ()

    def scores(self, blocks: Blocks) -> npt.NDArray[np.float64]:
        """Return the trained model's own scores, by the library that trained it, calibrated."""
        return self.calibrated(self.uncalibrated_scores(blocks))

    def uncalibrated_scores(self, blocks: Blocks) -> npt.NDArray[np.float64]:
        """Return the trained model's own scores as it gives them."""
        model = self.model
        if isinstance(model, SeesPictures):
            return self.recipe.ask(blocks, model.scores_seeing)
        return model.scores(self.recipe.apply(blocks))

    @cached_property
    def session(self) -> Session:
        """The model's graph, opened once: what is measured and proved by it is what is shipped."""
        return Session(self.model.to_onnx(), fuses=bool(self.recipe.pictures))

    def packaged_scores(self, blocks: Blocks) -> npt.NDArray[np.float64]:
        """Return the same scores by the model's graph, as the package will answer."""
        return self.calibrated(self.recipe.ask(blocks, self.session.scores))

    def calibrated_by(self, calibration: Calibration) -> "Fitted":
        """Return the model with its probabilities mapped; a graph that is open stays open."""
        mapped = replace(self, calibration=calibration)
        mapped.__dict__.update({k: v for k, v in self.__dict__.items() if k == "session"})
        return mapped

    def calibrated(self, scores: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return (n, m) scores of the model as they are answered, mapped where it is calibrated."""
        return scores if self.calibration is None else self.calibration.apply(scores)


@dataclass(frozen=True)
class Assignment:
    """What an algorithm is handed, and what it came from.

    Attributes:
        recipe: fitted on the rows that teach.
        training: the rows as the recipe prepares them, with hyperparameters and randomness.
        taught, n_stopping, n_left_out: as in `Fitted`.
    """

    recipe: Recipe
    training: FitInput
    taught: IntArray
    n_stopping: int
    n_left_out: int


def fit(
    plan: FitPlan,
    train: IntArray,
    *,
    validation: IntArray,
    rng: np.random.Generator,
    progress: Progress,
) -> Fitted:
    """Fit recipe and model on `train` rows.

    Args:
        plan: what to fit.
        train: positions of the rows to learn from.
        validation: positions of the rows to stop early by, where the algorithm wants them; they
            teach as well where it does not.
        rng: all randomness of the fit.
        progress: told of the algorithm's iterations.

    Raises:
        TooFewRows: if rows with gaps are to be left out and every row has one, or if fixes leave
            no row.
    """
    given = assign(plan, train, validation=validation, rng=rng)
    return Fitted(
        given.recipe,
        _taught(plan, replace(given.training, progress=progress)),
        taught=given.taught,
        n_stopping=given.n_stopping,
        n_left_out=given.n_left_out,
    )


def _taught(plan: FitPlan, lesson: FitInput) -> FittedModel:
    if plan.is_log:
        return fit_logarithm(plan.algorithm, lesson, wanted=plan.wanted_loss)
    return plan.algorithm.fit(lesson)


def assign(
    plan: FitPlan, train: IntArray, *, validation: IntArray, rng: np.random.Generator
) -> Assignment:
    """Fit the recipe, and return what the algorithm is to be handed; as `fit`, but for its end."""
    train, validation = _speaking(plan, train), _speaking(plan, validation)
    if not len(train):
        raise TooFewRows(
            "The fixes leave no row to learn from.", fix="Leave drop-rows out of the fixes."
        )
    needs = plan.algorithm.card.needs
    stops_early = needs.wants_validation and len(validation) > 0
    is_held = len(validation) > 0 and (stops_early or plan.holds_validation)
    offered = train if is_held else np.sort(np.concatenate([train, validation]))
    taught = without_gaps(plan, offered)
    recipe_rng, model_rng = rng.spawn(2)
    recipe, features = _fit_recipe(plan, taught, rng=recipe_rng)
    stopping = validation if stops_early else None
    return Assignment(
        recipe,
        _lesson(plan, features, recipe=recipe, taught=taught, stopping=stopping, rng=model_rng),
        taught=taught,
        n_stopping=len(validation) if is_held else 0,
        n_left_out=len(offered) - len(taught),
    )


def _speaking(plan: FitPlan, rows: IntArray) -> IntArray:
    """Return the rows that no fix keeps from teaching."""
    return rows if plan.silent is None else np.setdiff1d(rows, plan.silent)


def _fit_recipe(
    plan: FitPlan, taught: IntArray, *, rng: np.random.Generator
) -> tuple[Recipe, FloatArray]:
    """Return the recipe, mending first, and the features that it makes of its own rows."""
    blocks = rows_of(plan.blocks, taught)
    first = mending_stages(blocks, plan.mending)
    weight = None if plan.weight is None else plan.weight[taught]
    prepared = fit_recipe(
        mended(blocks, first),
        plan.columns,
        needs=plan.algorithm.card.needs,
        preparation=plan.preparation,
        transforms=plan.transforms,
        lesson=Lesson(
            rng,
            plan.y[taught],
            plan.labels,
            weight,
            max_items=int(plan.parameters.get(MAX_ITEMS, 0)),
            max_words=int(plan.parameters.get(MAX_WORDS, 0)),
        ),
    )
    stages = (*first, *prepared.recipe.stages)
    return replace(prepared.recipe, stages=stages, pictures=_forms(plan)), prepared.taught


def _forms(plan: FitPlan) -> tuple[PictureForm, ...]:
    """Return how pictures come to the model, which says how large it wants them."""
    return tuple(
        PictureForm(
            column.name, int(plan.parameters[IMAGE_HEIGHT]), int(plan.parameters[IMAGE_WIDTH])
        )
        for column in plan.columns
        if column.kind is ColumnKind.IMAGE
    )


def _spans(recipe: Recipe) -> tuple[Span, ...]:
    """Return the columns of the matrix that a step laid out in order."""
    places = {name: at for at, name in enumerate(recipe.features)}
    return tuple(
        Span(column, places[stage.outputs[at * (1 + stage.step.length)]], stage.step.length, n_ids)
        for stage in recipe.stages
        if isinstance(stage.step, InOrder)
        for at, (column, n_ids) in enumerate(zip(stage.inputs, stage.step.n_ids, strict=True))
    )


def _lesson(
    plan: FitPlan,
    features: FloatArray,
    *,
    recipe: Recipe,
    taught: IntArray,
    stopping: IntArray | None,
    rng: np.random.Generator,
) -> FitInput:
    weights = teaching_weights(
        plan.weight, plan.class_weight, y=plan.y, taught=taught, labels=plan.labels
    )
    lesson = FitInput(
        X=features,
        y=plan.y[taught],
        feature_names=recipe.features,
        task=plan.task,
        n_classes=len(plan.labels),
        parameters=plan.parameters,
        rng=rng,
        weight=None if weights is None else weights[taught],
        n_threads=plan.n_threads,
        pictures=recipe.pixels(rows_of(plan.blocks, taught)) if recipe.pictures else (),
        spans=_spans(recipe),
        scratch=plan.scratch,
        weights=plan.weights,
        loss=plan.loss,
    )
    if stopping is None:
        return lesson
    held = rows_of(plan.blocks, stopping)
    return replace(
        lesson,
        X_validation=recipe.apply(held),
        pictures_validation=recipe.pixels(held),
        y_validation=plan.y[stopping],
        weight_validation=None if weights is None else weights[stopping],
    )


def without_gaps(plan: FitPlan, rows: IntArray) -> IntArray:
    """Leave out rows with a missing feature, where the user asked for that.

    Raises:
        TooFewRows: if every row has one.
    """
    names = (*plan.blocks.number_names, *plan.blocks.string_names)
    counts = np.array([plan.preparation.of(name).handle_missing == "drop" for name in names])
    if not counts.any():
        return rows
    blocks = rows_of(plan.blocks, rows)
    words = [[word is None for word in row] for row in blocks.strings.tolist()]
    no_words = np.array(words, dtype=bool).reshape(blocks.strings.shape)
    gaps = np.hstack([np.isnan(blocks.numbers), no_words]) & counts
    kept: IntArray = rows[~gaps.any(axis=1)]
    if not len(kept):
        raise _all_have_gaps(gaps.sum(axis=0), names)
    return kept


def _all_have_gaps(n_gaps: IntArray, names: Sequence[str]) -> TooFewRows:
    most = [at for at in np.argsort(-n_gaps, kind="stable")[:_GAPS_NAMED] if n_gaps[at]]
    named = ", ".join(f"'{names[at]}' ({n_gaps[at]:,})" for at in most)
    return TooFewRows(
        "Rows with gaps were to be left out, but every row to learn from has one. Most are in "
        f"{named}.",
        fix="Drop these columns, or fill the gaps with handle_missing: auto.",
        column=names[most[0]],
    )
