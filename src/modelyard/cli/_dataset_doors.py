"""Named datasets, of the project on this machine or of a platform, asked for in the same words."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from modelyard.cli._doors import client_at
from modelyard.domain.errors import DataError
from modelyard.domain.identities import LOCAL_CALLER

if TYPE_CHECKING:
    from modelyard.bootstrap import Project
    from modelyard.client.clients import Client
    from modelyard.domain.datasets import DatasetVersion
    from modelyard.wire.datasets import DatasetAnswer, DatasetVersionAnswer, PreviewAnswer

_CHUNK_BYTES = 1 << 20


class Datasets(Protocol):
    """What can be asked about datasets, here and elsewhere."""

    def find(self) -> "Sequence[DatasetAnswer]": ...

    def versions(self, name: str, /) -> "Sequence[DatasetVersionAnswer]": ...

    def show(self, reference: str, /) -> "DatasetVersionAnswer": ...

    def models_of(self, reference: str, /) -> Sequence[str]: ...

    def preview(self, reference: str, /, *, n_rows: int) -> "PreviewAnswer": ...

    def add(self, file: Path, /, *, name: str) -> "DatasetVersionAnswer": ...

    def mend(self, reference: str, fixes: Mapping[str, str], /) -> "DatasetVersionAnswer": ...

    def load(self, reference: str, /) -> tuple[str, int | None]: ...

    def delete(self, reference: str, /, *, is_all: bool) -> Sequence[str]: ...


@contextmanager
def datasets_at(url: str | None) -> Iterator[Datasets]:
    """Yield the datasets of a platform, or those of the project on this machine."""
    with client_at(url) as client:
        if client is not None:
            yield _DatasetsThere(client)
            return
        from modelyard.bootstrap import open_project

        yield _DatasetsHere(open_project())


@dataclass(frozen=True)
class _DatasetsHere:
    """The datasets of the project on this machine."""

    project: "Project"

    def find(self) -> "Sequence[DatasetAnswer]":
        from modelyard.wire.datasets import DatasetAnswer

        found = self.project.named_datasets.find().items
        return [DatasetAnswer.model_validate(each) for each in found]

    def versions(self, name: str, /) -> "Sequence[DatasetVersionAnswer]":
        return [_told(each) for each in self.project.named_datasets.versions(name).items]

    def show(self, reference: str, /) -> "DatasetVersionAnswer":
        return _told(self.project.named_datasets.get(reference))

    def models_of(self, reference: str, /) -> Sequence[str]:
        offspring = self.project.named_datasets.lineage(reference)
        return [each.reference for each in offspring.models] if offspring else []

    def preview(self, reference: str, /, *, n_rows: int) -> "PreviewAnswer":
        from modelyard.wire.datasets import PreviewAnswer

        found = self.project.named_datasets.preview(reference, n_rows=n_rows)
        return PreviewAnswer.model_validate(vars(found))

    def add(self, file: Path, /, *, name: str) -> "DatasetVersionAnswer":
        from modelyard.services.uploads import UploadRequest

        request = UploadRequest(
            name=name,
            size_bytes=file.stat().st_size,
            created_by=LOCAL_CALLER.subject,
            filename=file.name,
        )
        return self._read(self.project.uploads.take(request, _pieces(file)))

    def mend(self, reference: str, fixes: Mapping[str, str], /) -> "DatasetVersionAnswer":
        from modelyard.services.named_datasets import Reading

        reading = Reading(fixes=fixes)
        return self._read(
            self.project.named_datasets.derive(reference, reading, caller=LOCAL_CALLER)
        )

    def load(self, reference: str, /) -> tuple[str, int | None]:
        named = self.project.named_datasets
        version = named.require_ready(named.get(reference))
        return version.reference, self.project.ingesting.load_rows(version.reference)

    def delete(self, reference: str, /, *, is_all: bool) -> Sequence[str]:
        service = self.project.named_datasets
        if is_all:
            gone = service.delete_all(reference, caller=LOCAL_CALLER)
        else:
            gone = (service.delete(reference, caller=LOCAL_CALLER),)
        return [each.reference for each in gone]

    def _read(self, version: "DatasetVersion") -> "DatasetVersionAnswer":
        """Read a new version here and now; one that is refused is not kept."""
        known = self.project.ingesting.ingest(version.reference)
        if known.refusal is not None:
            refusal = known.refusal
            self.project.named_datasets.delete(known.reference, caller=LOCAL_CALLER)
            raise DataError(
                refusal.detail,
                fix=refusal.fix,
                row=refusal.row,
                column=refusal.column,
                sample=refusal.sample,
            )
        return _told(known)


@dataclass(frozen=True)
class _DatasetsThere:
    """The datasets of a platform."""

    client: "Client"

    def find(self) -> "Sequence[DatasetAnswer]":
        return list(self.client.datasets.each())

    def versions(self, name: str, /) -> "Sequence[DatasetVersionAnswer]":
        return list(self.client.datasets.versions(name))

    def show(self, reference: str, /) -> "DatasetVersionAnswer":
        return self.client.datasets.show(reference)

    def models_of(self, reference: str, /) -> Sequence[str]:
        return self.client.datasets.lineage(reference).models

    def preview(self, reference: str, /, *, n_rows: int) -> "PreviewAnswer":
        return self.client.datasets.preview(reference, n_rows=n_rows)

    def add(self, file: Path, /, *, name: str) -> "DatasetVersionAnswer":
        return self.client.datasets.read(self.client.datasets.upload(file, name=name).reference)

    def mend(self, reference: str, fixes: Mapping[str, str], /) -> "DatasetVersionAnswer":
        from modelyard.wire.datasets import NewVersionRequest

        older = self.client.datasets.show(reference)
        asked = NewVersionRequest(of=older.version, fixes=dict(fixes))
        return self.client.datasets.read(self.client.datasets.derive(older.name, asked).reference)

    def load(self, reference: str, /) -> tuple[str, int | None]:
        # A worker of the platform does it when its turn comes: how many rows, nobody knows yet.
        return self.client.datasets.load_rows(reference).reference, None

    def delete(self, reference: str, /, *, is_all: bool) -> Sequence[str]:
        # A bare name stands for all its versions there.
        name = reference.partition("@")[0]
        return self.client.datasets.delete(name if is_all else reference).deleted


def _told(version: "DatasetVersion") -> "DatasetVersionAnswer":
    from modelyard.wire.datasets import DatasetVersionAnswer

    return DatasetVersionAnswer.model_validate(version)


def _pieces(file: Path) -> Iterator[bytes]:
    with file.open("rb") as stream:
        while piece := stream.read(_CHUNK_BYTES):
            yield piece
