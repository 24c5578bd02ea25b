"""Fits an ensemble: members, what combines them, and one recipe and one graph for all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.engine.dealing import Dealer
from modelyard.engine.ensembles.attempts import Attempts
from modelyard.engine.ensembles.members import OutOfFold, fit_members, out_of_fold
from modelyard.engine.ensembles.recipes import merge_recipes
from modelyard.engine.fitting import (
    FitPlan,
    Fitted,
    IntArray,
    MemberFit,
    MemberPlan,
    fit,
    without_gaps,
)
from modelyard.engine.weighting import teaching_weights
from modelyard.packaging.graphs.merging import GraphPart, merge
from modelyard.protocols.algorithms import FitInput, FittedModel
from modelyard.protocols.progress import Progress
from modelyard.runtime.recipes import Recipe

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Combined:
    """Members and what combines them, over the columns of one recipe. Fulfils `FittedModel`.

    Attributes:
        members: in the order in which the combiner takes their scores.
        columns: for each member, which of the features are its own, in its order.
        n_features: of the merged recipe.
        n_outputs: columns of the scores.
    """

    members: tuple[FittedModel, ...]
    columns: tuple[IntArray, ...]
    combiner: FittedModel
    n_features: int
    n_outputs: int

    @property
    def parameters(self) -> Mapping[str, Any]:
        """Those of what combines; under `members` each has its own final ones and its weight."""
        return self.combiner.parameters

    def scores(self, X: FloatArray) -> FloatArray:
        """Return the members' scores, combined."""
        parts = [
            member.scores(np.ascontiguousarray(X[:, columns]))
            for member, columns in zip(self.members, self.columns, strict=True)
        ]
        return self.combiner.scores(np.hstack(parts))

    def to_onnx(self) -> bytes:
        """Return the members' graphs and the combiner's as one."""
        parts = [
            GraphPart(member.to_onnx(), columns)
            for member, columns in zip(self.members, self.columns, strict=True)
        ]
        return merge(
            parts, self.combiner.to_onnx(), n_features=self.n_features, n_outputs=self.n_outputs
        )


def fit_plan(
    plan: FitPlan,
    train: IntArray,
    *,
    validation: IntArray,
    dealer: Dealer,
    rng: np.random.Generator,
    progress: Progress,
) -> Fitted:
    """Fit one algorithm, or an ensemble where the plan has members; as `fitting.fit`.

    Args:
        plan: what to fit.
        train: positions of the rows to learn from.
        validation: positions of the rows to stop early by, or to learn from as well.
        dealer: deals the folds of an ensemble.
        rng: all randomness of the fit.
        progress: told of iterations, or of the fits of members.
    """
    if not plan.members:
        return fit(plan, train, validation=validation, rng=rng, progress=progress)
    everything = np.sort(np.concatenate([train, validation]))
    offered = train if plan.holds_validation else everything
    rows = without_gaps(plan, offered)
    fold_rng, score_rng, final_rng, combiner_rng = rng.spawn(4)
    dealt = _dealt(plan, rows, dealer=dealer, rng=fold_rng)
    attempts = Attempts(progress, len(plan.members) * (len(dealt) + 1))
    found = out_of_fold(
        plan.members, rows, dealt=dealt, dealer=dealer, rng=score_rng, attempts=attempts
    )
    attempts.require_one(len(plan.members))
    fits = fit_members(plan.members, train, validation=validation, rng=final_rng, attempts=attempts)
    attempts.require_one(len(plan.members))
    standing = [each for each in plan.members if each.name in fits]
    combiner = combine(plan, standing, fits=fits, found=found, rng=combiner_rng)
    recipe, model = merged(plan, list(fits.items()), combiner=combiner)
    taught = np.unique(np.concatenate([found.rows, *(each.taught for each in fits.values())]))
    return Fitted(
        recipe,
        model,
        taught=taught,
        n_stopping=len(np.setdiff1d(validation, taught)),
        n_left_out=len(np.setdiff1d(offered, rows)),
        members=_told(plan.members, found, attempts),
    )


def combine(
    plan: FitPlan,
    members: Sequence[MemberPlan],
    *,
    fits: Mapping[str, Fitted],
    found: OutOfFold,
    rng: np.random.Generator,
) -> FittedModel:
    """Fit what combines the members, on their scores of rows that they were not taught.

    Args:
        plan: of the ensemble.
        members: to combine, in this order.
        fits: members by name, as they will answer.
        found: scores of the members by name, over no rows where the ensemble needs none.
        rng: of the fit.
    """
    entries = tuple(
        {
            "name": each.name,
            "algorithm": each.plan.algorithm.card.key,
            "parameters": dict(fits[each.name].model.parameters),
            "weight": each.weight,
        }
        for each in members
    )
    names = [f"{each.name}: {at}" for each in members for at in plan.labels or (plan.target,)]
    weights = None
    if len(found.rows):
        weights = teaching_weights(
            plan.weight, plan.class_weight, y=plan.y, taught=found.rows, labels=plan.labels
        )
    return plan.algorithm.fit(
        FitInput(
            X=np.hstack([found.scores[each.name] for each in members]),
            y=plan.y[found.rows],
            weight=None if weights is None else weights[found.rows],
            feature_names=tuple(names),
            task=plan.task,
            n_classes=len(plan.labels),
            parameters={**plan.parameters, "members": entries},
            rng=rng,
            n_threads=plan.n_threads,
            loss=plan.loss,
        )
    )


def merged(
    plan: FitPlan, fits: Sequence[tuple[str, Fitted]], *, combiner: FittedModel
) -> tuple[Recipe, Combined]:
    """Return one recipe and one model for members by name, in the order of the combiner."""
    recipe, columns = merge_recipes([(name, each.recipe) for name, each in fits])
    model = Combined(
        members=tuple(each.model for _, each in fits),
        columns=columns,
        combiner=combiner,
        n_features=len(recipe.features),
        n_outputs=len(plan.labels) or 1,
    )
    return recipe, model


def _dealt(
    plan: FitPlan, rows: IntArray, *, dealer: Dealer, rng: np.random.Generator
) -> list[tuple[IntArray, IntArray]]:
    facts = plan.algorithm.card.members
    if facts is None or not facts.needs_scores:
        return []
    return dealer.folds_at_most(rows, plan.parameters["folds"], rng=rng)


def _told(
    members: Sequence[MemberPlan], found: OutOfFold, attempts: Attempts
) -> tuple[MemberFit, ...]:
    scores = found.scores if len(found.rows) else {}
    return tuple(
        MemberFit(
            name=each.name,
            algorithm=each.plan.algorithm.card.key,
            rows=found.rows,
            scores=scores.get(each.name),
            reason=attempts.reason(each.name),
        )
        for each in members
    )
