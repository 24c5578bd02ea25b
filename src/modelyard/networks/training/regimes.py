"""How a network is trained, as hyperparameters that every card of a network has."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Self

from modelyard.protocols.algorithms import Parameter

OPTIMIZERS = ("adamw", "adam", "nadam", "sgd", "rmsprop", "adagrad")
LOSSES = ("cross_entropy", "focal", "squared", "absolute", "huber")
SCHEDULES = ("one_cycle", "cosine", "step", "constant")
MONITORS = ("loss", "accuracy")
DEVICES = ("auto", "cpu", "cuda")
PRECISIONS = ("auto", "float32", "bfloat16")

_TRAINING = (
    Parameter("epochs", 30, "Most passes over the rows.", minimum=1, maximum=10_000),
    Parameter("batch_size", 32, "Rows of a step.", minimum=1, maximum=65_536),
    Parameter(
        "learning_rate",
        0.002,
        "Largest step of the optimizer.",
        minimum=1e-7,
        maximum=10.0,
        search_low=2e-4,
        search_high=0.02,
        is_log=True,
    ),
    Parameter("optimizer", "adamw", "Which way the steps go.", choices=OPTIMIZERS),
    Parameter(
        "loss",
        "auto",
        "What is made small; auto: cross-entropy for classes, the squared error for values.",
        choices=("auto", *LOSSES),
        is_tuned=False,
    ),
    Parameter(
        "schedule",
        "one_cycle",
        "How the steps shrink: one_cycle (they grow first), cosine, step (a tenth at half and at "
        "three quarters of the epochs) or constant.",
        choices=SCHEDULES,
    ),
    Parameter(
        "weight_decay",
        0.01,
        "Share of the weights that each step takes away, times its length.",
        minimum=0.0,
        maximum=10.0,
        search_low=1e-4,
        search_high=0.1,
        is_log=True,
    ),
    Parameter(
        "label_smoothing",
        0.0,
        "Share of the target that is spread over all classes.",
        minimum=0.0,
        maximum=0.5,
    ),
    Parameter(
        "gradient_clip", 1.0, "Greatest length of a gradient; 0 for any.", minimum=0.0, maximum=1e6
    ),
    Parameter(
        "patience",
        10,
        "Epochs without a better answer for validation rows after which training ends; 0 for none.",
        minimum=0,
        maximum=10_000,
    ),
    Parameter(
        "monitor",
        "loss",
        "What is watched on validation rows.",
        choices=MONITORS,
        is_tuned=False,
    ),
    Parameter(
        "keep_best",
        default=True,
        help="Keep the weights of the epoch that answers validation rows best, not the last.",
        is_tuned=False,
    ),
    Parameter(
        "checkpoints",
        default=True,
        help="Keep after each epoch what a training that is stopped goes on from.",
        is_tuned=False,
    ),
    Parameter(
        "device",
        "auto",
        "Where to train; auto: a GPU where there is one.",
        choices=DEVICES,
        is_tuned=False,
    ),
    Parameter(
        "precision",
        "auto",
        "Of the sums; auto: bfloat16 on a GPU that has it, and for pictures on a CPU with AMX.",
        choices=PRECISIONS,
        is_tuned=False,
    ),
)
_AUGMENTATION = (
    Parameter(
        "horizontal_flip",
        default=False,
        help="Mirror half of the pictures, anew in each epoch.",
    ),
    Parameter(
        "rotation_range",
        0.0,
        "Turn pictures by up to this many degrees.",
        minimum=0.0,
        maximum=180.0,
    ),
    Parameter(
        "crop_range", 0.0, "Shift and zoom by up to this share of a side.", minimum=0.0, maximum=0.5
    ),
    Parameter(
        "colour_range",
        0.0,
        "Change brightness, contrast and colours by up to this share.",
        minimum=0.0,
        maximum=1.0,
    ),
)


@dataclass(frozen=True)
class Augmentation:
    """How pictures are changed while a network learns from them; see the hyperparameters."""

    horizontal_flip: bool
    rotation_range: float
    crop_range: float
    colour_range: float

    @property
    def changes(self) -> bool:
        """Whether anything is changed at all."""
        return self.horizontal_flip or self.moves or self.colour_range > 0

    @property
    def moves(self) -> bool:
        """Whether pixels change places, mirrors aside."""
        return self.rotation_range > 0 or self.crop_range > 0


@dataclass(frozen=True)
class Regime:
    """How a network is trained; see the hyperparameters."""

    epochs: int
    batch_size: int
    learning_rate: float
    optimizer: str
    loss: str
    schedule: str
    weight_decay: float
    label_smoothing: float
    gradient_clip: float
    patience: int
    monitor: str
    keep_best: bool
    device: str
    precision: str
    augmentation: Augmentation

    @classmethod
    def of(cls, parameters: Mapping[str, Any]) -> Self:
        """Return what hyperparameters say."""
        named = {each.name for each in fields(cls)} - {"augmentation"}
        # A network that sees no pictures has no word for how they are changed.
        said = {each.name: parameters.get(each.name, each.default) for each in _AUGMENTATION}
        changed = Augmentation(**said)
        return cls(**{name: parameters[name] for name in named}, augmentation=changed)


def training_parameters(**defaults: float | str | bool) -> tuple[Parameter, ...]:
    """Return the hyperparameters of a training on pictures, with other defaults for a network."""
    return _with_defaults((*_TRAINING, *_AUGMENTATION), defaults)


def blind_training_parameters(**defaults: float | str | bool) -> tuple[Parameter, ...]:
    """Return those of a training without pictures."""
    return _with_defaults(_TRAINING, defaults)


def _with_defaults(
    known: tuple[Parameter, ...], defaults: Mapping[str, float | str | bool]
) -> tuple[Parameter, ...]:
    return tuple(replace(each, default=defaults.get(each.name, each.default)) for each in known)
