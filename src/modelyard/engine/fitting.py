"""Fits one algorithm with its recipe on given rows; what a fold and the final model share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.domain.columns import Column
from modelyard.domain.configs import PreparationConfig
from modelyard.domain.errors import TooFewRows
from modelyard.domain.tasks import Label, Task
from modelyard.engine.preparing import fit_recipe, rows_of
from modelyard.protocols.algorithms import Algorithm, FitInput, FittedModel
from modelyard.protocols.progress import Progress
from modelyard.protocols.transforms import Transform
from modelyard.runtime.blocks import Blocks
from modelyard.runtime.recipes import Recipe
from modelyard.runtime.sessions import Session

IntArray = npt.NDArray[np.int64]

# Columns that an error names, those with the most gaps first.
_GAPS_NAMED = 5


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


@dataclass(frozen=True)
class Fitted:
    """A fitted recipe and the model behind it.

    Attributes:
        taught: ascending positions of the rows that recipe and model learned from: validation
            rows are among them unless they stopped the fit, rows that were left out are not.
        n_stopping: validation rows that stopped the fit instead of teaching.
        n_left_out: rows that would have taught but have gaps that were not to be filled.
    """

    recipe: Recipe
    model: FittedModel
    taught: IntArray
    n_stopping: int
    n_left_out: int

    def scores(self, blocks: Blocks) -> npt.NDArray[np.float64]:
        """Return the trained model's own scores, by the library that trained it."""
        return self.model.scores(self.recipe.apply(blocks))

    @cached_property
    def session(self) -> Session:
        """The model's graph, opened once: what is measured and proved by it is what is shipped."""
        return Session(self.model.to_onnx())

    def packaged_scores(self, blocks: Blocks) -> npt.NDArray[np.float64]:
        """Return the same scores by the model's graph, as the package will answer."""
        return self.session.scores(self.recipe.apply(blocks))


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
        TooFewRows: if rows with gaps are to be left out and every row has one.
    """
    needs = plan.algorithm.card.needs
    stops_early = needs.wants_validation and len(validation) > 0
    offered = train if stops_early else np.sort(np.concatenate([train, validation]))
    taught = _without_gaps(plan, offered)
    blocks = rows_of(plan.blocks, taught)
    recipe_rng, model_rng = rng.spawn(2)
    recipe = fit_recipe(
        blocks,
        plan.columns,
        needs=needs,
        preparation=plan.preparation,
        transforms=plan.transforms,
        rng=recipe_rng,
    )
    stopping = validation if stops_early else validation[:0]
    lesson = _lesson(plan, recipe.apply(blocks), y=plan.y[taught], recipe=recipe, rng=model_rng)
    if stops_early:
        held = recipe.apply(rows_of(plan.blocks, stopping))
        lesson = replace(lesson, X_validation=held, y_validation=plan.y[stopping])
    model = plan.algorithm.fit(replace(lesson, progress=progress))
    return Fitted(
        recipe,
        model,
        taught=taught,
        n_stopping=len(stopping),
        n_left_out=len(offered) - len(taught),
    )


def _lesson(
    plan: FitPlan,
    features: npt.NDArray[np.float64],
    *,
    y: npt.NDArray[Any],
    recipe: Recipe,
    rng: np.random.Generator,
) -> FitInput:
    return FitInput(
        X=features,
        y=y,
        feature_names=recipe.features,
        task=plan.task,
        n_classes=len(plan.labels),
        parameters=plan.parameters,
        rng=rng,
        n_threads=plan.n_threads,
    )


def _without_gaps(plan: FitPlan, rows: IntArray) -> IntArray:
    """Leave out rows with a missing feature, where the user asked for that."""
    if plan.preparation.handle_missing != "drop":
        return rows
    blocks = rows_of(plan.blocks, rows)
    words = [[word is None for word in row] for row in blocks.strings.tolist()]
    no_words = np.array(words, dtype=bool).reshape(blocks.strings.shape)
    gaps = np.hstack([np.isnan(blocks.numbers), no_words])
    kept = rows[~gaps.any(axis=1)]
    if not len(kept):
        raise _all_have_gaps(gaps.sum(axis=0), (*blocks.number_names, *blocks.string_names))
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
