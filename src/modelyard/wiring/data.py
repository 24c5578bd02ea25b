"""Wires what knows datasets: their names, their files, and those that are on their way in."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from modelyard.catalog import Catalog
from modelyard.services.audit import Audit
from modelyard.store.databases import TenantDatabase

if TYPE_CHECKING:
    from modelyard.services.ingesting import IngestService
    from modelyard.services.named_datasets import NamedDatasetService
    from modelyard.services.reading import TableReader
    from modelyard.services.uploads import UploadService
    from modelyard.store.blobs import Blobs


@dataclass(frozen=True)
class DataWiring:
    """The datasets of one tenant.

    Attributes:
        folder: of the data.
        limit_bytes: of one file.
        audit: the record of deeds.
        tables: reads tables, when it is asked for.
        now: tells the time.
    """

    records: TenantDatabase
    folder: Path
    limit_bytes: int
    catalog: Catalog
    audit: Audit
    tables: Callable[[], "TableReader"]
    now: Callable[[], datetime]

    @cached_property
    def blobs(self) -> "Blobs":
        """The files that were uploaded."""
        from modelyard.store.blobs import Blobs

        return Blobs(self.folder / "uploads")

    @cached_property
    def uploads(self) -> "UploadService":
        """Files on their way in."""
        from modelyard.services.uploads import UploadService
        from modelyard.store.named_datasets import NamedDatasets
        from modelyard.store.parts import Parts
        from modelyard.store.uploads import Uploads

        return UploadService(
            tenant=self.records.tenant,
            uploads=Uploads(self.records),
            parts=Parts(self.blobs.root / ".parts"),
            blobs=self.blobs,
            contents=NamedDatasets(self.records).contents,
            limit_bytes=self.limit_bytes,
            audit=self.audit,
            now=self.now,
            new_id=lambda: secrets.token_urlsafe(24),
        )

    @cached_property
    def named_datasets(self) -> "NamedDatasetService":
        """Datasets by name and version."""
        from modelyard.services.named_datasets import NamedDatasetService
        from modelyard.store.dataset_users import DatasetUsers
        from modelyard.store.descriptions import Descriptions
        from modelyard.store.lineage import Lineage
        from modelyard.store.named_datasets import NamedDatasets
        from modelyard.store.training_data import TrainingData

        return NamedDatasetService(
            versions_kept=NamedDatasets(self.records),
            lineage_of=Lineage(self.records),
            blobs=self.blobs,
            descriptions=Descriptions(self.folder / "descriptions"),
            rows=TrainingData(self.records),
            users_of=DatasetUsers(self.records).of,
            audit=self.audit,
            now=self.now,
        )

    @cached_property
    def ingesting(self) -> "IngestService":
        """Reading of what was uploaded; it loads what reads and examines tables."""
        from modelyard.services.ingesting import IngestService
        from modelyard.store.datasets import Datasets
        from modelyard.store.named_datasets import NamedDatasets
        from modelyard.store.training_data import TrainingData

        return IngestService(
            versions=NamedDatasets(self.records),
            datasets=Datasets(self.records),
            blobs=self.blobs,
            descriptions=self.named_datasets.descriptions,
            rows=TrainingData(self.records),
            catalog=self.catalog,
            tables=self.tables(),
            now=self.now,
        )
