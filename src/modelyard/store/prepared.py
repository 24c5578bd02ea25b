"""Tables that were read once, kept so that their file need not be parsed again.

What is kept is a copy: it may be deleted at any time, and nothing goes wrong without it. An entry
is a folder that appears by one renaming; whatever in it does not bear its own hash is thrown away,
so that nothing must be forced to the disk.
"""

import json
import os
import shutil
import tempfile
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import polars as pl

from modelyard.domain.columns import Column, ColumnKind
from modelyard.domain.tables import RawTable, SourceFacts, Table
from modelyard.kit.hashing import canonical_json, sha256_of, sha256_of_file

_FRAME, _FACTS = "table.arrow", "facts.json"
_UNFINISHED = ".unfinished-"
# A folder that is not finished after so long belongs to a process that has ended.
_SAFE_AGE_S = 3600.0
_DAMAGE = (OSError, ValueError, KeyError, TypeError, pl.exceptions.PolarsError)


@dataclass(frozen=True)
class PreparedTables:
    """Tables by key in one folder, the least recently used of them deleted when it is full.

    Attributes:
        root: is made on first use, readable by its owner only: the tables are copies of data.
        limit_bytes: of all entries together; 0 keeps none.
    """

    root: Path
    limit_bytes: int

    def find(self, key: str) -> RawTable | Table | None:
        """Return the table kept under a key, None where there is none that is sound."""
        folder = self.root / key
        if not self.limit_bytes or not folder.is_dir():
            return None
        try:
            found = _read(folder)
            os.utime(folder)
        except _DAMAGE:
            shutil.rmtree(folder, ignore_errors=True)
            return None
        return found

    def keep(self, key: str, table: RawTable | Table) -> None:
        """Keep a table, unless the disk does not let us or somebody has kept it meanwhile."""
        if table.frame.estimated_size() > self.limit_bytes:
            return
        with suppress(OSError, pl.exceptions.PolarsError):
            self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
            draft = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=self.root))
            try:
                _write(draft, table)
                draft.rename(self.root / key)
            finally:
                shutil.rmtree(draft, ignore_errors=True)
            self._make_room()

    def _make_room(self) -> None:
        # A file that somebody laid there is none of ours.
        folders = [path for path in self.root.iterdir() if path.is_dir()]
        used_at = {folder: folder.stat().st_mtime for folder in folders}
        youngest, n_bytes = max(used_at.values(), default=0.0), 0
        for folder in sorted(used_at, key=lambda each: -used_at[each]):
            if folder.name.startswith(_UNFINISHED):
                is_needed = used_at[folder] > youngest - _SAFE_AGE_S
            else:
                n_bytes += sum(path.stat().st_size for path in folder.iterdir())
                is_needed = n_bytes <= self.limit_bytes
            if not is_needed:
                shutil.rmtree(folder, ignore_errors=True)


def _write(folder: Path, table: RawTable | Table) -> None:
    path = folder / _FRAME
    # A third of the bytes on the disk, and read as fast as without.
    table.frame.write_ipc(path, compression="lz4")
    facts: dict[str, Any] = {"frame": sha256_of_file(path), "facts": asdict(table.facts)}
    if isinstance(table, Table):
        facts["columns"] = [asdict(column) for column in table.columns]
    else:
        facts["coded"] = sorted(table.coded)
    content = canonical_json(facts)
    (folder / _FACTS).write_bytes(sha256_of(content).encode() + b"\n" + content)


def _read(folder: Path) -> RawTable | Table:
    """Read an entry.

    Raises:
        Exception: one of `_DAMAGE`, if it is not as it was written.
    """
    path = folder / _FRAME
    digest, _, content = (folder / _FACTS).read_bytes().partition(b"\n")
    if sha256_of(content).encode() != digest:
        raise ValueError(folder)
    told = json.loads(content)
    if sha256_of_file(path) != told["frame"]:
        raise ValueError(folder)
    frame, facts = pl.read_ipc(path), SourceFacts(**_with_tuples(told["facts"]))
    if "columns" not in told:
        return RawTable(frame, facts, frozenset(told["coded"]))
    return Table(frame, tuple(_column(each) for each in told["columns"]), facts)


def _column(told: dict[str, Any]) -> Column:
    return Column(**_with_tuples(told) | {"kind": ColumnKind(told["kind"])})


def _with_tuples(told: dict[str, Any]) -> dict[str, Any]:
    return {k: tuple(v) if isinstance(v, list) else v for k, v in told.items()}
