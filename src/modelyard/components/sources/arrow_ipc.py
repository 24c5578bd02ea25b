"""The source that reads Arrow files (Feather version 2), those of a stream included."""

import io
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from modelyard.components.sources._typed import asked_lists, opened, raw_table, require_flat
from modelyard.domain.configs import ReadOptions
from modelyard.domain.errors import NotATable
from modelyard.domain.tables import RawTable
from modelyard.protocols.sources import SourceCard

_STREAM, _FEATHER_1 = b"\xff\xff\xff\xff", b"FEA1"


@dataclass(frozen=True)
class ArrowSource:
    """Reads Arrow IPC files."""

    card: SourceCard

    def read(self, location: Path | str, options: ReadOptions) -> RawTable:
        """Return the columns of an Arrow file with the types that they have there.

        Raises:
            NotATable: if the file is no Arrow file, or damaged.
            DataError: if a column holds structures, or lists and is not read as sequences.
        """
        path, lists = Path(location), asked_lists(options)
        with opened(path, self.card.title):
            with path.open("rb") as stream:
                start = stream.read(8)
            if start.startswith(_FEATHER_1):
                raise NotATable(
                    f"'{path.name}' is a Feather file of version 1, which Arrow has given up.",
                    fix="Write it again as Feather version 2.",
                )
            if start.startswith(_STREAM):
                frame = pl.read_ipc_stream(path)
            else:
                require_flat(dict(pl.read_ipc_schema(path)), path.name, lists=lists)
                # From bytes, since a mapped file that changes meanwhile would end the process.
                frame = pl.read_ipc(io.BytesIO(path.read_bytes()))
        require_flat(dict(frame.schema), path.name, lists=lists)
        return raw_table(frame, path, options=options, source=self.card.key)


COMPONENT = ArrowSource(SourceCard("arrow", "Arrow or Feather", (".arrow", ".feather", ".ipc")))
