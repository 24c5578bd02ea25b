"""Makes datasets of the sample tables, for those who have no data of their own at hand."""

from dataclasses import dataclass

from modelyard.domain.datasets import DatasetState, DatasetVersion
from modelyard.domain.errors import NotFound
from modelyard.domain.identities import Caller
from modelyard.kit.hashing import sha256_of
from modelyard.kit.matching import known_names
from modelyard.services.named_datasets import NamedDatasetService
from modelyard.services.samples import TABLES, Sample, read_sample
from modelyard.services.uploads import UploadRequest, UploadService


@dataclass(frozen=True)
class SampleDatasetService:
    """Makes datasets of the sample tables."""

    datasets: NamedDatasetService
    uploads: UploadService

    def add(self, name: str, *, caller: Caller) -> DatasetVersion:
        """Make a dataset of a sample table; where it is one already, that one is returned.

        Raises:
            NotFound: if there is no such sample, with the nearest name.
            StoreError: if the disk does not take it.
        """
        found = next((table for table in TABLES if table.name == name), None)
        if found is None:
            names = [table.name for table in TABLES]
            raise NotFound(f"There is no sample '{name}'.", fix=known_names(name, names))
        content = read_sample(found.filename)
        known = self._known(found, sha256_of(content))
        if known is not None:
            return known
        request = UploadRequest(
            name=found.name,
            filename=found.filename,
            size_bytes=len(content),
            created_by=caller.subject,
        )
        return self.uploads.take(request, [content])

    def _known(self, sample: Sample, sha256: str) -> DatasetVersion | None:
        try:
            latest = self.datasets.get(sample.name)
        except NotFound:
            return None
        is_it = latest.sha256 == sha256 and latest.state is not DatasetState.FAILED
        return latest if is_it else None
