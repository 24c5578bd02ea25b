"""Blending: a weighted mean of members, whose weights a greedy search finds."""

import numpy as np
import numpy.typing as npt

from modelyard.domain.losses import Loss
from modelyard.domain.tasks import Task
from modelyard.packaging.graphs.mixtures import MeanOfMembers, with_weights
from modelyard.protocols.algorithms import (
    AlgorithmCard,
    FitInput,
    FittedModel,
    FloatArray,
    Members,
    Needs,
    Parameter,
)

# The least probability that is taken the logarithm of, so that one sure mistake is not infinite.
_LEAST = 1e-15


class Blending:
    """Adds the member that helps most, again and again, a member as often as it helps.

    What is lost is counted by log loss, or by the error that a regression is to make small: unlike
    accuracy or ROC-AUC, which often decide, they tell between any two mixtures and reward right
    probabilities. Each bag searches on a bootstrap sample of the rows, so that few rows do not
    settle on one member.
    """

    card = AlgorithmCard(
        key="blending",
        title="Blending",
        summary="A weighted mean of several algorithms. Those that help more, on rows that they "
        "were not taught, weigh more; one that does not help weighs nothing.",
        tasks=frozenset(Task),
        parameters=(
            Parameter(
                "folds",
                5,
                "Folds in which members answer for rows that they were not taught.",
                minimum=2,
                maximum=20,
            ),
            Parameter(
                "rounds",
                25,
                "Members that a search adds at most, with repeats.",
                minimum=1,
                maximum=1000,
            ),
            Parameter(
                "bags",
                20,
                "Searches, each on a bootstrap sample of the rows, whose weights are averaged.",
                minimum=1,
                maximum=1000,
            ),
        ),
        needs=Needs(takes_missing=False, normalize="none", categorical_encoding="ordinal"),
        source="Caruana, Niculescu-Mizil, Crew, Ksikes: Ensemble Selection from Libraries of "
        "Models, ICML (2004), p. 2: with replacement and bagged (20 bags), here over rows",
        is_graph_faster=True,
        losses=tuple(Loss),
        members=Members(
            keys=("lightgbm", "random-forest", "logistic-regression", "linear-regression")
        ),
    )

    def fit(self, training: FitInput) -> FittedModel:
        """Average the weights that the bags find."""
        n_outputs = training.n_classes or 1
        answers = training.X.reshape(len(training.X), -1, n_outputs)
        counts = np.ones(len(answers)) if training.weight is None else training.weight
        rounds, n_bags = training.parameters["rounds"], training.parameters["bags"]
        share = np.full(len(answers), 1 / max(len(answers), 1))
        found = []
        for _ in range(n_bags):
            drawn = counts * training.rng.multinomial(len(answers), share)
            kept = np.flatnonzero(drawn)
            lost = _lost(training, answers, kept=kept, weight=drawn[kept])
            found.append(_search(lost, rounds))
            training.progress.advance(len(found), n_bags)
        weights = np.mean(found, axis=0)
        return MeanOfMembers(weights, n_outputs, with_weights(training.parameters, weights))


class _LogLoss:
    """What mixtures lose: minus the log of the probability that they give to the truth."""

    def __init__(self, truth: FloatArray, weight: FloatArray) -> None:
        """Take (n, m) probabilities that members give to the truth, and (n,) weights of rows."""
        self.n_members = truth.shape[1]
        self._truth, self._weight = truth, weight

    def of_each(self, taken: npt.NDArray[np.int64]) -> FloatArray:
        """Return for each member what is lost with one more of it.

        Args:
            taken: (m,) how often each member has been taken.
        """
        mixed = (self._truth @ taken)[:, None] + self._truth
        logs = np.log(np.maximum(mixed / (taken.sum() + 1), _LEAST))
        lost: FloatArray = -(self._weight @ logs) / self._weight.sum()
        return lost


class _AbsoluteError:
    """What mixtures lose, of numbers whose median is asked for."""

    def __init__(self, errors: FloatArray, weight: FloatArray) -> None:
        """Take (n, m) errors of members, and (n,) weights of rows."""
        self.n_members = errors.shape[1]
        self._errors, self._weight = errors, weight

    def of_each(self, taken: npt.NDArray[np.int64]) -> FloatArray:
        """Return for each member what is lost with one more of it."""
        mixed = (self._errors @ taken)[:, None] + self._errors
        lost: FloatArray = self._weight @ np.abs(mixed) / self._weight.sum() / (taken.sum() + 1)
        return lost


class _SquaredError:
    """What mixtures lose, from the products of the members' errors: rows are passed over once."""

    def __init__(self, errors: FloatArray, weight: FloatArray) -> None:
        """Take (n, m) errors of members, and (n,) weights of rows."""
        self.n_members = errors.shape[1]
        self._products = (errors * weight[:, None]).T @ errors / weight.sum()

    def of_each(self, taken: npt.NDArray[np.int64]) -> FloatArray:
        """Return for each member what is lost with one more of it."""
        with_one = taken + np.eye(self.n_members)
        sums = np.einsum("ij,jk,ik->i", with_one, self._products, with_one)
        lost: FloatArray = sums / (taken.sum() + 1) ** 2
        return lost


_Lost = _LogLoss | _SquaredError | _AbsoluteError


def _lost(
    training: FitInput, answers: FloatArray, *, kept: npt.NDArray[np.int64], weight: FloatArray
) -> _Lost:
    y = training.y[kept]
    if training.task is not Task.REGRESSION:
        return _LogLoss(answers[kept, :, y], weight)
    errors = answers[kept, :, 0] - y[:, None]
    if training.loss is Loss.ABSOLUTE_ERROR:
        return _AbsoluteError(errors, weight)
    return _SquaredError(errors, weight)


def _search(lost: _Lost, rounds: int) -> FloatArray:
    """Return the weights of the best mixture on the way."""
    taken = np.zeros(lost.n_members, dtype=np.int64)
    best, least = taken, np.inf
    for _ in range(rounds):
        losses = lost.of_each(taken)
        chosen = int(np.argmin(losses))
        taken = taken + (np.arange(lost.n_members) == chosen)
        if losses[chosen] < least:
            best, least = taken, float(losses[chosen])
    weights: FloatArray = best / best.sum()
    return weights


COMPONENT = Blending()
