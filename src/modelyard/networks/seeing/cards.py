"""What the cards of networks for pictures have in common."""

from modelyard.domain.columns import ColumnKind
from modelyard.domain.tasks import Task
from modelyard.networks.training.checkpoints import EXTRA
from modelyard.networks.training.regimes import training_parameters
from modelyard.protocols.algorithms import (
    IMAGE_HEIGHT,
    IMAGE_WIDTH,
    AlgorithmCard,
    Needs,
    Parameter,
)

QUANTISATION, INT8 = "quantisation", "int8"
WEIGHTS, RANDOM, FROZEN = "initial_weights", "random", "frozen"

# Of networks of which files of weights are known.
TRANSFER = (
    Parameter(
        WEIGHTS,
        RANDOM,
        "With which the network begins: random, a file of safetensors in the folder `weights` of "
        "the project, or one of a hub as hf://OWNER/NAME@COMMIT; its tensors are named as by "
        "torchvision or timm.",
    ),
    Parameter(
        FROZEN,
        default=False,
        help="Learn the last layer alone, on what the others see with their initial weights: for "
        "small data.",
        is_tuned=False,
    ),
)

_SIDE = "To which pictures are brought, in pixels."
_QUANTISATION = Parameter(
    QUANTISATION,
    "none",
    "int8 rounds weights and values to 8 bits after the training: answers take less than half the "
    "time and the package a quarter of the room, and the report says what it cost.",
    choices=("none", INT8),
    is_tuned=False,
)


def sizes(side: int) -> tuple[Parameter, ...]:
    """Return the hyperparameters of the size of pictures, with their default."""
    return tuple(
        Parameter(name, side, _SIDE, minimum=8, maximum=512) for name in (IMAGE_HEIGHT, IMAGE_WIDTH)
    )


def dropout(share: float) -> Parameter:
    """Return the hyperparameter of the last layer, with its default."""
    return Parameter(
        "dropout",
        share,
        "Share of the last features that each step leaves out.",
        minimum=0.0,
        maximum=0.9,
        search_low=0.0,
        search_high=0.5,
    )


def picture_card(
    *,
    key: str,
    title: str,
    summary: str,
    source: str,
    own: tuple[Parameter, ...],
    side: int = 64,
    **training: float | str | bool,
) -> AlgorithmCard:
    """Return the card of a network for pictures.

    Args:
        key: as on every card.
        title: likewise.
        summary: likewise.
        source: likewise.
        own: hyperparameters that no other network has.
        side: to which pictures are brought where nothing else is said.
        training: defaults of how it is trained, by the name of the hyperparameter.
    """
    return AlgorithmCard(
        key=key,
        title=title,
        summary=summary,
        tasks=frozenset(Task),
        parameters=(*sizes(side), *own, *training_parameters(**training), _QUANTISATION),
        needs=Needs(
            takes_missing=True,
            normalize="none",
            categorical_encoding="ordinal",
            wants_validation=True,
        ),
        source=source,
        extra=EXTRA,
        libraries=("torch", "pillow"),
        is_graph_faster=True,
        kinds=frozenset({ColumnKind.IMAGE}),
    )
