"""One training of a network on its way: its steps, what they came to, and going on from there."""

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from modelyard.domain.errors import InvalidValue
from modelyard.networks.training.augmenting import augmented
from modelyard.networks.training.checkpoints import Checkpoint
from modelyard.networks.training.choices import Loss, loss_of, optimizer_of, share_at
from modelyard.networks.training.devices import precision
from modelyard.networks.training.regimes import Regime
from modelyard.networks.training.rows import Source

# Rows that are answered at once, where nothing is learned from them.
_ROWS_AT_ONCE = 256
# A few pictures are learned in more steps than their number asks for; smaller batches than this
# say too little of the mean and spread of all.
_LEAST_STEPS, _SMALLEST_BATCH = 4, 8
# Twice as many as a mean with a momentum of 0.1 remembers.
_FEW_STEPS = 20


@dataclass(frozen=True)
class Epoch:
    """What came of one pass over the rows.

    Attributes:
        number: 1 is the first.
        loss: mean over the rows that taught.
        learning_rate: of its last step.
        held_loss, held_accuracy: over validation rows; None without any, or for values.
    """

    number: int
    loss: float
    learning_rate: float
    held_loss: float | None = None
    held_accuracy: float | None = None


@dataclass
class Course:
    """How a training went.

    Attributes:
        epochs: in order.
        best: number of the epoch whose weights are kept.
        is_over: whether nothing is left to do.
    """

    epochs: list[Epoch] = field(default_factory=list)
    best: int = 0
    is_over: bool = False


