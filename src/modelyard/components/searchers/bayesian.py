"""Bayesian search by Optuna's tree-structured Parzen estimator."""

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from modelyard.domain.trials import Dimension, Values
from modelyard.protocols.searchers import Proposals, SearcherCard


class BayesianSearch:
    """Looks where good trials were dense and bad ones sparse; the first ten points are random."""

    card = SearcherCard(
        key="bayesian",
        title="Bayesian search",
        summary="Learns from the trials so far where good values lie, and looks there more often "
        "(tree-structured Parzen estimator).",
        source="Bergstra, Bardenet, Bengio, Kégl: Algorithms for Hyper-Parameter Optimization, "
        "NIPS 24 (2011); multivariate: Falkner, Klein, Hutter: BOHB, ICML (2018); ten random "
        "trials first: the default of Optuna's TPESampler",
    )

    def start(
        self,
        space: Sequence[Dimension],
        *,
        rng: np.random.Generator,
        n_points: int,  # noqa: ARG002 - of the protocol
    ) -> Proposals:
        """Start a study in memory."""
        import optuna

        verbosity = optuna.logging.get_verbosity()
        # That a study has begun is for our own progress to tell.
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
                sampler = optuna.samplers.TPESampler(
                    multivariate=True, seed=int(rng.integers(2**31))
                )
            study = optuna.create_study(direction="maximize", sampler=sampler)
        finally:
            optuna.logging.set_verbosity(verbosity)
        return _Study(study, {each.name: _distribution(each) for each in space})


class _Study:
    n_points = None

    def __init__(self, study: Any, distributions: dict[str, Any]) -> None:
        self._study = study
        self._distributions = distributions
        self._asked: Any = None

    def ask(self) -> Values:
        self._asked = self._study.ask(self._distributions)
        return dict(self._asked.params)

    def tell(self, values: Values, goodness: float | None) -> None:
        import optuna

        is_failed = goodness is None
        state = optuna.trial.TrialState.FAIL if is_failed else optuna.trial.TrialState.COMPLETE
        if self._asked is not None and self._asked.params == values:
            self._study.tell(self._asked, goodness, state=state)
            self._asked = None
            return
        self._study.add_trial(
            optuna.trial.create_trial(
                state=state,
                value=goodness,
                params=dict(values),
                distributions=self._distributions,
            )
        )


def _distribution(dimension: Dimension) -> Any:
    from optuna.distributions import (
        CategoricalDistribution,
        FloatDistribution,
        IntDistribution,
    )

    if dimension.choices:
        return CategoricalDistribution(dimension.choices)
    if dimension.is_whole:
        return IntDistribution(int(dimension.low), int(dimension.high), log=dimension.is_log)
    return FloatDistribution(dimension.low, dimension.high, log=dimension.is_log)


COMPONENT = BayesianSearch()
