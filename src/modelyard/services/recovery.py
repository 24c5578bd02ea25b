"""Puts away what processes left that ended without a word: killed, out of memory, out of power."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from modelyard.domain.errors import InvalidValue
from modelyard.domain.queries import RunQuery
from modelyard.domain.runs import RunStatus
from modelyard.store.artifacts import Artifacts
from modelyard.store.models import Models
from modelyard.store.runs import Runs

REASON = "the process ended without a word"

# A folder that no run is known for is left alone for so long: writing a package takes seconds.
_SAFE_AGE = timedelta(hours=1)


@dataclass(frozen=True)
class RecoveryService:
    """Makes a project whole again; what living processes are about is not touched.

    Attributes:
        is_gone: whether the process that made a mark has surely ended.
        now: returns the aware UTC time.
    """

    runs: Runs
    models: Models
    artifacts: Artifacts
    is_gone: Callable[[str], bool]
    now: Callable[[], datetime]

    def recover(self) -> None:
        """Fail the runs whose process is gone, then delete the folders that nobody needs.

        Raises:
            StoreError: if the project folder cannot be written.
        """
        self._fail_lost_runs()
        self._clear_leftovers()

    def _fail_lost_runs(self) -> None:
        for run in self.runs.find(RunQuery(status=RunStatus.RUNNING, limit=None)):
            if not self.is_gone(run.process):
                continue
            lost = replace(run, status=RunStatus.FAILED, reason=REASON, finished_at=self.now())
            # Another process may find it at the same time.
            with suppress(InvalidValue):
                self.runs.update(lost)
                structlog.get_logger().warning("run failed", run=run.id, reason=REASON)

    def _clear_leftovers(self) -> None:
        named = self.models.artifacts()
        suspects = [each for each in self.artifacts.stored() if each.key not in named]
        if not suspects:
            return
        statuses = self.runs.statuses({each.key for each in suspects})
        # Asked again: a run that has ended by now had registered its model before it did.
        named = self.models.artifacts()
        for each in suspects:
            status = statuses.get(each.key)
            is_young = each.changed_at > self.now() - _SAFE_AGE
            is_needed = is_young if status is None else status is RunStatus.RUNNING
            if each.is_deleted or not (is_needed or each.key in named):
                self.artifacts.clear(each)
