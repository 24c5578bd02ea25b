"""What the cards of networks for texts and sequences have in common."""

from modelyard.domain.columns import ColumnKind
from modelyard.domain.tasks import Task
from modelyard.networks.training.checkpoints import EXTRA
from modelyard.networks.training.regimes import blind_training_parameters
from modelyard.protocols.algorithms import (
    MAX_ITEMS,
    MAX_WORDS,
    AlgorithmCard,
    Needs,
    Parameter,
    Start,
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
    starts: tuple[Start, ...] = (),
    **training: float | str | bool,
) -> AlgorithmCard:
    """Return the card of a network for texts and sequences.

    Args:
        key: as on every card.
        title: likewise.
        summary: likewise.
        source: likewise.
        own: hyperparameters that no other network has.
        starts: with which it takes part in AutoML.
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
        starts=starts,
        kinds=frozenset({ColumnKind.TEXT, ColumnKind.SEQUENCE}),
    )
