"""A worker beside the API, in a process of its own: `python -m modelyard.worker.companions WISH`.

It ends with the process that started it, however that ends, and is started again where it ends by
itself.
"""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import msgspec
import structlog

from modelyard.bootstrap import open_project
from modelyard.domain.errors import ModelyardError
from modelyard.kit.companions import PAUSE_S, Companion
from modelyard.kit.families import adopt_orphans, die_with_parent, kill_children
from modelyard.kit.signals import heeded

# Jobs have five seconds to put their things away, and deployments answer what is on their way.
END_WITHIN_S = 7.5
_LOOK_S, _MOST_LOOKS = 0.1, 50


@dataclass(frozen=True)
class CompanionWish:
    """What a worker is to be.

    Attributes:
        n_places: jobs to run at once; None for as many as suit the machine.
        asks_for_keys: as in `deploying.serving_deployments`.
        parent: process that it ends with.
    """

    n_places: int | None
    asks_for_keys: bool
    parent: int


@contextmanager
def worker_beside(*, n_places: int | None, asks_for_keys: bool) -> Iterator[None]:
    """Keep a worker running during the block; at its end nothing is left of it within 8 s.

    Args:
        n_places: jobs to run at once; None for as many as suit the machine.
        asks_for_keys: whether what is deployed asks for API keys.
    """
    # What a killed worker leaves becomes a child of this process, which can end it then.
    adopt_orphans()
    wish = CompanionWish(n_places, asks_for_keys, os.getpid())
    worker = Companion(
        "modelyard.worker.companions", msgspec.json.encode(wish).decode(), ended=_note
    )
    try:
        yield
    finally:
        _end(worker)


def _note(exit_code: int) -> None:
    structlog.get_logger().error("worker ended", exit_code=exit_code, again_in_s=PAUSE_S)


def _end(worker: Companion) -> None:
    """Ask the worker to end in order, and kill it where it does not."""
    try:
        worker.ask_to_end()
        worker.has_ended(within_s=END_WITHIN_S)
    finally:
        for _ in range(_MOST_LOOKS):
            kill_children()
            # It may be being started at this moment.
            if worker.has_ended(within_s=_LOOK_S):
                break
        kill_children()


def main(wish: CompanionWish) -> int:
    """Work until told to end; return the exit code."""
    die_with_parent()
    if os.getppid() != wish.parent:
        return 1  # It ended before the kernel knew of our wish.
    from modelyard.worker.deploying import serving_deployments
    from modelyard.worker.housekeeping import keeping_house
    from modelyard.worker.starting import worker_of

    try:
        project = open_project()
        with (
            heeded(signal.SIGTERM) as is_ending,
            keeping_house(project),
            serving_deployments(project, asks_for_keys=wish.asks_for_keys),
        ):
            worker_of(project, n_places=wish.n_places).work(is_ending=is_ending)
    except ModelyardError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main(msgspec.json.decode(sys.argv[1], type=CompanionWish)))
