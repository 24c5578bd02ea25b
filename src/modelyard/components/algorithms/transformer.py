"""A transformer, in which each item of a text or a sequence looks at all others."""

from typing import Any

from modelyard.domain.errors import InvalidValue
from modelyard.networks.reading.attention import attentive
from modelyard.networks.reading.cards import DROPOUT, sequence_card
from modelyard.networks.reading.fitting import fit_readers
from modelyard.protocols.algorithms import FitInput, FittedModel, Parameter

_WIDTH, _HEADS, _LAYERS = "hidden_size", "num_heads", "num_layers"
_PARAMETERS = (
    Parameter(
        _WIDTH,
        64,
        "Numbers of an item within; the heads part them.",
        minimum=1,
        maximum=2048,
        search_low=32,
        search_high=256,
        is_log=True,
    ),
    Parameter(_HEADS, 4, "Ways in which items look at each other.", minimum=1, maximum=64),
    Parameter(
        _LAYERS,
        2,
        "Layers of attention.",
        minimum=1,
        maximum=24,
        search_low=1,
        search_high=4,
    ),
)


class Transformer:
    """Layers of attention, and the mean of what they make of the items."""

    card = sequence_card(
        key="transformer",
        title="Transformer",
        summary="A network of attention for texts and sequences of numbers. Relates items however "
        "far they are apart; wants more rows than the others.",
        source="Vaswani et al.: Attention Is All You Need, NeurIPS (2017); normalised before each "
        "part: Xiong et al., ICML (2020)",
        own=_PARAMETERS,
        learning_rate=0.001,
    )

    def fit(self, training: FitInput) -> FittedModel:
        """Pass over the rows, and keep the weights that answer validation rows best.

        Raises:
            InvalidValue: if the heads do not part the width evenly.
        """
        parameters = training.parameters
        width, n_heads = int(parameters[_WIDTH]), int(parameters[_HEADS])
        if width % n_heads:
            raise InvalidValue(
                f"{_HEADS} must part {_WIDTH} evenly; {n_heads} and {width} came.",
                fix=f"Use a {_WIDTH} of {n_heads * max(1, width // n_heads)} for example.",
                sample=str(width),
            )

        def reader(length: int, n_in: int) -> Any:
            return attentive(
                length,
                n_in,
                width=width,
                n_heads=n_heads,
                n_layers=int(parameters[_LAYERS]),
                dropout=float(parameters[DROPOUT.name]),
            )

        return fit_readers(training, reader)


COMPONENT = Transformer()
