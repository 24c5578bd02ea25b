"""Looks whether an installation can do its work, and says what to mend."""

import platform
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from modelyard.domain.errors import ModelyardError
from modelyard.kit.numerals import counted
from modelyard.kit.version import VERSION

# Below this a training on a few hundred thousand rows may fail to write its package.
LEAST_FREE_BYTES = 500_000_000
_LIBRARIES = ("numpy", "polars", "onnxruntime", "cryptography")
_OPTIONAL = ("pandas", "pyarrow")


@dataclass(frozen=True)
class HealthCheck:
    """One thing that was looked at."""

    name: str
    is_sound: bool
    detail: str
    fix: str = ""


@dataclass(frozen=True)
class HealthService:
    """Examines one installation and its project folder.

    Attributes:
        home: the project folder.
        fingerprint: makes or reads the signing key and returns its fingerprint.
        count_runs: opens the database and counts its trainings.
        count_components: scans the shelves and returns how many components each holds.
        libraries: names what the algorithms of the base install need.
    """

    home: Path
    fingerprint: Callable[[], str]
    count_runs: Callable[[], int]
    count_components: Callable[[], dict[str, int]]
    libraries: Callable[[], tuple[str, ...]]
    n_threads: int

    def examine(self) -> tuple[HealthCheck, ...]:
        """Look at everything; a failure of one check does not hide the others."""
        return (
            HealthCheck("modelyard", is_sound=True, detail=VERSION),
            _python(),
            *(_library(name) for name in (*_LIBRARIES, *self.libraries())),
            *(_optional(name) for name in _OPTIONAL),
            HealthCheck("threads", is_sound=True, detail=str(self.n_threads)),
            _disk(self.home),
            _attempt("signing key", lambda: f"fingerprint {self.fingerprint()}"),
            _attempt("database", lambda: counted(self.count_runs(), "training")),
            _attempt("components", self._components),
        )

    def _components(self) -> str:
        return ", ".join(f"{count} {shelf}" for shelf, count in self.count_components().items())


def _python() -> HealthCheck:
    is_sound = sys.version_info >= (3, 11)
    fix = "" if is_sound else "Install Python 3.11 or later."
    return HealthCheck("python", is_sound, platform.python_version(), fix)


def _library(name: str) -> HealthCheck:
    try:
        return HealthCheck(name, is_sound=True, detail=version(name))
    except PackageNotFoundError:
        return HealthCheck(name, is_sound=False, detail="missing", fix=f"pip install {name}")


def _optional(name: str) -> HealthCheck:
    try:
        return HealthCheck(name, is_sound=True, detail=version(name))
    except PackageNotFoundError:
        return HealthCheck(name, is_sound=True, detail="not installed (optional)")


def _disk(home: Path) -> HealthCheck:
    folder = home
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    is_sound = free >= LEAST_FREE_BYTES
    fix = "" if is_sound else "Free some disk space, or set MODELYARD_HOME to another disk."
    return HealthCheck("disk", is_sound, f"{free / 1e9:.1f} GB free for {home}", fix)


def _attempt(name: str, look: Callable[[], str]) -> HealthCheck:
    try:
        return HealthCheck(name, is_sound=True, detail=look())
    except ModelyardError as error:
        return HealthCheck(name, is_sound=False, detail=error.message, fix=error.fix or "")
