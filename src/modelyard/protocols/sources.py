"""A source reads one kind of location into a raw table."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from modelyard.domain.configs import ReadOptions
from modelyard.domain.tables import RawTable


@dataclass(frozen=True)
class SourceCard:
    """Facts about a source.

    Attributes:
        key, title: for users.
        suffixes: lower-case file suffixes that it reads, with the dot.
    """

    key: str
    title: str
    suffixes: tuple[str, ...]


class Source(Protocol):
    """Reads a file."""

    @property
    def card(self) -> SourceCard:
        """Facts about the source."""
        ...

    def read(self, location: Path, options: ReadOptions) -> RawTable:
        """Read the table.

        Raises:
            DataError: if the file is not a sound table; it names row, column and fix.
        """
        ...
