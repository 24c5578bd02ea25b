"""A training that ends at one point, run by itself: `killed_training.py DATA POINT HOW [OUT]`.

The points are inside the stores and the progress that the service is handed: nothing is patched.
"""

import errno
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from modelyard.bootstrap import open_project
from modelyard.domain.configs import TrainingConfig
from modelyard.domain.jobs import Fence
from modelyard.domain.runs import Model, Run
from modelyard.protocols.progress import Silence
from modelyard.store.artifacts import Artifacts
from modelyard.store.models import Models

POINTS = ("fit", "rename", "publish", "published")


def _interrupt() -> None:
    raise KeyboardInterrupt


def _fill() -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


HOW: dict[str, Callable[[], None]] = {
    "kill": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "interrupt": _interrupt,
    "fill": _fill,
}


class _Ender:
    """Ends the process, interrupts it or fills its disk, at the one point."""

    def __init__(self, point: str, how: str) -> None:
        self._point, self._end = point, HOW[how]

    def reach(self, point: str) -> None:
        if point == self._point:
            self._end()


class _Progress(Silence):
    def __init__(self, ender: _Ender) -> None:
        self._ender = ender

    def stage(self, title: str) -> None:
        if title.startswith("Fitting"):
            self._ender.reach("fit")


class _Artifacts(Artifacts):
    def __init__(self, root: Path, ender: _Ender) -> None:
        super().__init__(root)
        self._ender = ender

    @contextmanager
    def writing(self, key: str) -> Iterator[Path]:
        with super().writing(key) as folder:
            yield folder
            self._ender.reach("rename")


class _Models:
    def __init__(self, models: Models, ender: _Ender) -> None:
        self._models, self._ender = models, ender

    def register(
        self, model: Model, *, made_by: Run | None = None, fence: Fence | None = None
    ) -> Model:
        self._ender.reach("publish")
        registered = self._models.register(model, made_by=made_by, fence=fence)
        self._ender.reach("published")
        return registered


def main(data: str, point: str, how: str, out: str | None = None) -> None:
    """Train, and end at the point."""
    project, ender = open_project(), _Ender(point, how)
    config = TrainingConfig(target="y", algorithm="logistic-regression", name="data")
    service = replace(
        project.training,
        artifacts=_Artifacts(project.settings.home / "models", ender),
        models=_Models(Models(project.records), ender),
    )
    service.train(
        lambda: project.datasets.read(data, config.read),
        config,
        progress=_Progress(ender),
        location=data,
        out=None if out is None else Path(out),
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
