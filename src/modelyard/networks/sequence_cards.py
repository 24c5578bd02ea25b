"""What the cards of networks for texts and sequences have in common, and how they are fitted."""

from typing import Any

from modelyard.domain.columns import ColumnKind
from modelyard.domain.tasks import Task
from modelyard.networks.branches import Branch, joined
from modelyard.networks.checkpoints import EXTRA
from modelyard.networks.encoders import Reader, encoder, reach_of
from modelyard.networks.learning import Build, learn
from modelyard.networks.matrix_models import MatrixModel
from modelyard.networks.regimes import Regime, blind_training_parameters
from modelyard.protocols.algorithms import (
    MAX_ITEMS,
    MAX_WORDS,
    AlgorithmCard,
    FitInput,
    FittedModel,
    Needs,
    Parameter,
)

LENGTHS = (
    Parameter(
        MAX_ITEMS,
        128,
        "Most words of a text, from its beginning, and most items of a sequence, to its end.",
        minimum=1,
        maximum=4096,
    ),
    Parameter(
        MAX_WORDS,
        10_000,
        "Most different words that are told apart, the commonest; others share one number.",
        minimum=1,
        maximum=1_000_000,
    ),
    Parameter(
        "embedding_size",
        64,
        "Numbers that each word becomes.",
        minimum=1,
        maximum=1024,
        search_low=16,
        search_high=256,
        is_log=True,
    ),
)
DROPOUT = Parameter(
    "dropout",
    0.2,
    "Share of what lies between layers that each step leaves out.",
    minimum=0.0,
    maximum=0.9,
    search_low=0.0,
    search_high=0.5,
)


def sequence_card(
    *,
    key: str,
    title: str,
    summary: str,
    source: str,
    own: tuple[Parameter, ...],
    **training: float | str | bool,
) -> AlgorithmCard:
    """Return the card of a network for texts and sequences.

    Args:
        key: as on every card.
        title: likewise.
        summary: likewise.
        source: likewise.
        own: hyperparameters that no other network has.
        training: defaults of how it is trained, by the name of the hyperparameter.
    """
    return AlgorithmCard(
        key=key,
        title=title,
        summary=summary,
        tasks=frozenset(Task),
        parameters=(*LENGTHS, *own, DROPOUT, *blind_training_parameters(**training)),
        needs=Needs(
            takes_missing=True,
            normalize="none",
            categorical_encoding="ordinal",
            wants_validation=True,
            text="token_ids",
        ),
        source=source,
        extra=EXTRA,
        libraries=("torch",),
        kinds=frozenset({ColumnKind.TEXT, ColumnKind.SEQUENCE}),
    )


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


def fit_matrix(training: FitInput, build: Build) -> MatrixModel:
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
    return MatrixModel(
        learned.network,
        reach,
        training.pictures[0].shape[1:3] if training.pictures else None,
        training.n_classes,
        learned.center,
        learned.spread,
        dict(training.parameters),
        learned.course,
    )


def branches_of(training: FitInput, reader: Reader) -> list[Branch]:
    """Return a branch for each text and each sequence."""
    parameters = training.parameters
    width, dropout = int(parameters["embedding_size"]), float(parameters[DROPOUT.name])
    encoders = [
        encoder(span, reader, width=width, dropout=dropout if span.n_ids else 0.0)
        for span in training.spans
    ]
    return [Branch(each, each.n_out) for each in encoders]
