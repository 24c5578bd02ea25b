"""Fits a network that reads texts and sequences, alone or beside pictures and other columns."""

from typing import Any

from modelyard.networks.reading.branches import Branch, joined
from modelyard.networks.reading.cards import DROPOUT
from modelyard.networks.reading.encoders import Reader, encoder, reach_of
from modelyard.networks.training.learning import Build, learn
from modelyard.networks.training.regimes import Regime
from modelyard.networks.writing.models import NetworkModel
from modelyard.protocols.algorithms import FitInput, FittedModel


def fit_readers(training: FitInput, reader: Reader) -> FittedModel:
    """Train a network that reads each text and each sequence by itself.

    Args:
        training: what is to be learned.
        reader: makes the layer that reads one.
    """

    def build(given: FitInput, n_outputs: int) -> Any:
        import torch

        branches = branches_of(given, reader)
        dropout = torch.nn.Dropout(float(given.parameters[DROPOUT.name]))
        width = sum(each.n_out for each in branches)
        return joined(branches, [dropout, torch.nn.Linear(width, n_outputs)])

    return fit_matrix(training, build)


def fit_matrix(training: FitInput, build: Build) -> NetworkModel:
    """Train a network on the matrix, and on pictures where there are any.

    Args:
        training: what is to be learned.
        build: returns the network.
    """
    reach = reach_of(training.X, training.spans)
    learned = learn(
        training,
        build,
        regime=Regime.of(training.parameters),
        reach=reach if reach.size else None,
    )
    return NetworkModel.of(learned, training, parameters=dict(training.parameters), reach=reach)


def branches_of(training: FitInput, reader: Reader) -> list[Branch]:
    """Return a branch for each text and each sequence."""
    parameters = training.parameters
    width, dropout = int(parameters["embedding_size"]), float(parameters[DROPOUT.name])
    encoders = [
        encoder(span, reader, width=width, dropout=dropout if span.n_ids else 0.0)
        for span in training.spans
    ]
    return [Branch(each, each.n_out) for each in encoders]
