"""Trains a network: one loop in plain torch, which every network shares.

Equal rows, hyperparameters and seed give equal weights on one machine, whether the training was
stopped on the way or not.
"""

from dataclasses import dataclass
from typing import Any

from modelyard.networks.training.checkpoints import Keeper
from modelyard.networks.training.devices import device_of, repeatable
from modelyard.networks.training.regimes import Regime
from modelyard.networks.training.rows import Rows, Source
from modelyard.networks.training.runs import Course, Epoch, Run
from modelyard.protocols.progress import Progress


@dataclass(frozen=True)
class Trainer:
    """Trains networks.

    Attributes:
        regime: how.
        n_classes: 0 for values.
        seed: of everything random.
        progress: told after each epoch.
        keeper: keeps how far it has come; None for nobody.
        n_threads: cores to use.
    """

    regime: Regime
    n_classes: int
    seed: int
    progress: Progress
    keeper: Keeper | None = None
    n_threads: int = 1

    def train(self, network: Any, taught: Rows, *, held: Rows | None) -> Course:
        """Train a network in place, which ends on the CPU, ready to answer.

        Args:
            network: from (n, 3, height, width) float32 of 0 to 255, from an (n, k) matrix or from
                both, to (n, m) answers.
            taught: rows to learn from.
            held: rows to stop early by.

        Raises:
            InvalidValue: if the loss is not finite.
        """
        import torch

        device = device_of(self.regime.device)
        with repeatable(self.seed, n_threads=self.n_threads):
            network.to(device=device, memory_format=torch.channels_last)
            run = Run.begun(
                network,
                self.regime,
                n_classes=self.n_classes,
                device=device,
                n_rows=len(taught),
            )
            found = self.keeper.find() if self.keeper else None
            if found is not None:
                run.restore(found)
            self._pass(run, taught, held)
            if run.kept:
                network.load_state_dict(run.kept)
        network.to(device="cpu", memory_format=torch.contiguous_format).eval()
        return run.course

    def _pass(self, run: Run, taught: Rows, held: Rows | None) -> None:
        source = Source.on(run.device, taught)
        judged = None if held is None else Source.on(run.device, held)
        for number in range(len(run.course.epochs) + 1, self.regime.epochs + 1):
            if run.course.is_over:
                break
            loss = run.learn(source, number)
            run.settle(source)
            epoch = Epoch(number, loss, run.optimizer.param_groups[0]["lr"])
            if judged is not None:
                epoch = run.judged(epoch, judged)
            run.note(epoch)
            self.progress.advance(number, self.regime.epochs)
            self.progress.say(_told(run.course))
            if self.keeper is not None:
                self.keeper.keep(*run.state())


def _told(course: Course) -> str:
    last = course.epochs[-1]
    told = f"epoch {last.number}: loss {last.loss:.3f}"
    if last.held_loss is not None:
        told += f", validation {last.held_loss:.3f}"
    if last.held_accuracy is not None:
        told += f", {last.held_accuracy:.1%} right"
    return f"{told}; best is epoch {course.best}"
