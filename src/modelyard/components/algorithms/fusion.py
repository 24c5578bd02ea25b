"""One network for rows of several kinds, with a branch for each picture, text and sequence."""

from typing import Any

from modelyard.domain.columns import ColumnKind
from modelyard.domain.errors import UsageError
from modelyard.domain.tasks import Task
from modelyard.networks.reading.attention import attentive
from modelyard.networks.reading.branches import (
    ACTIVATIONS,
    Branch,
    bend,
    columns_beside,
    dense,
    joined,
)
from modelyard.networks.reading.cards import DROPOUT, LENGTHS
from modelyard.networks.reading.convolving import convolving
from modelyard.networks.reading.encoders import Reader
from modelyard.networks.reading.fitting import branches_of, fit_matrix
from modelyard.networks.reading.recurrent import GRU, LSTM, recurrent
from modelyard.networks.seeing.cards import sizes
from modelyard.networks.seeing.ends import mean_of_field
from modelyard.networks.seeing.pooled import pooled
from modelyard.networks.training.checkpoints import EXTRA
from modelyard.networks.training.regimes import training_parameters
from modelyard.protocols.algorithms import AlgorithmCard, FitInput, FittedModel, Needs, Parameter

_CONVOLUTIONS, _ATTENTION = "convolutions", "attention"
# Of the readers that have more than one layer; each is that of the algorithm of its own.
_LAYERS = {_CONVOLUTIONS: 3, _ATTENTION: 2}
_KERNEL, _HEADS = 5, 4
_ITEMS = frozenset({ColumnKind.TEXT, ColumnKind.SEQUENCE, ColumnKind.IMAGE})

_PARAMETERS = (
    Parameter(
        "hidden_layers",
        1,
        "Layers of the branch for all columns that are no picture, text or sequence.",
        minimum=1,
        maximum=10,
        search_low=1,
        search_high=3,
    ),
    Parameter(
        "hidden_units",
        64,
        "Units of each of these layers, and of the one that joins the branches.",
        minimum=4,
        maximum=4096,
        search_low=32,
        search_high=256,
        is_log=True,
    ),
    Parameter("activation", "relu", "How sums are bent.", choices=ACTIVATIONS),
    Parameter(
        "reader",
        _CONVOLUTIONS,
        "What reads texts and sequences.",
        choices=(_CONVOLUTIONS, "lstm", "gru", _ATTENTION),
    ),
    Parameter(
        "reader_units",
        64,
        "Channels, units or width of what reads them; attention wants a multiple of four.",
        minimum=4,
        maximum=2048,
    ),
    Parameter(
        "channels",
        32,
        "Of the first convolution over pictures; each further one has twice as many, up to 256.",
        minimum=4,
        maximum=256,
    ),
)


class Fusion:
    """Branches that each read their own columns, side by side before the last layers."""

    card = AlgorithmCard(
        key="fusion",
        title="Fusion",
        summary="One network for tables with pictures, texts or sequences beside other columns. "
        "Reads each kind in its own way, and learns from all of them together.",
        tasks=frozenset(Task),
        parameters=(*_PARAMETERS, *sizes(64), *LENGTHS, DROPOUT, *training_parameters()),
        needs=Needs(
            takes_missing=False,
            normalize="standard",
            categorical_encoding="one_hot",
            wants_validation=True,
            text="token_ids",
        ),
        source="Baltrušaitis, Ahuja, Morency: Multimodal Machine Learning (2019), section 3.1: "
        "joint representations",
        extra=EXTRA,
        libraries=("torch", "pillow"),
        kinds=frozenset(ColumnKind),
        wants=_ITEMS,
    )

    def fit(self, training: FitInput) -> FittedModel:
        """Pass over the rows, and keep the weights that answer validation rows best.

        Raises:
            UsageError: if there are several columns of pictures.
        """
        if len(training.pictures) > 1:
            raise UsageError(
                f"Fusion sees one column of pictures, not {len(training.pictures)}.",
                fix="Drop the others.",
            )
        return fit_matrix(training, _network)


def _network(training: FitInput, n_outputs: int) -> Any:
    import torch

    parameters = training.parameters
    n_units, dropout = int(parameters["hidden_units"]), float(parameters[DROPOUT.name])
    branches = [*_seeing(training), *branches_of(training, _reader(training)), *_beside(training)]
    width = sum(each.n_out for each in branches)
    return joined(
        branches,
        [
            torch.nn.Dropout(dropout),
            torch.nn.Linear(width, n_units),
            bend(str(parameters["activation"])),
            torch.nn.Dropout(dropout),
            torch.nn.Linear(n_units, n_outputs),
        ],
    )


def _seeing(training: FitInput) -> list[Branch]:
    import torch

    if not training.pictures:
        return []
    body = pooled(training.pictures[0], channels=int(training.parameters["channels"]))
    layer = torch.nn.Sequential(*body.layers, *mean_of_field())
    return [Branch(layer, body.n_features, sees=True)]


def _beside(training: FitInput) -> list[Branch]:
    places = columns_beside(training.spans, training.X.shape[1])
    if not places:
        return []
    parameters = training.parameters
    return [
        dense(
            places,
            n_units=int(parameters["hidden_units"]),
            n_layers=int(parameters["hidden_layers"]),
            dropout=float(parameters[DROPOUT.name]),
            activation=str(parameters["activation"]),
        )
    ]


def _reader(training: FitInput) -> Reader:
    name, n_units = str(training.parameters["reader"]), int(training.parameters["reader_units"])
    dropout = float(training.parameters[DROPOUT.name])

    def made(length: int, n_in: int) -> Any:
        if name == _CONVOLUTIONS:
            n_layers = _LAYERS[name]
            return convolving(
                length, n_in, channels=n_units, kernel=_KERNEL, n_layers=n_layers, dropout=dropout
            )
        if name == _ATTENTION:
            width, n_layers = n_units - n_units % _HEADS, _LAYERS[name]
            return attentive(
                length, n_in, width=width, n_heads=_HEADS, n_layers=n_layers, dropout=dropout
            )
        cell = LSTM if name == "lstm" else GRU
        return recurrent(
            cell, (length, n_in), n_units=n_units, n_layers=1, both_ways=True, dropout=dropout
        )

    return made


COMPONENT = Fusion()
