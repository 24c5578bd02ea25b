"""Puts away what has been kept for long enough: logged predictions, files of answers.

And what hangs on what was deleted: rows of datasets in the database.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Event, Thread

import structlog

from modelyard.bootstrap import Project
from modelyard.domain.errors import ModelyardError
from modelyard.domain.tenants import LOCAL
from modelyard.store.predictions import Predictions

# Days are counted in days: an hour more or less is no matter.
LOOK_EVERY_S = 3_600.0
# Some 50 ms of writing on SQLite, where others wait meanwhile.
TOGETHER = 1_000


@contextmanager
def keeping_house(project: Project) -> Iterator[None]:
    """Put away, every hour, what every tenant has kept for long enough, during the block.

    Args:
        project: of the platform.
    """
    ending = Event()
    thread = Thread(target=_keep_until, args=(project, ending), name="keep-house", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join()


def tidy(project: Project, *, at: datetime, is_ending: Event) -> tuple[int, int]:
    """Put away what is too old by the settings; return how many predictions and files that is.

    Args:
        project: of the platform.
        at: aware UTC time.
        is_ending: whether to leave the rest for the next time.

    Raises:
        StoreError: if the database or the disk does not let us.
    """
    settings, n_predictions, n_files = project.settings, 0, 0
    for tenant in _tenants(project):
        if not is_ending.is_set():
            project.of(tenant).named_datasets.sweep()
        if settings.answer_days and not is_ending.is_set():
            before = at - timedelta(days=settings.answer_days)
            n_files += project.of(tenant).registry.batches.forget(before=before)
        if settings.prediction_days:
            kept = Predictions(project.database.of(tenant))
            before = at - timedelta(days=settings.prediction_days)
            while not is_ending.is_set() and (n := kept.forget(before=before, limit=TOGETHER)):
                n_predictions += n
    return n_predictions, n_files


def _tenants(project: Project) -> set[str]:
    return {LOCAL, *(each.id for each in project.access.tenants.page().items)}


def _keep_until(project: Project, ending: Event) -> None:
    while True:
        try:
            project.database.keep_room()
            # On a full disk too: what is put away makes room.
            with project.database.room():
                n_predictions, n_files = tidy(project, at=datetime.now(UTC), is_ending=ending)
        except ModelyardError as error:
            structlog.get_logger().warning("the house cannot be kept", error=str(error))
        else:
            if n_predictions or n_files:
                structlog.get_logger().info(
                    "put away", n_predictions=n_predictions, n_files=n_files
                )
        if ending.wait(LOOK_EVERY_S):
            return
