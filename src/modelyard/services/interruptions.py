"""Lets AutoML that is interrupted end with its model, once there is something to make one of."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from modelyard.domain.leaderboards import Entry
from modelyard.kit.signals import heeded
from modelyard.protocols.progress import Progress


@contextmanager
def model_first(progress: Progress) -> Iterator[Callable[[Entry], None]]:
    """Yield what is told of each candidate as it ends; once one can answer the model is made.

    Ctrl-C ends the race of the candidates, which hears it by itself. While the model is measured
    and packaged after it, the first Ctrl-C is told so and changes nothing, the second one gives the
    model up. Before anything has been fitted it interrupts at once.

    Args:
        progress: is told that an interruption waits for the model.
    """
    n_finished = 0

    def note(entry: Entry) -> None:
        nonlocal n_finished
        # What a run goes on from was there before anybody could interrupt it.
        n_finished += entry.at_s > 0 and any(score is not None for score in entry.fold_scores)

    def tell() -> None:
        progress.say("the model is being made; Ctrl-C again gives it up")

    with heeded(once=lambda: n_finished > 0, on_first=tell):
        yield note
