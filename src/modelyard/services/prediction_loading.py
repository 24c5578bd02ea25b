"""Loads what serving processes have written down into the table of predictions, exactly once.

The place up to which a segment is loaded moves in the transaction that inserts what lies before
it. A segment goes when its writer has ended and all of it is loaded; one that ends in the middle of
a record, which nobody was told of, is kept aside.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import msgspec
import structlog

from modelyard.domain.errors import ModelyardError
from modelyard.domain.logged_predictions import LoggedPrediction, SegmentPlace
from modelyard.kit.segments import FORMAT, Record, is_being_written, read_records
from modelyard.services.prediction_rows import predictions_of
from modelyard.serving.records import decode_record
from modelyard.store.predictions import Predictions
from modelyard.store.serving_files import TORN_SUFFIX, ServingFiles

# Some 30 ms of writing on SQLite, where others wait meanwhile.
RECORDS_TOGETHER = 500


@dataclass(frozen=True)
class PredictionLoader:
    """Loads the logs of one tenant's deployments."""

    predictions: Predictions
    files: ServingFiles

    def load(self) -> int:
        """Load what is new, and return how many predictions that are.

        A segment that cannot be loaded is told in the log and tried again the next time.
        """
        n_loaded = 0
        for deployment, path in self.files.segments():
            try:
                n_loaded += self._load(deployment, path)
            except (OSError, msgspec.MsgspecError, ModelyardError) as error:
                structlog.get_logger().warning(
                    "predictions not loaded", segment=path.name, reason=str(error)
                )
        return n_loaded

    def _load(self, deployment: str, path: Path) -> int:
        # Asked before reading: what its writer has written until it ended is read then.
        may_grow = is_being_written(path)
        place, n_loaded = self.predictions.place(path.name), 0
        while records := list(islice(read_records(path, place.offset), RECORDS_TOGETHER)):
            after = SegmentPlace(path.name, records[-1].end)
            rows = _rows(records, deployment)
            if not self.predictions.load(rows, before=place, after=after):
                # Another worker loads it.
                return n_loaded
            place, n_loaded = after, n_loaded + len(rows)
        if not may_grow:
            self._finish(path, place)
        return n_loaded

    def _finish(self, path: Path, place: SegmentPlace) -> None:
        if not place.is_done:
            done = SegmentPlace(place.segment, place.offset, is_done=True)
            if not self.predictions.load((), before=place, after=done):
                return
        n_torn = path.stat().st_size - (place.offset or len(FORMAT))
        if n_torn > 0:
            structlog.get_logger().warning(
                "segment is torn at its end", segment=path.name, n_bytes=n_torn
            )
            path.rename(path.with_suffix(TORN_SUFFIX))
        else:
            path.unlink()


def _rows(records: Sequence[Record], deployment: str) -> list[LoggedPrediction]:
    return [
        row
        for record in records
        for row in predictions_of(decode_record(record.content), deployment)
    ]
