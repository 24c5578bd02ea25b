"""Keeps what candidates have finished on the disk, so that a run that was killed can go on.

A candidate is a folder that appears whole or not at all: models as recipe and graph, answers as
arrays, and the entry with the hash of each file. Nothing that is read back can run code.
"""

import io
import json
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from modelyard.domain.errors import WorkersLost
from modelyard.domain.leaderboards import Candidate, Entry
from modelyard.domain.trials import TrialStatus
from modelyard.engine.automl.arenas import Arena
from modelyard.engine.automl.fits import FoldFit
from modelyard.kit.hashing import canonical_json, sha256_of
from modelyard.kit.version import VERSION

_ENTRY, _UNFINISHED = "entry.json", ".unfinished-"
_MARK_DIGITS = 32
_KEPT_S = 7 * 24 * 3600
_TOLD = (
    "Candidates that AutoML had finished are kept for a week: the same command on the same data "
    "goes on from them."
)


class Journal:
    """The finished candidates of the runs over one arena, in a folder of its own.

    The folder is found by what the fits depend on: a run that is started again as it was goes on
    where the one before it had to stop. Where two run at once, the first to finish a candidate
    keeps it.
    """

    def __init__(self, root: Path, arena: Arena, *, metric: str) -> None:
        """Take the folder of all journals, and what this one is of."""
        self.folder = root / mark_of(arena, metric)[:_MARK_DIGITS]

    def recall(self) -> list[tuple[Entry, list[FoldFit]]]:
        """Return what was finished before, in the order in which it was tried."""
        found = []
        for path in self.folder.iterdir() if self.folder.is_dir() else ():
            # What a disk has damaged is fitted again.
            with suppress(OSError, ValueError, KeyError, TypeError):
                found.append(_read(path))
        return sorted(found, key=lambda each: each[0].number)

    def remember(self, entry: Entry, fits: Sequence[FoldFit]) -> None:
        """Keep a candidate that was scored on every fold; others teach nothing to a later run.

        Raises:
            OSError: if it cannot be written.
        """
        if not entry.is_complete:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=self.folder))
        try:
            _write(unfinished, entry, fits)
            # Where another run was quicker, or a damaged one is in its place, that one stays.
            with suppress(OSError):
                unfinished.rename(self.folder / entry.candidate.name)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)


def forget(root: Path, marks: Sequence[str] = ()) -> None:
    """Delete journals that are done with, and those that nobody has touched for a week."""
    for path in root.iterdir() if root.is_dir() else ():
        is_old = path.stat().st_mtime < time.time() - _KEPT_S
        if is_old or path.name in marks:
            shutil.rmtree(path, ignore_errors=True)


@contextmanager
def telling_what_is_kept(journal: Journal | None) -> Iterator[None]:
    """Note on what breaks the block off that what was finished is not lost, where it is so."""
    try:
        yield
    except (KeyboardInterrupt, WorkersLost) as error:
        if journal is not None and journal.recall():
            if isinstance(error, WorkersLost):
                error.fix = f"{error.fix} {_TOLD}"
            else:
                error.add_note(_TOLD)
        raise


def mark_of(arena: Arena, metric: str) -> str:
    """Return a hash of all that a score depends on, beside the candidate."""
    plan = arena.plan
    told = {
        "columns": [(each.name, each.kind.value) for each in plan.columns],
        "task": plan.task.value,
        "labels": [str(label) for label in plan.labels],
        "preparation": asdict(plan.preparation),
        "class_weight": str(plan.class_weight),
        "metric": metric,
        "version": VERSION,
        "seeds": [fold.seed for fold in arena.folds],
        "clipped": plan.mending.clipped,
        "merged": plan.mending.merged,
    }
    rows = [
        part.tobytes() for fold in arena.folds for part in (fold.teaching, fold.stopping, fold.held)
    ]
    values = [
        b"" if each is None else each.tobytes() for each in (plan.y, plan.weight, plan.silent)
    ]
    # Neither stands in a text: what separates cells, and what is missing.
    cells_of_text: list[str | None] = plan.blocks.strings.ravel().tolist()
    words = "\x1f".join("\x1e" if each is None else each for each in cells_of_text)
    cells = [plan.blocks.numbers.tobytes(), words.encode("utf-8", "surrogatepass")]
    hashes = [sha256_of(part) for part in (*rows, *values, *cells)]
    return sha256_of(canonical_json({"plan": told, "hashes": hashes}))


def _write(folder: Path, entry: Entry, fits: Sequence[FoldFit]) -> None:
    files = {}
    for each in fits:
        for name, content in _files_of(each).items():
            (folder / name).write_bytes(content)
            files[name] = sha256_of(content)
    told = {"entry": _plain(entry), "files": files}
    (folder / _ENTRY).write_bytes(canonical_json(told))


def _files_of(found: FoldFit) -> dict[str, bytes]:
    arrays = io.BytesIO()
    np.savez(arrays, scores=found.scores, taught=found.taught)
    facts = {
        "recipe": found.recipe,
        "parameters": found.parameters,
        "fit_s": found.fit_s,
        "row_us": found.row_us,
        "batch_us": found.batch_us,
        "difference": found.difference,
        "recipe_us": found.recipe_us,
        "recipe_mark": found.recipe_mark,
    }
    return {
        f"fold-{found.fold}.npz": arrays.getvalue(),
        f"fold-{found.fold}.onnx": found.graph,
        f"fold-{found.fold}.json": canonical_json(facts),
    }


def _read(path: Path) -> tuple[Entry, list[FoldFit]]:
    told = json.loads((path / _ENTRY).read_bytes())
    contents = {name: (path / Path(name).name).read_bytes() for name in told["files"]}
    for name, expected in told["files"].items():
        if sha256_of(contents[name]) != expected:
            raise ValueError(f"{name} was damaged")
    entry = _entry_of(told["entry"])
    return entry, [_fit_of(at, contents) for at in range(len(entry.fold_scores))]


def _fit_of(fold: int, contents: Mapping[str, bytes]) -> FoldFit:
    facts = json.loads(contents[f"fold-{fold}.json"])
    with np.load(io.BytesIO(contents[f"fold-{fold}.npz"]), allow_pickle=False) as arrays:
        scores, taught = arrays["scores"], arrays["taught"]
    return FoldFit(
        fold=fold, scores=scores, taught=taught, graph=contents[f"fold-{fold}.onnx"], **facts
    )


def _plain(entry: Entry) -> dict[str, Any]:
    return {**asdict(entry), "status": entry.status.value}


def _entry_of(raw: Mapping[str, Any]) -> Entry:
    return Entry(
        **{
            **raw,
            "candidate": Candidate(**raw["candidate"]),
            "status": TrialStatus(raw["status"]),
            "fold_scores": tuple(raw["fold_scores"]),
        }
    )
