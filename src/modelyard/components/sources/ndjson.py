"""The source that reads JSON lines: one object a line, each a row."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from modelyard.components.sources._typed import opened, raw_table
from modelyard.domain.configs import ReadOptions
from modelyard.domain.errors import MalformedRow
from modelyard.domain.series import frame_of_columns
from modelyard.domain.tables import RawTable
from modelyard.protocols.sources import SourceCard

_MAX_SAMPLE = 80


@dataclass(frozen=True)
class NdjsonSource:
    """Reads files of JSON lines."""

    card: SourceCard

    def read(self, location: Path | str, options: ReadOptions) -> RawTable:
        """Return the members of the objects as columns; a member that an object lacks is missing.

        Numbers are read exactly: a whole number stays whole, however large.

        Raises:
            MalformedRow: at the first line that is no JSON object, or names a member twice.
        """
        path = Path(location)
        columns: dict[str, list[Any]] = {}
        n_rows = 0
        with opened(path, self.card.title):
            for row in _rows(path):
                for name, value in row.items():
                    if name not in columns:
                        columns[name] = [None] * n_rows
                    columns[name].append(value)
                n_rows += 1
                if len(row) < len(columns):
                    for name in columns.keys() - row.keys():
                        columns[name].append(None)
        return raw_table(frame_of_columns(columns), path, options=options, source=self.card.key)


COMPONENT = NdjsonSource(SourceCard("ndjson", "JSON lines", (".ndjson", ".jsonl")))


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    decoder = json.JSONDecoder(object_pairs_hook=_members)
    n_rows = 0
    with path.open(encoding="utf-8-sig") as lines:
        for line in lines:
            text = line.strip()
            if not text:
                continue
            n_rows += 1
            try:
                row = decoder.decode(text)
            except (ValueError, RecursionError) as error:
                _refuse(n_rows, text, str(error))
            if not isinstance(row, dict):
                _refuse(n_rows, text, f"it is a {type(row).__name__}, not an object")
            yield row


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"it names '{twice}' twice")
    return members


def _refuse(row: int, text: str, why: str) -> NoReturn:
    raise MalformedRow(
        f"Row {row} is no JSON object: {why}.",
        fix='Write one object such as {"age": 41} a line.',
        row=row,
        sample=text[:_MAX_SAMPLE],
    )
