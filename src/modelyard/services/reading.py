"""Reads and types a user's table; what was parsed from a large file is kept for the next time."""

import os
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl

from modelyard.catalog import Catalog
from modelyard.domain.configs import ReadOptions
from modelyard.domain.plain import to_plain
from modelyard.domain.tables import RawTable, Table
from modelyard.engine.frames.forms import raw_table_of, source_of
from modelyard.engine.kinds.typing import type_table
from modelyard.kit.addresses import scheme_of
from modelyard.kit.hashing import canonical_json, sha256_of, sha256_of_file
from modelyard.kit.version import VERSION
from modelyard.store.prepared import PreparedTables

# Parsed and typed in a quarter of a second (0.03 s a MB; kept in 0.012 s, taken again in 0.008 s).
# A copy of somebody's data must be worth more than that.
LEAST_BYTES = 8 << 20
# Rows that stand for a table where a look has to be quick: so many cells are looked at in 3 s of a
# core, the start of the process included, where five times as many rows take 13 s
# (`benchmarks/outlining.py`); among 20,000 rows leakage is looked for
# (components/checks/leakage_*.py).
DRAWN_CELLS, LEAST_DRAWN = 2_000_000, 20_000
# A table of hardly more rows is looked at as a whole.
_MANY_TIMES = 4


@dataclass(frozen=True)
class TableReader:
    """Reads tables; of text files it keeps what parsing and typing made of them.

    Attributes:
        kept: keyed by the hash of the file, how it is to be read, and the versions that read it.
        least_bytes: of a file whose tables are kept.
        drawn_cells, least_drawn: cells, and rows at least, that are drawn from a large table.
    """

    catalog: Catalog
    kept: PreparedTables
    least_bytes: int = LEAST_BYTES
    drawn_cells: int = DRAWN_CELLS
    least_drawn: int = LEAST_DRAWN

    def read(self, data: object, options: ReadOptions) -> RawTable:
        """Return the raw table of a path or an object in memory.

        Raises:
            DataError: if it is not a sound table.
            UsageError: if nothing can read it.
        """
        place = self._place_of(data)
        if place is None:
            return raw_table_of(data, self.catalog, options=options)
        key = _key("raw", place, options)
        found = self.kept.find(key)
        if isinstance(found, RawTable):
            return replace(found, facts=replace(found.facts, location=place.location))
        raw = self._parsed(data, options, place)
        if raw.facts.sha256 == place.sha256:
            self.kept.keep(key, raw)
        return raw

    def drawn(self, path: Path, options: ReadOptions, *, sha256: str) -> RawTable | None:
        """Return rows of a large file that were drawn by chance when it was read, in their order.

        Args:
            path: of the file, which is not read.
            options: how it was read.
            sha256: that it has.

        Returns:
            None where the file is not large, or none are kept.
        """
        place = self._place_of(path, sha256=sha256)
        found = None if place is None else self.kept.find(_key("drawn", place, options))
        return found if isinstance(found, RawTable) else None

    def type_table(self, raw: RawTable, options: ReadOptions) -> Table:
        """Return the typed table of a raw one; see `engine.kinds.typing.type_table`."""
        facts = raw.facts
        is_kept = facts.size_bytes >= self.least_bytes and self._is_parsed(facts.source)
        if not (is_kept and self.kept.limit_bytes):
            return type_table(raw, options)
        key = _key("typed", _Place(facts.location, facts.sha256, facts.source), options)
        found = self._typed(key, facts.location)
        # The same file stands for fewer rows or columns where somebody has taken some.
        if found is not None and _is_of(found.frame, raw.frame):
            return found
        table = type_table(raw, options)
        self.kept.keep(key, table)
        return table

    def read_typed(self, data: object, options: ReadOptions) -> Table:
        """Return the typed table of a path or an object in memory.

        Nobody holds the text of the table but who reads it, so that it goes column by column.
        """
        place = self._place_of(data)
        if place is None:
            return type_table(raw_table_of(data, self.catalog, options=options), options)
        key = _key("typed", place, options)
        found = self._typed(key, place.location)
        if found is not None:
            return found
        table = type_table(self._parsed(data, options, place), options)
        if table.facts.sha256 == place.sha256:
            self.kept.keep(key, table)
        return table

    def _parsed(self, data: object, options: ReadOptions, place: "_Place") -> RawTable:
        """Return the raw table of a file; rows that stand for a large one are drawn and kept."""
        raw = raw_table_of(data, self.catalog, options=options)
        n_rows, n_columns = raw.frame.shape
        n_drawn = max(self.drawn_cells // max(n_columns, 1), self.least_drawn)
        is_sound = raw.facts.sha256 == place.sha256 and not raw.known.albums
        if is_sound and n_rows >= _MANY_TIMES * n_drawn:
            # The same rows each time, so that a look tells the same.
            rows = np.random.default_rng(0).choice(n_rows, n_drawn, replace=False)
            self.kept.keep(_key("drawn", place, options), raw.take(np.sort(rows)))
        return raw

    def _typed(self, key: str, location: str) -> Table | None:
        found = self.kept.find(key)
        if not isinstance(found, Table):
            return None
        return replace(found, facts=replace(found.facts, location=location))

    def _is_parsed(self, source: str) -> bool:
        return source in self.catalog.sources() and self.catalog.sources()[source].card.is_parsed

    def _place_of(self, data: object, *, sha256: str = "") -> "_Place | None":
        """Return what a file is known by, None where it is not worth keeping."""
        if not (self.kept.limit_bytes and isinstance(data, str | os.PathLike)):
            return None
        location = Path(data).expanduser()
        is_file = scheme_of(data) is None and location.is_file()
        if not is_file or location.stat().st_size < self.least_bytes:
            return None
        card = source_of(location, self.catalog).card
        if not card.is_parsed:
            return None
        return _Place(str(location), sha256 or sha256_of_file(location), card.key)


@dataclass(frozen=True)
class _Place:
    """Where a table lies, and what tells it from every other."""

    location: str
    sha256: str
    source: str


def _key(what: str, place: _Place, options: ReadOptions) -> str:
    told = {
        "what": what,
        "sha256": place.sha256,
        "source": place.source,
        "options": to_plain(options, "read"),
        "versions": [VERSION, pl.__version__],
    }
    return sha256_of(canonical_json(told))


def _is_of(frame: pl.DataFrame, raw: pl.DataFrame) -> bool:
    return frame.height == raw.height and frame.columns == raw.columns
