"""What a failing disk or database means for the user, and what to do about it."""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from modelyard.domain.errors import InvalidValue, ModelyardError, NotFound, StoreError

_FREE_SPACE = "Free some space, or move the project with MODELYARD_HOME, and try again."
# Where a user asked for a file or folder of a project or elsewhere.
OTHER_PLACE = "Choose a place that exists, that you can write, and that has room."
_PERMISSION = "Give yourself write permission, or set MODELYARD_HOME to a folder of your own."

# By the name of SQLite's primary result code: what happened, what to do.
_DATABASE: dict[str, tuple[str, str]] = {
    "SQLITE_NOTADB": (
        "is not a database",
        "Move the file away and a new one is made, or set MODELYARD_HOME to another folder.",
    ),
    "SQLITE_CORRUPT": (
        "is damaged",
        "Restore it from a backup, or move it away and a new one is made.",
    ),
    "SQLITE_BUSY": (
        "is being written by another process, for longer than we wait",
        "Wait until that process has finished, or end it, and try again.",
    ),
    "SQLITE_READONLY": ("cannot be written", _PERMISSION),
    "SQLITE_CANTOPEN": ("cannot be opened", _PERMISSION),
    "SQLITE_PERM": ("cannot be opened", _PERMISSION),
    "SQLITE_FULL": ("cannot grow: the disk is full", _FREE_SPACE),
    "SQLITE_IOERR": (
        "cannot be read or written: the disk reports a failure",
        f"Check that the disk is healthy and has space left. {_FREE_SPACE}",
    ),
}

# By the error's number: what happened, what to do.
_FILES: dict[int, tuple[str, str]] = {
    errno.ENOSPC: ("the disk is full", _FREE_SPACE),
    errno.EDQUOT: ("your share of the disk is used up", _FREE_SPACE),
    errno.EROFS: ("the disk is mounted read-only", _PERMISSION),
    errno.EACCES: ("permission is denied", _PERMISSION),
    errno.EPERM: ("permission is denied", _PERMISSION),
    errno.ENOTDIR: ("a part of the path is a file", "Move that file away."),
    errno.EEXIST: ("a file of that name is in the way", "Move that file away."),
    errno.ENAMETOOLONG: ("its name is longer than the disk takes", "Choose a shorter one."),
    errno.EIO: ("the disk reports a failure", "Check that the disk is healthy."),
}


def explain_database_error(error: BaseException, location: str) -> ModelyardError | None:
    """Return the error that the user should see, or None where it is a mistake of ours.

    Args:
        error: as the database's driver raised it.
        location: the database, as the user knows it.
    """
    name = getattr(error, "sqlite_errorname", "")
    if name == "SQLITE_CONSTRAINT_FOREIGNKEY":
        return NotFound(
            "The record refers to a dataset, run or model that the project does not hold.",
            fix="Record that first; or delete what refers to this record first.",
        )
    if name in {"SQLITE_CONSTRAINT_PRIMARYKEY", "SQLITE_CONSTRAINT_UNIQUE"}:
        return InvalidValue(
            f"A record with this identity exists already ({error}).", fix="Use another one."
        )
    primary = "_".join(name.split("_")[:2])
    if primary not in _DATABASE or not isinstance(error, sqlite3.Error):
        return None
    what, fix = _DATABASE[primary]
    return StoreError(f"The database {location} {what}.", fix=fix)


def explain_file_error(error: OSError, path: Path, *, fix: str = "") -> StoreError:
    """Return the error that the user should see.

    Args:
        error: as the operating system raised it.
        path: what was to be written, read or deleted.
        fix: what to do about it; by default what helps in a project's folder.
    """
    told = "no file or folder can be made there"
    if error.errno != errno.ENOENT:
        told = error.strerror or str(error)
    what, usual = _FILES.get(error.errno or 0, (told, OTHER_PLACE))
    return StoreError(f"{path} cannot be written: {what}.", fix=fix or usual, sample=str(path))


@contextmanager
def explaining(path: Path, *, fix: str = "", of_disk_alone: bool = False) -> Iterator[None]:
    """Turn what the operating system refuses into the error that the user should see.

    Args:
        path: that the user knows, or that of the project; a folder on the way to it is named where
            that is what failed, and never a draft beside it.
        fix: see `explain_file_error`.
        of_disk_alone: whether the block does more than to write, so that only what a disk refuses
            is explained; a file that it does not find, for example, is a fault of its own.

    Raises:
        StoreError: if the block raises an OSError.
    """
    try:
        yield
    except OSError as error:
        if of_disk_alone and error.errno not in _FILES:
            raise
        named = Path(error.filename) if isinstance(error.filename, str) else path
        named = named if named in path.parents else path
        raise explain_file_error(error, named, fix=fix) from error
