"""What was found out about datasets when they were read, as files that are handed out as they are.

Whoever answers for a dataset reads these few kilobytes and never the table itself.
"""

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from modelyard.domain.datasets import DatasetVersion
from modelyard.domain.errors import DamagedFile, InvalidValue
from modelyard.store.artifacts import folder_at

PROFILE, PAGE, FINDINGS, PREVIEW = "profile.json", "profile.html", "findings.json", "preview.ndjson"
# Of a dataset of pictures.
PICTURES = "pictures.ndjson"


@dataclass(frozen=True)
class Descriptions:
    """Folders by name and version below one root."""

    root: Path

    def write(self, version: DatasetVersion, files: Mapping[str, bytes]) -> None:
        """Keep the files of a version, in place of earlier ones; all appear together.

        Where another process reads the same version, its files are the same: either are kept.

        Raises:
            StoreError: if the disk does not take them.
        """
        self.delete(version)
        with suppress(InvalidValue), folder_at(self._folder(version)) as folder:
            for name, content in files.items():
                (folder / name).write_bytes(content)

    def read(self, version: DatasetVersion, name: str) -> bytes:
        """Return one file of a version that was read.

        Raises:
            DamagedFile: if it is gone.
        """
        try:
            return (self._folder(version) / name).read_bytes()
        except FileNotFoundError as error:
            raise _is_gone(version) from error

    def preview(self, version: DatasetVersion, n_rows: int) -> tuple[Any, list[Any]]:
        """Return the columns, and of the first rows as many as are asked for and kept.

        Raises:
            DamagedFile: if they are gone.
        """
        with self.lines(version, PREVIEW) as lines:
            columns = json.loads(next(lines))
            return columns, [json.loads(line) for line in islice(lines, n_rows)]

    def has(self, version: DatasetVersion, name: str) -> bool:
        """Return whether there is such a file."""
        return (self._folder(version) / name).exists()

    @contextmanager
    def lines(self, version: DatasetVersion, name: str) -> Iterator[Iterator[bytes]]:
        """Yield the lines of a file of many, which are read as they are asked for.

        Raises:
            DamagedFile: if it is gone.
        """
        try:
            stream = (self._folder(version) / name).open("rb")
        except FileNotFoundError as error:
            raise _is_gone(version) from error
        with stream:
            yield stream

    def delete(self, version: DatasetVersion) -> None:
        """Delete the files of a version; where there are none, nothing is to be done."""
        shutil.rmtree(self._folder(version), ignore_errors=True)

    def _folder(self, version: DatasetVersion) -> Path:
        return self.root / version.name / str(version.version)


def _is_gone(version: DatasetVersion) -> DamagedFile:
    return DamagedFile(
        f"What was found out about {version.reference} is gone from the disk.",
        fix="Restore it from a backup, or upload the file again.",
        sample=version.reference,
    )