@dataclass
class Run:
    """One training on its way.

    Attributes:
        n_steps: of all epochs.
        worth: of the best epoch so far, more is better.
        kept: weights of that epoch; empty where the last are kept.
    """

    regime: Regime
    n_classes: int
    network: Any
    optimizer: Any
    loss: Loss
    device: str
    size: int
    n_batches: int
    course: Course = field(default_factory=Course)
    worth: float = -math.inf
    kept: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def begun(
        cls, network: Any, regime: Regime, *, n_classes: int, device: str, n_rows: int
    ) -> "Run":
        """Return the training of a network before its first step."""
        size = min(regime.batch_size, max(n_rows // _LEAST_STEPS, _SMALLEST_BATCH), n_rows)
        return cls(
            regime,
            n_classes,
            network,
            optimizer_of(regime, network.parameters()),
            loss_of(regime, n_classes=n_classes),
            device,
            size,
            # What is left over is too few to tell their mean and spread by: it waits.
            max(n_rows // size, 1),
        )

    def learn(self, source: Source, number: int) -> float:
        """Make the steps of an epoch, and return the mean loss."""
        import torch

        self.network.train()
        regime, total = self.regime, torch.zeros((), device=self.device)
        for at, rows in enumerate(self._batches(len(source))):
            done = ((number - 1) * self.n_batches + at) / (regime.epochs * self.n_batches)
            for group in self.optimizer.param_groups:
                group["lr"] = regime.learning_rate * share_at(regime.schedule, done)
            inputs, targets, weight = source.batch(rows)
            if source.pictures is not None:
                inputs = (augmented(inputs[0], regime.augmentation), *inputs[1:])
            with precision(self.device, regime.precision):
                answers = self.network(*inputs)
            losses = self.loss(answers.float(), targets)
            loss = losses.mean() if weight is None else (losses * weight).mean()
            self.optimizer.zero_grad(set_to_none=True)
            loss.backward()
            if regime.gradient_clip:
                torch.nn.utils.clip_grad_norm_(self.network.parameters(), regime.gradient_clip)
            self.optimizer.step()
            total += loss.detach()
        mean = float(total) / self.n_batches
        if not math.isfinite(mean):
            raise InvalidValue(
                f"The loss is not finite after {number} epochs: the steps are too long.",
                fix="Set a smaller learning_rate, or a gradient_clip.",
                sample=str(regime.learning_rate),
            )
        return mean

    def settle(self, source: Source) -> None:
        """Let layers that scale by means know those of all rows, where an epoch was a few steps.

        What they gather on the way lags behind by some ten steps. Source: Wu, Johnson: Rethinking
        "Batch" in BatchNorm (2021), section 3.
        """
        import torch

        scaling = [each for each in self.network.modules() if hasattr(each, "running_mean")]
        if self.n_batches >= _FEW_STEPS or not scaling:
            return
        usual = [each.momentum for each in scaling]
        for each in scaling:
            each.reset_running_stats()
            each.momentum = None
        self.network.train()
        with torch.no_grad():
            for start in range(0, len(source) - self.size + 1, self.size):
                self.network(*source.batch(torch.arange(start, start + self.size))[0])
        for each, momentum in zip(scaling, usual, strict=True):
            each.momentum = momentum

    def judged(self, epoch: Epoch, held: Source) -> Epoch:
        """Return the epoch with what validation rows say of it."""
        import torch

        self.network.eval()
        losses, hits = 0.0, 0.0
        with torch.inference_mode():
            for start in range(0, len(held), _ROWS_AT_ONCE):
                rows = torch.arange(start, min(start + _ROWS_AT_ONCE, len(held)))
                inputs, targets, weight = held.batch(rows)
                with precision(self.device, self.regime.precision):
                    answers = self.network(*inputs)
                answers = answers.float()
                found = self.loss(answers, targets)
                losses += float((found if weight is None else found * weight).sum())
                if self.n_classes:
                    hits += float((answers.argmax(1) == targets).sum())
        accuracy = hits / len(held) if self.n_classes else None
        known = asdict(epoch) | {"held_loss": losses / len(held), "held_accuracy": accuracy}
        return Epoch(**known)

    def note(self, epoch: Epoch) -> None:
        """Write an epoch down, keep its weights where it is the best, and see whether to go on."""
        regime, course = self.regime, self.course
        course.epochs.append(epoch)
        if epoch.held_loss is None:
            course.best = epoch.number
            return
        by_hits = regime.monitor == "accuracy" and epoch.held_accuracy is not None
        worth = epoch.held_accuracy if by_hits else -epoch.held_loss
        if worth is not None and worth > self.worth:
            self.worth, course.best = worth, epoch.number
            if regime.keep_best:
                self.kept = {k: v.detach().clone() for k, v in self.network.state_dict().items()}
        is_stale = epoch.number - course.best >= regime.patience
        course.is_over = bool(regime.patience) and is_stale

    def state(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return all that going on from here depends on: plain values, and tensors."""
        import torch

        tensors = {f"network.{k}": v for k, v in self.network.state_dict().items()}
        tensors |= {f"kept.{k}": v for k, v in self.kept.items()}
        tensors["rng.cpu"] = torch.get_rng_state()
        if self.device == "cuda":
            tensors["rng.cuda"] = torch.cuda.get_rng_state()
        for at, each in self.optimizer.state_dict()["state"].items():
            held = {name: value for name, value in each.items() if torch.is_tensor(value)}
            tensors |= {f"optimizer.{at}.{name}": value for name, value in held.items()}
        epochs = [asdict(epoch) for epoch in self.course.epochs]
        plain = {"epochs": epochs, "best": self.course.best, "is_over": self.course.is_over}
        return plain | {"worth": self.worth if math.isfinite(self.worth) else None}, tensors

    def restore(self, found: Checkpoint) -> None:
        """Go on from a checkpoint."""
        import torch

        parts: dict[str, dict[str, Any]] = {}
        for name, tensor in found.tensors.items():
            part, _, own = name.partition(".")
            parts.setdefault(part, {})[own] = tensor
        self.network.load_state_dict(parts["network"])
        self.kept = {name: tensor.to(self.device) for name, tensor in parts.get("kept", {}).items()}
        state: dict[int, dict[str, Any]] = {}
        weights = [each for group in self.optimizer.param_groups for each in group["params"]]
        for name, tensor in parts.get("optimizer", {}).items():
            at, _, own = name.partition(".")
            state.setdefault(int(at), {})[own] = _lying_as(weights[int(at)], tensor)
        groups = self.optimizer.state_dict()["param_groups"]
        self.optimizer.load_state_dict({"state": state, "param_groups": groups})
        torch.set_rng_state(parts["rng"]["cpu"])
        if self.device == "cuda":
            torch.cuda.set_rng_state(parts["rng"]["cuda"])
        epochs = [Epoch(**each) for each in found.state["epochs"]]
        self.course = Course(epochs, int(found.state["best"]), bool(found.state["is_over"]))
        worth = found.state["worth"]
        self.worth = -math.inf if worth is None else float(worth)

    def _batches(self, n_rows: int) -> Iterator[Any]:
        import torch

        order = torch.randperm(n_rows)
        for at in range(self.n_batches):
            yield order[at * self.size : (at + 1) * self.size]


def _lying_as(weights: Any, held: Any) -> Any:
    """Return what is held of weights in their own order in memory, by which one pass goes."""
    import torch

    return torch.empty_like(weights).copy_(held) if held.shape == weights.shape else held
