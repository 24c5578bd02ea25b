"""The source that reads Parquet files, after it has looked at what they declare."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from modelyard.components.sources._parquet.footers import read_footer, require_decodable
from modelyard.components.sources._typed import asked_lists, opened, raw_table, require_flat
from modelyard.domain.configs import ReadOptions
from modelyard.domain.tables import RawTable
from modelyard.kit.memory import memory_limit
from modelyard.protocols.sources import SourceCard


@dataclass(frozen=True)
class ParquetSource:
    """Reads Parquet files."""

    card: SourceCard

    def read(self, location: Path | str, options: ReadOptions) -> RawTable:
        """Return the columns of a Parquet file with the types that they have there.

        The footer is judged before any page is decoded: nested columns, but for lists that are
        read as sequences, extension types, and a table that would fill more than half of the
        memory are refused.

        Raises:
            NotATable: if the file is no Parquet file, damaged or encrypted.
            DataError: if the file holds what is refused.
        """
        path = Path(location)
        with opened(path, self.card.title):
            lists, footer = asked_lists(options), read_footer(path)
            require_decodable(footer, path.name, limit_bytes=memory_limit(), lists=lists)
            require_flat(dict(pl.read_parquet_schema(path)), path.name, lists=lists)
            frame = pl.read_parquet(path)
        return raw_table(frame, path, options=options, source=self.card.key)


COMPONENT = ParquetSource(SourceCard("parquet", "Parquet file", (".parquet", ".pq")))
