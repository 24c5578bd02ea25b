"""Files of predictions that jobs have made: one folder a tenant, one file a claim that got so far.

Which of them is the result stands in the job's record; the others were left by attempts that were
killed, and whoever looks after the job deletes them.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from modelyard.domain.batches import AnswerForm, AnswerRecord
from modelyard.domain.errors import DamagedFile
from modelyard.domain.jobs import Fence
from modelyard.kit.hashing import sha256_of_file
from modelyard.store.artifacts import force_folder_to_disk
from modelyard.store.failures import explaining


@dataclass(frozen=True)
class AnswerFiles:
    """Files by job and token in one folder, made on first use, readable by its owner only."""

    root: Path

    def place(self, draft: Path, fence: Fence, *, form: AnswerForm) -> AnswerRecord:
        """Take in a finished file, forced to the disk, from elsewhere on the same disk.

        Raises:
            StoreError: if the disk does not let us.
        """
        name = f"{_beginning(fence)}{form}"
        with explaining(self.root):
            self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
            size_bytes, sha256 = draft.stat().st_size, sha256_of_file(draft)
            draft.replace(self.root / name)
            force_folder_to_disk(self.root)
        return AnswerRecord(name, form, size_bytes, sha256)

    def path_of(self, record: AnswerRecord) -> Path:
        """Return where a file is; its size is compared, its content is not.

        Raises:
            DamagedFile: if it is not there, or has another size.
        """
        path = self.root / record.name
        found = path.stat().st_size if path.is_file() else None
        if found != record.size_bytes:
            told = "it is gone" if found is None else f"it has {found:,} bytes"
            raise DamagedFile(
                f"The file of predictions is damaged: {told}; {record.size_bytes:,} were written.",
                fix="Restore it from a backup, or ask for the predictions again.",
                sample=record.name,
            )
        return path

    def of_job(self, job_id: str) -> tuple[str, ...]:
        """Return the names of the files that claims of a job have left."""
        return tuple(sorted(path.name for path in self._found(job_id)))

    def jobs_before(self, at: datetime) -> tuple[str, ...]:
        """Return the ids of the jobs that have left a file before a time, and none since."""
        newest: dict[str, float] = {}
        for path in self._found("*"):
            with suppress(FileNotFoundError):
                job_id = path.name.partition(".")[0]
                newest[job_id] = max(newest.get(job_id, 0.0), path.stat().st_mtime)
        return tuple(sorted(each for each, left in newest.items() if left < at.timestamp()))

    def is_of(self, name: str, fence: Fence) -> bool:
        """Return whether a file was left by this claim."""
        return name.startswith(_beginning(fence))

    def delete(self, name: str) -> None:
        """Delete a file; where there is none, nothing is to be done."""
        with explaining(self.root):
            (self.root / name).unlink(missing_ok=True)

    def _found(self, job_id: str) -> Iterator[Path]:
        return self.root.glob(f"{job_id}.*")


def _beginning(fence: Fence) -> str:
    return f"{fence.job_id}.{fence.token}."
