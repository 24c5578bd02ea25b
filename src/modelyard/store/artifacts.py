"""Folders of files that become visible whole or not at all: the model packages of a project.

A folder is written under a name that nobody looks for, forced to the disk, and renamed.
"""

import errno
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from modelyard.domain.errors import InvalidValue, NotFound, UsageError
from modelyard.domain.names import check_name
from modelyard.store.failures import OTHER_PLACE, explaining

# A leading dot is not allowed in a key, so these never meet an artifact.
_UNFINISHED = ".unfinished-"
_DELETED = ".deleted-"


@dataclass(frozen=True)
class Stored:
    """A folder below the root, whole or half-made.

    Attributes:
        key: of the artifact that it is, or was to become.
        is_deleted: whether somebody has begun to delete it.
        changed_at: when something was last written into it.
    """

    path: Path
    key: str
    is_deleted: bool
    changed_at: datetime


class Artifacts:
    """Folders by key under one root; a key is as safe as a model's name, e.g. a run's id."""

    def __init__(self, root: Path) -> None:
        self._root = root.absolute()

    def path_of(self, key: str) -> Path:
        """Return the folder of an artifact.

        Raises:
            NotFound: if there is none.
            InvalidValue: if the key is not allowed.
        """
        path = self._root / check_name(key)
        if not path.is_dir():
            raise NotFound(
                f"The files of '{key}' are not in {self._root}.",
                fix="Restore them from a backup, or train the model again.",
                sample=key,
            )
        return path

    @contextmanager
    def writing(self, key: str) -> Iterator[Path]:
        """Yield an empty folder to write into; it becomes the artifact when the block ends well.

        The folder lies on the same disk as the artifact and is gone if the block raises; the
        artifact is then at `path_of(key)`.

        Raises:
            InvalidValue: if the key is not allowed or is taken.
            StoreError: if the disk is full or cannot be written.
        """
        target = self._root / check_name(key)
        if target.exists():
            raise _is_taken(key)
        with _folder_at(target, prefix=f"{_UNFINISHED}{key}-") as folder:
            yield folder

    def delete(self, key: str) -> None:
        """Delete an artifact; it disappears at once, its files right after.

        Where there is none, nothing is to be done.

        Raises:
            InvalidValue: if the key is not allowed.
            StoreError: if the disk cannot be written.
        """
        path = self._root / check_name(key)
        if not path.is_dir():
            return
        with explaining(path):
            # A name alone: to make a folder first would need room.
            grave = self._root / f"{_DELETED}{key}-{secrets.token_hex(8)}"
            try:
                path.rename(grave)
            except FileNotFoundError:
                # Another process was faster.
                return
            force_folder_to_disk(self._root)
            shutil.rmtree(grave)

    def stored(self) -> tuple[Stored, ...]:
        """Return every folder below the root: artifacts, and what interrupted processes left."""
        found = (_stored(path) for path in sorted(self._root.glob("*")) if path.is_dir())
        return tuple(each for each in found if each is not None)

    def clear(self, stored: Stored) -> None:
        """Delete one of `stored`, whole or half-made.

        Raises:
            StoreError: if an artifact cannot be deleted.
        """
        if stored.path.name.startswith((_UNFINISHED, _DELETED)):
            # Another process may clear it as well; what stays is found again the next time.
            shutil.rmtree(stored.path, ignore_errors=True)
        else:
            self.delete(stored.key)


@contextmanager
def folder_at(target: Path) -> Iterator[Path]:
    """Yield an empty folder beside `target`; it becomes `target` when the block ends well.

    An empty folder in its place is replaced. The folder is gone if the block raises.

    Raises:
        InvalidValue: if something else is in its place.
        StoreError: if the disk is full or cannot be written.
    """
    with _folder_at(target, prefix=_UNFINISHED, fix=OTHER_PLACE) as folder:
        yield folder


def require_place(target: Path) -> None:
    """Refuse a folder that could not be made, before the work that is to fill it.

    Raises:
        StoreError: if nothing can be written where it, or the first folder on its way, would be.
    """
    target = target.absolute()
    with explaining(target, fix=OTHER_PLACE):
        if target.exists():
            return
        nearest = next(parent for parent in target.parents if parent.exists())
        with tempfile.TemporaryDirectory(prefix=_UNFINISHED, dir=nearest):
            pass


def require_free(out: Path) -> None:
    """Refuse a place for a new folder that something stands at; an empty folder may.

    Raises:
        UsageError: if it is taken.
        StoreError: if it cannot be looked at.
    """
    require_place(out)
    if out.exists() and not (out.is_dir() and not any(out.iterdir())):
        raise UsageError(
            f"'{out}' exists already and is not an empty folder.",
            fix="Choose another folder with --out; nothing is ever overwritten.",
            sample=str(out),
        )


@contextmanager
def _folder_at(target: Path, *, prefix: str, fix: str = "") -> Iterator[Path]:
    with explaining(target, fix=fix):
        target.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=prefix, dir=target.parent))
    try:
        with explaining(target, fix=fix, of_disk_alone=True):
            yield folder
            folder.chmod(0o755)  # mkdtemp makes it the owner's alone
            _force_to_disk(folder)
            _publish(folder, target, fix=fix)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _stored(path: Path) -> Stored | None:
    try:
        changed_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except FileNotFoundError:
        # Its writer has finished or cleared it since we looked.
        return None
    for prefix in (_UNFINISHED, _DELETED):
        if path.name.startswith(prefix):
            # The tail is the random part of a temporary name, which holds no '-'.
            key = path.name.removeprefix(prefix).rpartition("-")[0]
            return Stored(path, key, is_deleted=prefix == _DELETED, changed_at=changed_at)
    return Stored(path, path.name, is_deleted=False, changed_at=changed_at)


def _publish(folder: Path, target: Path, *, fix: str) -> None:
    try:
        folder.rename(target)
    except OSError as error:
        # Another process has placed something there since we looked.
        if error.errno != errno.ENAMETOOLONG and target.exists():
            raise _is_taken(target.name, fix=fix) from error
        raise
    force_folder_to_disk(target.parent)


def _is_taken(name: str, *, fix: str = "") -> InvalidValue:
    return InvalidValue(
        f"'{name}' exists already.", fix=fix or "Use another key, or delete it.", sample=name
    )


def _force_to_disk(folder: Path) -> None:
    for parent, _, names in os.walk(folder):
        for name in names:
            with (Path(parent) / name).open("rb") as stream:
                os.fsync(stream.fileno())
        force_folder_to_disk(Path(parent))


def force_folder_to_disk(folder: Path) -> None:
    """Wait until the disk has the names that a folder holds."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
