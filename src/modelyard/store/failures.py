"""What a failing disk or database means for the user, and what to do about it.

How each kind of database says so stands in its module of `dialects`.
"""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from modelyard.domain.errors import StoreError, StoreUnavailable

FREE_SPACE = "Free some space, or move the project with MODELYARD_HOME, and try again."
# Where a user asked for a file or folder of a project or elsewhere.
OTHER_PLACE = "Choose a place that exists, that you can write, and that has room."
PERMISSION = "Give yourself write permission, or set MODELYARD_HOME to a folder of your own."

# What a database refuses of a record: the words, and what to do.
UNKNOWN_REFERENCE = (
    "The record refers to a dataset, run or model that the project does not hold.",
    "Record that first; or delete what refers to this record first.",
)
IDENTITY_TAKEN = ("A record with this identity exists already ({}).", "Use another one.")

# A server that is started again answers after some seconds: whoever waits so long is answered.
RETRY_AFTER_S = 5

# By the error's number: what happened, what to do.
_FILES: dict[int, tuple[str, str]] = {
    errno.ENOSPC: ("the disk is full", FREE_SPACE),
    errno.EDQUOT: ("your share of the disk is used up", FREE_SPACE),
    errno.EROFS: ("the disk is mounted read-only", PERMISSION),
    errno.EACCES: ("permission is denied", PERMISSION),
    errno.EPERM: ("permission is denied", PERMISSION),
    errno.ENOTDIR: ("a part of the path is a file", "Move that file away."),
    errno.EEXIST: ("a file of that name is in the way", "Move that file away."),
    errno.ENAMETOOLONG: ("its name is longer than the disk takes", "Choose a shorter one."),
    errno.EIO: ("the disk reports a failure", "Check that the disk is healthy."),
}


def unavailable(message: str, *, fix: str) -> StoreUnavailable:
    """Return the error for a database that does not answer now, and may do so in a moment."""
    return StoreUnavailable(message, fix=fix, retry_after_s=RETRY_AFTER_S)


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
    return StoreError(
        f"{path} cannot be written: {what}.",
        fix=fix or usual,
        sample=str(path),
        elsewhere=f"The platform cannot write what it keeps: {what}.",
    )


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
