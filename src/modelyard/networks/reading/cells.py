"""What LSTM and GRU have in common beside their cells: hyperparameters, and how they are fitted."""

from typing import Any

from modelyard.networks.reading.cards import DROPOUT
from modelyard.networks.reading.fitting import fit_readers
from modelyard.networks.reading.recurrent import recurrent
from modelyard.protocols.algorithms import FitInput, FittedModel, Parameter

PARAMETERS = (
    Parameter(
        "hidden_size",
        64,
        "Units of a layer, and of each way that it reads.",
        minimum=1,
        maximum=2048,
        search_low=16,
        search_high=256,
        is_log=True,
    ),
    Parameter(
        "num_layers",
        1,
        "Layers, each of which reads what the one before it makes.",
        minimum=1,
        maximum=8,
        search_low=1,
        search_high=3,
    ),
    Parameter("bidirectional", default=True, help="Read from the end to the beginning as well."),
)


def fit_recurrent(training: FitInput, cell: str) -> FittedModel:
    """Train a network of cells, `recurrent.LSTM` or `recurrent.GRU`."""
    parameters = training.parameters

    def reader(length: int, n_in: int) -> Any:
        return recurrent(
            cell,
            (length, n_in),
            n_units=int(parameters["hidden_size"]),
            n_layers=int(parameters["num_layers"]),
            both_ways=bool(parameters["bidirectional"]),
            dropout=float(parameters[DROPOUT.name]),
        )

    return fit_readers(training, reader)
