"""Datasets, their versions and uploads as the REST API tells them."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from modelyard.domain.datasets import DatasetFormat, DatasetState, UploadState
from modelyard.wire.bodies import LARGEST, Answer, Query, RequestBody

# Long enough for every name of a file; what is longer is cut.
_MOST_LETTERS = 1_000

NameText = Annotated[
    str, Field(max_length=_MOST_LETTERS, description="Of the dataset: letters, digits, - _ .")
]
Sha256Text = Annotated[
    str, Field(max_length=_MOST_LETTERS, description="Of the whole file, in hexadecimal digits.")
]


class RefusalAnswer(Answer):
    """Why a file was refused."""

    code: str
    detail: str = Field(description="What was expected, and what came.")
    fix: str
    row: int | None = Field(description="1 is the first below the header.")
    column: str | None
    sample: str | None


class DatasetVersionAnswer(Answer):
    """One version of a dataset."""

    name: str
    version: int
    reference: str = Field(description="`name@version`, which trainings take.")
    state: DatasetState = Field(description="`unread` until a job has read it.")
    refusal: RefusalAnswer | None = Field(description="Why it could not be read.")
    sha256: str = Field(description="Of the file as it was uploaded.")
    data_sha256: str = Field(description="Of its text where it is packed; runs name this one.")
    size_bytes: int
    format: DatasetFormat
    filename: str
    n_rows: int | None
    n_columns: int | None
    n_errors: int | None = Field(description="What stops a training; null until it is read.")
    n_warnings: int | None = Field(description="What is worth a look; null until it is read.")
    read: dict[str, Any] = Field(description="How it is read, where that was said.")
    fixes: dict[str, str] = Field(description="What is mended: finding or column to fix.")
    applied: list[str] = Field(description="What the fixes did, one sentence each.")
    derived_from: int | None = Field(description="The version that this one reads otherwise.")
    created_at: datetime
    created_by: str


class DatasetAnswer(Answer):
    """A dataset with its latest version."""

    name: str
    n_versions: int
    latest: DatasetVersionAnswer


class UploadAnswer(Answer):
    """A file on its way."""

    id: str
    name: str
    filename: str
    state: UploadState
    offset: int | None = Field(description="Bytes that the disk has; null where it has failed.")
    size_bytes: int
    sha256: str = Field(description="As the client declared it; empty where it did not.")
    version: int | None = Field(description="Of the dataset that came of it.")
    refusal: RefusalAnswer | None
    created_at: datetime
    created_by: str


class IncomingFile(Query):
    """What is said of a file before it comes."""

    name: NameText
    filename: Annotated[
        str, Field(max_length=_MOST_LETTERS, description="Of the file, for people.")
    ] = ""
    sha256: Sha256Text = ""


class ReadingRequest(RequestBody):
    """How a text file is written, where that is not found out rightly."""

    encoding: str | None = None
    delimiter: str | None = None
    decimal: Literal[".", ","] | None = None
    header: bool | None = Field(
        default=None, description="Whether the first line names the columns; it is taken to."
    )
    missing_tokens: list[str] | None = None
    kinds: dict[str, str] = Field(default_factory=dict, description="Column to kind.")


class NewVersionRequest(RequestBody):
    """A version of the same content that is read or mended otherwise."""

    of: int | None = Field(
        default=None, ge=1, le=LARGEST, description="Version; null for the latest."
    )
    read: ReadingRequest | None = None
    fixes: dict[str, str] = Field(
        default_factory=dict,
        description='Finding, column or "all" to a fix, or to "recommended".',
        examples=[{"all": "recommended"}],
    )


class PreviewQuery(Query):
    """How much is to be seen."""

    rows: int = Field(
        default=20, ge=1, le=1000, description="Most rows; of wide tables fewer are kept."
    )


class PreviewColumn(Answer):
    """One column of a preview."""

    name: str
    kind: str


class PreviewAnswer(Answer):
    """The first rows."""

    columns: list[PreviewColumn]
    rows: list[list[bool | int | float | str | None]] = Field(
        description="Typed values; text is text, whatever a spreadsheet would make of it."
    )
    n_rows: int = Field(description="Of the whole dataset.")


class RowAnswer(Answer):
    """One row that was loaded into the database."""

    number: int = Field(description="1 is the first below the header.")
    cells: dict[str, bool | int | float | str | None]


class LineageRun(Answer):
    """A training on the data."""

    id: str
    name: str
    status: str
    model: str | None


class LineageAnswer(Answer):
    """What came of a dataset."""

    dataset: str
    data_sha256: str
    runs: list[LineageRun]
    models: list[str]


class DeletedVersions(Answer):
    """What was deleted."""

    deleted: list[str]


class SampleAnswer(Answer):
    """A sample table."""

    name: str = Field(description="Also of the dataset that is made of it.")
    about: str
    target: str = Field(description="The column that is usually predicted.")


class SampleList(Answer):
    """Every sample table."""

    items: list[SampleAnswer]
