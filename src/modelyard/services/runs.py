"""The history of trainings: list, show, tag, delete, and hand over to other programs."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from modelyard.domain.errors import InvalidValue
from modelyard.domain.queries import RunQuery
from modelyard.domain.runs import Run
from modelyard.domain.trials import Trial
from modelyard.reporting.exports import csv_text
from modelyard.store.files import write_whole
from modelyard.store.runs import Runs
from modelyard.store.trials import Trials

# Of a run, in a file for a spreadsheet; the metrics follow, a column each.
_COLUMNS = (
    "id", "name", "status", "started_at", "duration_s", "fit_s", "task", "algorithm", "metric",
    "n_rows", "seed", "data_location", "data_sha256", "model", "reason",
)  # fmt: skip


@dataclass(frozen=True)
class RunService:
    """Looks after the records of trainings."""

    runs: Runs
    kept_trials: Trials

    def find(self, query: RunQuery) -> tuple[Run, ...]:
        """Return the runs that the query asks for."""
        return self.runs.find(query)

    def get(self, reference: str) -> Run:
        """Return one run by its id or the beginning of it.

        Raises:
            NotFound: if there is none.
        """
        return self.runs.get(reference)

    def trials(self, reference: str) -> tuple[Trial, ...]:
        """Return the trials of a run's search, the best first; none where it had no search.

        Raises:
            NotFound: if there is no such run.
        """
        return self.kept_trials.find(self.runs.get(reference).id)

    def tag(self, reference: str, tags: Mapping[str, str]) -> Run:
        """Set tags of a run and return it."""
        for key, value in tags.items():
            self.runs.tag(reference, key, value=value)
        return self.runs.get(reference)

    def untag(self, reference: str, key: str) -> Run:
        """Remove a tag of a run and return it."""
        self.runs.untag(reference, key)
        return self.runs.get(reference)

    def delete(self, reference: str) -> Run:
        """Forget a run; the model that came of it stays."""
        return self.runs.delete(reference)


def write_runs(runs: Sequence[Run], path: Path) -> None:
    """Write trainings as JSON, whole, or as CSV, a line each with the value of every metric.

    Raises:
        InvalidValue: if the suffix is another.
        StoreError: if the file cannot be written.
    """
    if path.suffix == ".json":
        written = json.dumps([asdict(run) for run in runs], indent=2, default=str)
    elif path.suffix == ".csv":
        written = runs_csv(runs)
    else:
        raise InvalidValue(
            f"Trainings are written as .json or .csv; '{path.suffix}' came.",
            fix="Name the file runs.json or runs.csv.",
            sample=path.suffix,
        )
    write_whole(path, written.encode())


def runs_csv(runs: Sequence[Run]) -> str:
    """Return a line for each training; what one does not have is empty."""
    metrics = sorted({key for run in runs for key in run.metrics})
    rows = (
        (
            *(getattr(run, name) for name in _COLUMNS),
            *(run.metrics.get(key, {}).get("value") for key in metrics),
        )
        for run in runs
    )
    return csv_text([*_COLUMNS, *metrics], rows)
