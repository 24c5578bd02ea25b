"""Datasets and their versions: uploads that survive, previews, fixes, downloads."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from modelyard.client.downloads import download
from modelyard.client.flows import answer, content, done, each_of, plain, text
from modelyard.client.operations import Noun, Via, asks, tells
from modelyard.client.requests import create, delete, get
from modelyard.client.steps import Feed, Flow, Pause
from modelyard.client.uploads import Upload, upload
from modelyard.domain.datasets import DatasetState
from modelyard.domain.errors import DataError
from modelyard.wire.bodies import PageOf, PageQuery
from modelyard.wire.datasets import (
    DatasetAnswer,
    DatasetVersionAnswer,
    DeletedVersions,
    LineageAnswer,
    NewVersionRequest,
    PreviewAnswer,
    PreviewQuery,
    RowAnswer,
    SampleList,
    UploadAnswer,
)
from modelyard.wire.galleries import PicturesAnswer, PicturesQuery

Progress = Callable[[int, int], None]
# A job reads what is large: it takes seconds, and up to one for a worker to look.
_LOOK_EVERY_S = 1.0


class Datasets(Noun[Via]):
    """Files that are kept by name and version; a reference is `sales`, or `sales@3`."""

    @asks
    def page(self, query: PageQuery | None = None) -> Flow[PageOf[DatasetAnswer]]:
        """Return one page of the datasets, by name."""
        return answer(get("datasets", query=query), PageOf[DatasetAnswer])

    @tells
    def each(self) -> Feed[DatasetAnswer]:
        """Iterate over all datasets, by name."""
        return each_of(
            lambda cursor: answer(
                get("datasets", query=PageQuery(cursor=cursor)), PageOf[DatasetAnswer]
            )
        )

    @asks
    def show(self, reference: str) -> Flow[DatasetVersionAnswer]:
        """Return a version; of a bare name, the latest one that was not refused."""
        name, _, version = reference.partition("@")
        path = ("datasets", name, "versions", version) if version else ("datasets", name)
        return answer(get(*path), DatasetVersionAnswer)

    @tells
    def versions(self, name: str) -> Feed[DatasetVersionAnswer]:
        """Iterate over the versions of a dataset, the newest first."""
        return each_of(
            lambda cursor: answer(
                get("datasets", name, "versions", query=PageQuery(cursor=cursor)),
                PageOf[DatasetVersionAnswer],
            )
        )

    @asks
    def upload(
        self, file: Path, *, name: str, on_progress: Progress | None = None
    ) -> Flow[DatasetVersionAnswer]:
        """Upload a file as the next version of a dataset, in parts.

        What was cut off is continued, also one that another process began: it is known by its
        name, its size and its SHA-256.

        Args:
            file: on this machine.
            name: of the dataset.
            on_progress: is told the bytes that the platform has, and those of the file.

        Returns:
            The version; a large one is read by a job later, see `read`.

        Raises:
            DataError: if the platform refuses what came.
        """
        return upload(Upload(file, name, on_progress))

    @asks
    def samples(self) -> Flow[SampleList]:
        """Return the sample tables that a first model can be made of."""
        return answer(get("samples"), SampleList)

    @asks
    def add_sample(self, sample: str) -> Flow[DatasetVersionAnswer]:
        """Make a dataset of a sample table; where it is one already, that one is returned."""
        return answer(create("samples", sample), DatasetVersionAnswer)

    @tells
    def uploads(self) -> Feed[UploadAnswer]:
        """Iterate over the uploads on their way."""
        return each_of(lambda _: answer(get("uploads"), PageOf[UploadAnswer]))

    @asks
    def give_up(self, upload_id: str) -> Flow[None]:
        """Give an upload up."""
        return done(delete("uploads", upload_id))

    @asks
    def read(self, reference: str) -> Flow[DatasetVersionAnswer]:
        """Wait until a version has been read, and return what is known of it then.

        Raises:
            DataError: if it could not be read.
        """
        return _read(reference)

    @asks
    def ask_for_reading(self, reference: str) -> Flow[DatasetVersionAnswer]:
        """Have a version read again."""
        return answer(create(*_version(reference), "read"), DatasetVersionAnswer)

    @asks
    def derive(self, name: str, body: NewVersionRequest) -> Flow[DatasetVersionAnswer]:
        """Make a version of the same bytes that is read or mended otherwise."""
        return answer(create("datasets", name, "versions", body=body), DatasetVersionAnswer)

    @asks
    def preview(self, reference: str, *, n_rows: int = 20) -> Flow[PreviewAnswer]:
        """Return the first rows, as typed values."""
        query = PreviewQuery(rows=n_rows)
        return answer(get(*_version(reference), "preview", query=query), PreviewAnswer)

    @asks
    def pictures(self, reference: str, query: PicturesQuery | None = None) -> Flow[PicturesAnswer]:
        """Return some pictures of each class, made small, and how many there are."""
        return answer(get(*_version(reference), "pictures", query=query), PicturesAnswer)

    @asks
    def picture(self, reference: str, row: int) -> Flow[bytes]:
        """Return the picture of a row as a small JPEG, where it is one of those that are shown."""
        return content(get(*_version(reference), "pictures", str(row)))

    @asks
    def profile(self, reference: str) -> Flow[dict[str, Any]]:
        """Return what each column holds, and what goes together."""
        return plain(get(*_version(reference), "profile"))

    @asks
    def profile_page(self, reference: str) -> Flow[str]:
        """Return the profile as a page of HTML."""
        return text(get(*_version(reference), "profile.html"))

    @asks
    def findings(self, reference: str) -> Flow[list[dict[str, Any]]]:
        """Return what the checks found, and the fixes that there are."""
        return plain(get(*_version(reference), "findings"))

    @asks
    def lineage(self, reference: str) -> Flow[LineageAnswer]:
        """Return the trainings on a version, and the models that they made."""
        return answer(get(*_version(reference), "lineage"), LineageAnswer)

    @asks
    def load_rows(self, reference: str) -> Flow[DatasetVersionAnswer]:
        """Have the rows of a version loaded into the database of the platform."""
        return answer(create(*_version(reference), "rows"), DatasetVersionAnswer)

    @tells
    def rows(self, reference: str) -> Feed[RowAnswer]:
        """Iterate over the rows that were loaded into the database."""
        return each_of(
            lambda cursor: answer(
                get(*_version(reference), "rows", query=PageQuery(limit=1000, cursor=cursor)),
                PageOf[RowAnswer],
            )
        )

    @asks
    def download(
        self, reference: str, file: Path, *, on_progress: Progress | None = None
    ) -> Flow[Path]:
        """Write a version to a file, as it was uploaded; its hash is compared.

        Args:
            reference: of the version.
            file: to be written, in place of what is there.
            on_progress: is told the bytes that have come, and all; 0 where that is not known.
        """
        return download(get(*_version(reference), "data"), file, on_progress=on_progress)

    @asks
    def delete(self, reference: str) -> Flow[DeletedVersions]:
        """Delete a version, or every version of a bare name."""
        name, _, version = reference.partition("@")
        path = ("datasets", name, "versions", version) if version else ("datasets", name)
        return answer(delete(*path), DeletedVersions)


def _version(reference: str) -> tuple[str, ...]:
    name, _, version = reference.partition("@")
    return "datasets", name, "versions", version or "latest"


def _read(reference: str) -> Flow[DatasetVersionAnswer]:
    while True:
        version = yield from answer(get(*_version(reference)), DatasetVersionAnswer)
        if version.refusal is not None:
            raise DataError(
                version.refusal.detail,
                fix=version.refusal.fix,
                row=version.refusal.row,
                column=version.refusal.column,
                sample=version.refusal.sample,
            )
        if version.state is not DatasetState.UNREAD:
            return version
        yield Pause(_LOOK_EVERY_S)
