"""The members of an ensemble: what each is, and what it answers for rows that did not teach it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.catalog import pick
from modelyard.domain.configs import NONE
from modelyard.domain.errors import InvalidValue
from modelyard.engine.dealing import Dealer
from modelyard.engine.ensembles.attempts import Attempts
from modelyard.engine.fitting import FitPlan, Fitted, IntArray, MemberPlan, fit
from modelyard.engine.membership import MEMBERS
from modelyard.engine.parameters import resolve_parameters
from modelyard.engine.preparing import rows_of
from modelyard.engine.weighting import require_weighable
from modelyard.protocols.algorithms import Algorithm
from modelyard.protocols.progress import Silence

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class OutOfFold:
    """What members answer for rows that they were not taught.

    Attributes:
        rows: ascending positions, those that some fold held out.
        scores: member to (len(rows), m) scores, of the members that did not fail.
    """

    rows: IntArray
    scores: Mapping[str, FloatArray]


def plan_members(
    plan: FitPlan, algorithms: Mapping[str, Algorithm], *, are_chosen: bool
) -> tuple[MemberPlan, ...]:
    """Return what each member of an ensemble is to be fitted as, from the ensemble's parameters.

    Args:
        plan: of the ensemble.
        algorithms: the shelf.
        are_chosen: whether the user named the members; of those on the card the ones that cannot
            do the task are passed over.

    Raises:
        InvalidValue: if a member is an ensemble itself, or cannot do the task.
        UnknownKey: if there is no such algorithm, or it has no such parameter.
    """
    planned: list[MemberPlan] = []
    for entry in plan.parameters[MEMBERS]:
        algorithm = pick(dict(algorithms), entry["name"], shelf="algorithms")
        if plan.task not in algorithm.card.tasks and not are_chosen:
            continue
        _require_member(plan, algorithm)
        parameters = resolve_parameters(algorithm.card, entry["parameters"])
        name = _free_name(algorithm.card.key, planned)
        # Members learn what their combination makes small: least squares over medians are neither.
        own = replace(
            plan,
            algorithm=algorithm,
            parameters=parameters,
            members=(),
            wanted_loss=plan.loss,
        )
        planned.append(MemberPlan(name, own, weight=entry["weight"]))
    if not planned:
        raise InvalidValue(
            f"None of the members of '{plan.algorithm.card.key}' can do a {plan.task} task.",
            fix="Name members that can.",
        )
    return tuple(planned)


def out_of_fold(
    members: Sequence[MemberPlan],
    rows: IntArray,
    *,
    dealt: Sequence[tuple[IntArray, IntArray]],
    dealer: Dealer,
    rng: np.random.Generator,
    attempts: Attempts,
) -> OutOfFold:
    """Fit every member on every fold, and keep its answers for the rows that were held out.

    Args:
        members: each with a preparation of its own.
        rows: positions of the rows that may be held out.
        dealt: for each fold the rows that teach and those that are held out.
        dealer: deals the rows that stop a fit early.
        rng: each member has a stream of its own, whatever the others do.
        attempts: told of each fit, and of members that fail.
    """
    held = np.zeros(len(rows), dtype=bool)
    for _, held_out in dealt:
        held[np.searchsorted(rows, held_out)] = True
    kept = rows[held]
    scores: dict[str, FloatArray] = {}
    for member, own_rng in zip(members, rng.spawn(len(members)), strict=True):
        answers = np.full((len(kept), len(member.plan.labels) or 1), np.nan)
        with attempts.of(member.name):
            for taught, held_out in dealt:
                fitted = _fit_fold(member.plan, taught, dealer=dealer, rng=own_rng)
                own = fitted.scores(rows_of(member.plan.blocks, held_out))
                answers[np.searchsorted(kept, held_out)] = _finite(own)
                attempts.count()
            scores[member.name] = answers
    return OutOfFold(kept, scores)


def fit_members(
    members: Sequence[MemberPlan],
    train: IntArray,
    *,
    validation: IntArray,
    rng: np.random.Generator,
    attempts: Attempts,
) -> dict[str, Fitted]:
    """Fit every member on all the rows that teach; return those that did not fail.

    Args:
        members: each with a preparation of its own; those that failed before are passed over.
        train: positions of the rows to learn from.
        validation: positions of the rows that stop a fit early, or teach where nothing is stopped.
        rng: each member has a stream of its own.
        attempts: told of each fit, and of members that fail.
    """
    fits = {}
    for member, own_rng in zip(members, rng.spawn(len(members)), strict=True):
        if member.name in attempts.errors:
            continue
        with attempts.of(member.name):
            fits[member.name] = fit(
                member.plan, train, validation=validation, rng=own_rng, progress=Silence()
            )
            attempts.count()
    return fits


def _fit_fold(plan: FitPlan, rows: IntArray, *, dealer: Dealer, rng: np.random.Generator) -> Fitted:
    stopping = rows[:0]
    if plan.wants_validation:
        rows, stopping = dealer.carve(rows, rng=rng)
    return fit(plan, rows, validation=stopping, rng=rng, progress=Silence())


def _finite(scores: FloatArray) -> FloatArray:
    if not np.isfinite(scores).all():
        raise ValueError("its scores are not finite")
    return scores


def _require_member(plan: FitPlan, algorithm: Algorithm) -> None:
    card, ensemble = algorithm.card, plan.algorithm.card
    if card.members is not None:
        raise InvalidValue(
            f"'{card.key}' is an ensemble itself and cannot be a member of '{ensemble.key}'.",
            fix="Name its members instead.",
            sample=card.key,
        )
    if plan.task not in card.tasks:
        raise InvalidValue(
            f"'{card.key}' cannot do a {plan.task} task, and so cannot be a member of "
            f"'{ensemble.key}'.",
            fix=f"Leave '{card.key}' out.",
            sample=card.key,
        )
    by_class = plan.class_weight != NONE
    require_weighable(card, plan.task, is_weighed=plan.weight is not None, by_class=by_class)


def _free_name(key: str, planned: Sequence[MemberPlan]) -> str:
    taken: Any = {each.name for each in planned}
    name, number = key, 2
    while name in taken:
        name, number = f"{key}-{number}", number + 1
    return name
