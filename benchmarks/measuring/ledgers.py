"""Keeps runs in one JSON file as they come, so that a benchmark that was broken off goes on."""

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any


class Ledger:
    """Records in a file, each known by the values of some of its fields.

    Attributes:
        path: of the file; need not exist.
        key: fields of which no two records have the same values.
    """

    def __init__(self, path: Path, *, key: Sequence[str]) -> None:
        self.path, self.key = path, tuple(key)
        known = json.loads(path.read_text(encoding="utf-8"))["runs"] if path.exists() else []
        self._runs = {self._key(run): run for run in known}

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Return the records, the oldest first."""
        return iter(self._runs.values())

    def find(self, wanted: dict[str, Any]) -> dict[str, Any] | None:
        """Return the record with these values, if there is one."""
        return self._runs.get(self._key(wanted))

    def add(self, run: dict[str, Any]) -> None:
        """Add a record, in place of the one of the same key, and write the file at once."""
        self._runs.pop(self._key(run), None)
        self._runs[self._key(run)] = run
        self.path.parent.mkdir(parents=True, exist_ok=True)
        # Whoever breaks off while the file is written finds the one before it.
        fresh = self.path.with_name(f"{self.path.name}.new")
        fresh.write_text(json.dumps({"runs": list(self)}, indent=1) + "\n", encoding="utf-8")
        os.replace(fresh, self.path)  # noqa: PTH105

    def _key(self, run: dict[str, Any]) -> tuple[Any, ...]:
        return tuple(run[name] for name in self.key)
