"""Optimizers, schedules and losses by the words of the hyperparameters."""

import math
from collections.abc import Callable, Iterable
from typing import Any

from modelyard.domain.errors import InvalidValue
from modelyard.networks.training.regimes import Regime

# Sutskever et al.: On the Importance of Initialization and Momentum in Deep Learning (2013).
_MOMENTUM = 0.9
# Smith, Topin: Super-Convergence (2018), in the form of PyTorch's OneCycleLR: the share of the
# steps that grow, and what the first is of the largest.
_GROWING, _START = 0.3, 1 / 25
# He et al.: Deep Residual Learning (2015), section 3.4: a tenth, when the error stands still.
_SHRINK, _MARKS = 0.1, (0.5, 0.75)
# Lin et al.: Focal Loss for Dense Object Detection (2017), section 4.
_FOCUS = 2.0
# Those that torch updates in one pass over the weights.
_IN_ONE_PASS = frozenset({"adamw", "adam", "sgd", "adagrad"})
_OF_CLASSES = ("cross_entropy", "focal")
_OF_VALUES = ("squared", "absolute", "huber")

Loss = Callable[[Any, Any], Any]


def optimizer_of(regime: Regime, parameters: Iterable[Any]) -> Any:
    """Return the optimizer of a network's parameters."""
    import torch

    kinds = {
        "adamw": torch.optim.AdamW,
        "adam": torch.optim.Adam,
        "nadam": torch.optim.NAdam,
        "sgd": torch.optim.SGD,
        "rmsprop": torch.optim.RMSprop,
        "adagrad": torch.optim.Adagrad,
    }
    own: dict[str, Any] = {"fused": True} if regime.optimizer in _IN_ONE_PASS else {}
    if regime.optimizer == "sgd":
        own |= {"momentum": _MOMENTUM, "nesterov": True}
    # Offsets and scales are not held back: Goyal et al. (2017), section 5.3.
    held = [each for each in parameters if each.requires_grad]
    groups = [
        {"params": [each for each in held if each.ndim > 1], "weight_decay": regime.weight_decay},
        {"params": [each for each in held if each.ndim <= 1], "weight_decay": 0.0},
    ]
    return kinds[regime.optimizer](groups, lr=regime.learning_rate, **own)


def share_at(schedule: str, done: float) -> float:
    """Return the share of the learning rate with which a step is made.

    Args:
        schedule: one of `SCHEDULES`.
        done: share of all steps that were made before, 0 to below 1.
    """
    if schedule == "one_cycle" and done < _GROWING:
        return _START + (1 - _START) * _wave(done / _GROWING)
    if schedule == "one_cycle":
        return 1 - _wave((done - _GROWING) / (1 - _GROWING))
    if schedule == "cosine":
        return 1 - _wave(done)
    if schedule == "step":
        return _SHRINK ** sum(done >= mark for mark in _MARKS)
    return 1.0


def _wave(done: float) -> float:
    """Return half a cosine, from 0 to 1."""
    return (1 - math.cos(math.pi * done)) / 2


def loss_of(regime: Regime, *, n_classes: int) -> Loss:
    """Return the loss of each row: from (n, m) answers and (n,) targets to (n,).

    Args:
        regime: of the training.
        n_classes: 0 for values, which are answered around 0 in units of their spread.

    Raises:
        InvalidValue: if the loss does not go with the target.
    """
    from torch.nn import functional

    fitting = _OF_CLASSES if n_classes else _OF_VALUES
    word = fitting[0] if regime.loss == "auto" else regime.loss
    if word not in fitting:
        raise InvalidValue(
            f"The loss '{word}' does not go with {'classes' if n_classes else 'values'}.",
            fix=f"Use one of: auto, {', '.join(fitting)}.",
            sample=word,
        )
    smoothing = regime.label_smoothing

    def entropy(answers: Any, targets: Any) -> Any:
        return functional.cross_entropy(
            answers, targets, reduction="none", label_smoothing=smoothing
        )

    def focal(answers: Any, targets: Any) -> Any:
        missed = functional.cross_entropy(answers, targets, reduction="none")
        return (1 - (-missed).exp()) ** _FOCUS * missed

    def of_values(kind: Callable[..., Any]) -> Loss:
        return lambda answers, targets: kind(answers[:, 0], targets, reduction="none")

    losses = {
        "cross_entropy": entropy,
        "focal": focal,
        "squared": of_values(functional.mse_loss),
        "absolute": of_values(functional.l1_loss),
        "huber": of_values(functional.huber_loss),
    }
    return losses[word]
