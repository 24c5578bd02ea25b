"""A source reads one kind of location into a raw table."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from modelyard.domain.configs import ReadOptions
from modelyard.domain.tables import RawTable


@dataclass(frozen=True)
class SourceCard:
    """Facts about a source.

    Attributes:
        key, title: for users.
        suffixes: lower-case file suffixes that it reads, with the dot.
        schemes: of the addresses that it reads, such as `sqlite` of `sqlite:///shop.db`.
        is_parsed: whether cells are parsed from text, so that a table is worth keeping once read.
        reads_folders: whether it reads folders; true for one source.
    """

    key: str
    title: str
    suffixes: tuple[str, ...] = ()
    schemes: tuple[str, ...] = ()
    is_parsed: bool = False
    reads_folders: bool = False


class NotInPiecesError(Exception):
    """The location must be read as a whole."""


class Source(Protocol):
    """Reads a file, or an address that is no file."""

    @property
    def card(self) -> SourceCard:
        """Facts about the source."""
        ...

    def read(self, location: Path | str, options: ReadOptions) -> RawTable:
        """Read the table.

        Args:
            location: the path of a file, or an address as text.
            options: what the user says about how the data is written.

        Raises:
            DataError: if the file is not a sound table; it names row, column and fix.
        """
        ...


@runtime_checkable
class StreamingSource(Source, Protocol):
    """Reads a file in pieces as well, so that it may be larger than the memory."""

    def stream(self, location: Path | str, options: ReadOptions) -> Iterator[RawTable]:
        """Yield the rows in pieces, in their order.

        Raises:
            NotInPiecesError: at any time, if the location must be read as a whole.
            DataError: as `read` would.
        """
        ...
