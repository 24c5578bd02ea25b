"""Fits one algorithm with its recipe on given rows; what a fold and the final model share."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.domain.columns import Column
from modelyard.domain.configs import PreparationConfig
from modelyard.domain.tasks import Label, Task
from modelyard.engine.preparing import fit_recipe, rows_of
from modelyard.protocols.algorithms import Algorithm, FitInput, FittedModel
from modelyard.protocols.progress import Progress
from modelyard.protocols.transforms import Transform
from modelyard.runtime.blocks import Blocks
from modelyard.runtime.recipes import Recipe

IntArray = npt.NDArray[np.int64]


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
    """A fitted recipe and the model behind it."""

    recipe: Recipe
    model: FittedModel

    def scores(self, blocks: Blocks) -> npt.NDArray[np.float64]:
        """Return the trained model's own scores, by the library that trained it."""
        return self.model.scores(self.recipe.apply(blocks))


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
    """
    needs = plan.algorithm.card.needs
    stops_early = needs.wants_validation and len(validation) > 0
    if not stops_early:
        train = np.sort(np.concatenate([train, validation]))
    train = _without_gaps(plan, train)
    blocks = rows_of(plan.blocks, train)
    recipe_rng, model_rng = rng.spawn(2)
    recipe = fit_recipe(
        blocks,
        plan.columns,
        needs=needs,
        preparation=plan.preparation,
        transforms=plan.transforms,
        rng=recipe_rng,
    )
    held = rows_of(plan.blocks, validation) if stops_early else None
    model = plan.algorithm.fit(
        FitInput(
            X=recipe.apply(blocks),
            y=plan.y[train],
            feature_names=recipe.features,
            task=plan.task,
            n_classes=len(plan.labels),
            parameters=plan.parameters,
            rng=model_rng,
            X_validation=None if held is None else recipe.apply(held),
            y_validation=None if held is None else plan.y[validation],
            n_threads=plan.n_threads,
            progress=progress,
        )
    )
    return Fitted(recipe, model)


def _without_gaps(plan: FitPlan, train: IntArray) -> IntArray:
    """Leave out training rows with a missing feature, where the user asked for that."""
    if plan.preparation.handle_missing != "drop":
        return train
    numbers = np.isnan(plan.blocks.numbers[train]).any(axis=1)
    strings = np.array([None in row for row in plan.blocks.strings[train].tolist()], dtype=bool)
    kept = train[~(numbers | strings)]
    return kept if len(kept) else train
