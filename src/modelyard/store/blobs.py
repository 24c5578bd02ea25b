"""Whole files by the hash of their content: the uploads of a tenant.

A file is named by its SHA-256 and, since readers choose by it, a suffix that follows from the
content alone. The same content twice is one file. Nothing is handed out before size and hash were
compared with what the record says.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from modelyard.domain.errors import DamagedFile
from modelyard.kit.hashing import sha256_of_file
from modelyard.store.artifacts import force_folder_to_disk
from modelyard.store.failures import explaining

_LOCK = ".lock"


@dataclass(frozen=True)
class Blobs:
    """Files by hash in one folder, which is made on first use, readable by its owner only."""

    root: Path

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep everybody else from placing and deleting, while a record is made or taken away.

        Whoever finds that a content is there already would else record what is being deleted.
        """
        with explaining(self.root):
            self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle = os.open(self.root / _LOCK, os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def place(self, part: Path, name: str) -> None:
        """Give a finished file its name; one of that name holds the same, or is damaged.

        The part stays, under its own name, until its owner discards it: a process that ends
        in between begins again.

        Args:
            part: on the same disk, forced to it.
            name: hash and suffix.

        Raises:
            StoreError: if the disk does not let us.
        """
        draft = self.root / f".{part.name}"
        with explaining(self.root):
            draft.unlink(missing_ok=True)
            draft.hardlink_to(part)
            draft.replace(self.root / name)
            # Of two names of one file, none is taken away by renaming one to the other (rename(2)).
            draft.unlink(missing_ok=True)
            force_folder_to_disk(self.root)

    def path_of(self, name: str, *, size_bytes: int) -> Path:
        """Return where a file is; its size is compared, its content is not.

        Raises:
            DamagedFile: if it is not there, or has another size.
        """
        path = self.root / name
        try:
            found = path.stat().st_size
        except FileNotFoundError as error:
            raise DamagedFile(
                "The file of the dataset is gone.",
                fix="Restore it from a backup, or upload the file again.",
                sample=name,
            ) from error
        if found != size_bytes:
            raise _is_damaged(f"it has {found:,} bytes; {size_bytes:,} were written", name)
        return path

    def verified(self, name: str, *, size_bytes: int) -> Path:
        """Return where a file is whose size and hash are those that were written.

        Raises:
            DamagedFile: if they are not.
        """
        path = self.path_of(name, size_bytes=size_bytes)
        if sha256_of_file(path) != name.partition(".")[0]:
            raise _is_damaged("its SHA-256 is not its name", name)
        return path

    def delete(self, name: str) -> None:
        """Delete a file; where there is none, nothing is to be done."""
        with explaining(self.root), suppress(FileNotFoundError):
            (self.root / name).unlink()
            force_folder_to_disk(self.root)

    def names(self, *, before: datetime) -> frozenset[str]:
        """Return the names of the files that were last written before a moment."""
        found = set()
        for path in self.root.glob("[0-9a-f]*"):
            with suppress(FileNotFoundError):
                if datetime.fromtimestamp(path.stat().st_mtime, UTC) < before:
                    found.add(path.name)
        return frozenset(found)


def _is_damaged(why: str, name: str) -> DamagedFile:
    return DamagedFile(
        f"The file of the dataset is damaged: {why}.",
        fix="Restore it from a backup, or upload the file again.",
        sample=name,
    )
