"""Voting: the mean of what several algorithms answer."""

import numpy as np

from modelyard.domain.losses import Loss
from modelyard.domain.tasks import Task
from modelyard.packaging.graphs.mixtures import MeanOfMembers
from modelyard.protocols.algorithms import AlgorithmCard, FitInput, FittedModel, Members, Needs


class Voting:
    """Averages probabilities (soft voting) or values, by the weights of the members."""

    card = AlgorithmCard(
        key="voting",
        title="Voting",
        summary="The mean of what several algorithms answer. Steadier than each of them, and "
        "quicker than what has to learn how to combine them.",
        tasks=frozenset(Task),
        parameters=(),
        needs=Needs(takes_missing=False, normalize="none", categorical_encoding="ordinal"),
        source="Kittler et al.: On Combining Classifiers, IEEE Transactions on Pattern Analysis "
        "and Machine Intelligence 20 (1998), the sum rule",
        is_graph_faster=True,
        losses=tuple(Loss),
        members=Members(
            keys=("lightgbm", "random-forest", "logistic-regression", "linear-regression"),
            needs_scores=False,
            takes_weights=True,
        ),
    )

    def fit(self, training: FitInput) -> FittedModel:
        """Take the weights as they are given; rows teach nothing."""
        given = [member["weight"] for member in training.parameters["members"]]
        weights = np.array(given, dtype=np.float64)
        n_outputs = training.n_classes or 1
        return MeanOfMembers(weights / weights.sum(), n_outputs, dict(training.parameters))


COMPONENT = Voting()
