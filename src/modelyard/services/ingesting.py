"""Reads an uploaded file once, and keeps what people ask of it: size, preview, profile, findings.

It runs where a table may fill the memory: in a worker's job, in a process of its own, or behind the
command line; never in the process that answers requests.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog

from modelyard.catalog import Catalog
from modelyard.domain.datasets import (
    DatasetFormat,
    DatasetReference,
    DatasetState,
    DatasetVersion,
    Refusal,
)
from modelyard.domain.errors import DataError, UsageError
from modelyard.domain.findings import Severity, count_of
from modelyard.domain.readings import options_of
from modelyard.domain.runs import Dataset
from modelyard.domain.tables import Table
from modelyard.engine.examining import Examination, examine_mended, examine_typed
from modelyard.engine.galleries import gallery_of
from modelyard.engine.previewing import plain_rows, preview
from modelyard.engine.relating import relate
from modelyard.kit.inert_json import inert_json
from modelyard.protocols.progress import Progress, Silence
from modelyard.services import galleries
from modelyard.services.datasets import plain_examination, render_examination
from modelyard.services.reading import TableReader
from modelyard.store.blobs import Blobs
from modelyard.store.datasets import Datasets
from modelyard.store.descriptions import (
    FINDINGS,
    PAGE,
    PICTURES,
    PREVIEW,
    PROFILE,
    Descriptions,
)
from modelyard.store.named_datasets import NamedDatasets
from modelyard.store.training_data import TrainingData

_log = structlog.get_logger(__name__)

# Suffixes by which the source of each format knows its files, the usual one first.
_SUFFIXES = {
    DatasetFormat.CSV: (".csv", ".tsv", ".txt"),
    DatasetFormat.PACKED_CSV: (".csv.gz", ".tsv.gz", ".txt.gz"),
    DatasetFormat.NDJSON: (".ndjson", ".jsonl"),
    DatasetFormat.PARQUET: (".parquet", ".pq"),
    DatasetFormat.ARROW: (".arrow", ".feather", ".ipc"),
    DatasetFormat.PICTURES: (".zip",),
}
# A table that people look rows up in; what is larger is for trainings, which read the file.
MOST_LOADED_ROWS = 1_000_000
_BATCH_ROWS = 1_000
# Names of files have 255 bytes at most; a suffix may follow.
_MAX_NAME_BYTES = 240


@dataclass(frozen=True)
class IngestService:
    """Reads versions that nobody has read yet."""

    versions: NamedDatasets
    datasets: Datasets
    blobs: Blobs
    descriptions: Descriptions
    rows: TrainingData
    catalog: Catalog
    tables: TableReader
    now: Callable[[], datetime]

    def ingest(self, reference: str, progress: Progress | None = None) -> DatasetVersion:
        """Read a version, and return it as it is known then: ready, or failed with the reason.

        A version that was read is returned as it is. To read one twice does no harm.

        Raises:
            NotFound: if there is no such dataset.
            DamagedFile: if its file is not what was uploaded.
            StoreError: if the disk does not take what was found out.
        """
        version = self.versions.get(DatasetReference.parse(reference))
        if version.state is not DatasetState.UNREAD:
            return version
        progress = progress or Silence()
        progress.stage("Checking the file")
        path = self.blobs.verified(version.blob, size_bytes=version.size_bytes)
        progress.stage("Reading the table")
        try:
            with called_as(path, filename=version.filename, form=version.format) as link:
                examination = self._examined(version, link)
        except (DataError, UsageError) as error:
            settled = replace(version, state=DatasetState.FAILED, refusal=Refusal.of(error))
        else:
            progress.stage("Describing the columns")
            settled = self._described(version, examination)
        self.versions.settle(settled)
        _log.info("dataset read", dataset=version.reference, state=settled.state.value)
        return self.versions.get(DatasetReference.parse(version.reference))

    def load_rows(self, reference: str, progress: Progress | None = None) -> int:
        """Load the rows of a version into the database, as they are read and mended there.

        Returns:
            How many rows there are.

        Raises:
            NotFound: if there is no such dataset.
            DataError: if it could not be read, or has more rows than a database is loaded with.
            DamagedFile: if its file is not what was uploaded.
        """
        version = self.versions.get(DatasetReference.parse(reference))
        if (version.n_rows or 0) > MOST_LOADED_ROWS:
            raise DataError(
                f"{version.reference} has {version.n_rows:,} rows; {MOST_LOADED_ROWS:,} are the "
                "most that the database is loaded with.",
                fix="Train on it as it is: trainings read the file.",
            )
        progress = progress or Silence()
        progress.stage("Reading the table")
        path = self.blobs.verified(version.blob, size_bytes=version.size_bytes)
        with called_as(path, filename=version.filename, form=version.format) as link:
            table = self._table(version, link)
        progress.stage("Loading the rows")
        return self.rows.load(version, _batches(table, progress))

    def _table(self, version: DatasetVersion, path: Path) -> Table:
        if version.fixes:
            return self._examined(version, path).table
        return self.tables.read_typed(path, options_of(version.read))

    def _described(self, version: DatasetVersion, examination: Examination) -> DatasetVersion:
        """Keep what was found out, and return the version as it is known now."""
        facts = replace(examination.table.facts, location=version.filename)
        table = replace(examination.table, facts=facts)
        examination = replace(examination, table=table)
        self.descriptions.write(version, _files(examination))
        self.datasets.add(
            Dataset(
                sha256=facts.sha256,
                location=version.reference,
                n_rows=table.n_rows,
                n_columns=len(table.columns),
                size_bytes=facts.size_bytes,
                created_at=self.now(),
            )
        )
        return replace(
            version,
            state=DatasetState.READY,
            applied=tuple(each.told for each in examination.mending.applied),
            data_sha256=facts.sha256,
            n_rows=table.n_rows,
            n_columns=len(table.columns),
            n_errors=count_of(Severity.ERROR, examination.findings),
            n_warnings=count_of(Severity.WARNING, examination.findings),
        )

    def _examined(self, version: DatasetVersion, path: Path) -> Examination:
        options, checks = options_of(version.read), self.catalog.checks()
        if version.fixes:
            raw, typing = self.tables.read(path, options), self.tables.type_table
            return examine_mended(
                raw, options, fixes=version.fixes, checks=checks, seed=0, typing=typing
            )
        return examine_typed(self.tables.read_typed(path, options), options, checks=checks, seed=0)


def _files(examination: Examination) -> Mapping[str, bytes]:
    """Return what is handed out about a table, by the names of `store.descriptions`."""
    relations = relate(examination.table, examination.profile)
    told = plain_examination(examination, relations)
    columns, rows = preview(examination.table)
    lines = [inert_json(line) for line in (columns, *rows)]
    named = frozenset(name for each in examination.findings for name in each.pictures)
    gallery = gallery_of(examination.table, named=named)
    pictures = {} if gallery is None else {PICTURES: galleries.written(gallery)}
    findings = [each.to_dict() | {"pictures": each.pictures} for each in examination.findings]
    return pictures | {
        PROFILE: inert_json(told),
        FINDINGS: inert_json(findings),
        PAGE: render_examination(examination, relations, target=None).encode(),
        PREVIEW: b"\n".join(lines) + b"\n",
    }


@contextmanager
def called_as(path: Path, *, filename: str, form: DatasetFormat) -> Iterator[Path]:
    """Yield a path of that file's own name, so that what readers say names what its sender knows.

    Args:
        path: of the file.
        filename: as its sender calls it.
        form: how it is written; a name that says otherwise gets the suffix of it.
    """
    name = filename.encode(errors="replace")[-_MAX_NAME_BYTES:].decode(errors="ignore")
    if not name.lower().endswith(_SUFFIXES[form]):
        name += _SUFFIXES[form][0]
    folder = Path(tempfile.mkdtemp(prefix="modelyard-"))
    try:
        link = folder / name
        link.symlink_to(path)
        yield link
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _batches(table: Table, progress: Progress) -> Iterator[Sequence[Mapping[str, Any]]]:
    for start in range(0, table.n_rows, _BATCH_ROWS):
        rows = plain_rows(table, start, n_rows=_BATCH_ROWS)
        yield [dict(zip(table.names, row, strict=True)) for row in rows]
        progress.advance(start + len(rows), table.n_rows)
