"""Points at which a test lets a process die, stop or fail, to see what is left behind.

They cost one look into the environment and do nothing unless a test has armed one of them:
`FAILPOINT_OF_MODELYARD=NAME:HOW`, or `NAME:HOW:FILE` to fire once for all processes that share it.
"""

import os
import signal
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

VARIABLE = "FAILPOINT_OF_MODELYARD"

# Every durable step of a job, in the order in which one passes them.
POINTS = (
    "submit.before-commit",
    "submit.after-commit",
    "claim.before-commit",
    "claim.after-commit",
    "child.started",
    "run.added",
    "package.placed",
    "publish.before-commit",
    "publish.after-commit",
    "child.ended",
    "end.before-commit",
)
# What predictions for a whole table pass between the child's start and its result.
ANSWERS_PLACED = "answers.placed"
# What a training of a network passes after each epoch.
CHECKPOINT_KEPT = "checkpoint.kept"
# And every durable step of an upload.
UPLOAD_POINTS = (
    "upload.begun",
    "upload.hashed",
    "upload.placed",
    "upload.before-commit",
    "upload.after-commit",
)
# What a deletion of a dataset passes once it is certain, before rows in the database are swept.
DATASET_DELETED = "dataset.deleted"


def _fail() -> None:
    raise OSError("a test has armed this point")


_HOW: Mapping[str, Callable[[], None]] = MappingProxyType(
    {
        "kill": lambda: os.kill(os.getpid(), signal.SIGKILL),
        "stop": lambda: os.kill(os.getpid(), signal.SIGSTOP),
        "crash": lambda: os.kill(os.getpid(), signal.SIGSEGV),
        "fail": _fail,
    }
)


def reach(point: str) -> None:
    """Pass a point; where a test has armed it, end here in the way that it asks for.

    Raises:
        OSError: if it is armed to fail.
    """
    armed = os.environ.get(VARIABLE)
    if not armed:
        return
    name, how, *once = armed.split(":", 2)
    if name != point or (once and not _is_first(Path(once[0]))):
        return
    _HOW[how]()


def _is_first(path: Path) -> bool:
    """Return whether no process has been here before; the file remembers it."""
    try:
        path.touch(exist_ok=False)
    except FileExistsError:
        return False
    return True
