"""The history of trainings: list, show, tag, delete, and hand over to other programs."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from modelyard.domain.errors import InvalidValue
from modelyard.domain.queries import Page, RunQuery
from modelyard.domain.runs import Run
from modelyard.domain.trials import Trial
from modelyard.kit.spreadsheets import csv_text
from modelyard.store.files import write_whole
from modelyard.store.runs import Runs
from modelyard.store.trials import Trials

# Of a run, in a file for a spreadsheet; the metrics follow, a column each.
_COLUMNS = (
    "id", "name", "status", "started_at", "duration_s", "fit_s", "task", "algorithm", "metric",
    "n_rows", "seed", "data_location", "data_sha256", "model", "reason",
)  # fmt: skip

_OF_A_TRIAL = ("number", "status", "score", "duration_s", "reason", "why", "peak_bytes")


@dataclass(frozen=True)
class RunService:
    """Looks after the records of trainings."""

    runs: Runs
    kept_trials: Trials

    def find(self, query: RunQuery) -> tuple[Run, ...]:
        """Return the runs that the query asks for."""
        return self.runs.find(query)

    def page(self, query: RunQuery) -> Page[Run]:
        """Return the runs that the query asks for, and the cursor of those after them.

        Raises:
            UnknownKey: if they have nothing that `sort` names.
            InvalidValue: if the cursor is none of this list.
        """
        return self.runs.page(query)

    def get(self, reference: str) -> Run:
        """Return one run by its id or the beginning of it.

        Raises:
            NotFound: if there is none.
        """
        return self.runs.get(reference)

    def get_each(self, references: Sequence[str]) -> tuple[Run, ...]:
        """Return several at once, in their order.

        Raises:
            NotFound: as `get`, of the first that is not there.
        """
        return self.runs.get_each(references)

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


def write_runs(runs: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Write trainings as JSON, whole, or as CSV, a line each with the value of every metric.

    Args:
        runs: the fields of each, of this machine's or of a platform's.
        path: of the file.

    Raises:
        InvalidValue: if the suffix is another.
        StoreError: if the file cannot be written.
    """
    _write(path, runs, runs_csv(runs), what="runs")


def write_trials(trials: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Write the trials of a search as JSON, whole, or as CSV, a line each.

    Args:
        trials: the fields of each.
        path: of the file.

    Raises:
        InvalidValue: if the suffix is another.
        StoreError: if the file cannot be written.
    """
    _write(path, trials, trials_csv(trials), what="trials")


def _write(path: Path, records: Sequence[Mapping[str, Any]], table: str, *, what: str) -> None:
    if path.suffix not in {".json", ".csv"}:
        raise InvalidValue(
            f"{what.capitalize()} are written as .json or .csv; '{path.suffix}' came.",
            fix=f"Name the file {what}.json or {what}.csv.",
            sample=path.suffix,
        )
    written = json.dumps(records, indent=2, default=str) if path.suffix == ".json" else table
    write_whole(path, written.encode())


def trials_csv(trials: Sequence[Mapping[str, Any]]) -> str:
    """Return a line for each trial, with a column for every hyperparameter and every fold."""
    names = sorted({name for trial in trials for name in trial["parameters"]})
    n_folds = max((len(trial["fold_scores"]) for trial in trials), default=0)
    rows = (
        (
            *(trial[name] for name in _OF_A_TRIAL),
            *(trial["parameters"].get(name) for name in names),
            *trial["fold_scores"],
            *([None] * (n_folds - len(trial["fold_scores"]))),
        )
        for trial in trials
    )
    folds = [f"fold_{fold}" for fold in range(1, n_folds + 1)]
    return csv_text([*_OF_A_TRIAL, *names, *folds], rows)


def runs_csv(runs: Sequence[Mapping[str, Any]]) -> str:
    """Return a line for each training; what one does not have is empty."""
    metrics = sorted({key for run in runs for key in run["metrics"]})
    rows = (
        (
            # A platform tells no path of its own.
            *(run.get(name) for name in _COLUMNS),
            *(run["metrics"].get(key, {}).get("value") for key in metrics),
        )
        for run in runs
    )
    return csv_text([*_COLUMNS, *metrics], rows)
