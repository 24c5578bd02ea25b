"""Data that was uploaded: names with versions, the bytes behind them, and bytes on their way.

A version is a content (by its hash), how it is to be read, and what is mended in it. Mending writes
no other bytes: what a cell means must be the same in training and in every later request, so that
the fixes travel with the version into the training's configuration.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Self

from modelyard.domain.errors import InvalidValue, ModelyardError
from modelyard.domain.names import check_name

_VERSION = re.compile(r"[1-9][0-9]{0,17}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


class DatasetFormat(StrEnum):
    """How a file is written; the word is the suffix by which a source knows it."""

    CSV = "csv"
    PACKED_CSV = "csv.gz"
    NDJSON = "ndjson"
    PARQUET = "parquet"
    ARROW = "arrow"
    PICTURES = "zip"


class DatasetState(StrEnum):
    """How far a version is known."""

    UNREAD = "unread"
    READY = "ready"
    FAILED = "failed"


class UploadState(StrEnum):
    """How far an upload has come; the last two are final."""

    RECEIVING = "receiving"
    COMPLETE = "complete"
    FAILED = "failed"


@dataclass(frozen=True)
class Refusal:
    """Why something was refused, as it is kept: the fields of the error that said so."""

    code: str
    detail: str
    fix: str = ""
    row: int | None = None
    column: str | None = None
    sample: str | None = None

    @classmethod
    def of(cls, error: ModelyardError) -> Self:
        """Return what an error says."""
        return cls(
            error.code, error.message, error.fix or "", error.row, error.column, error.sample
        )


@dataclass(frozen=True)
class DatasetVersion:
    """One version of a named dataset.

    Attributes:
        name, version: versions of a name count up from 1 and are never given again.
        sha256, size_bytes: of the file as it came; the identity of its content.
        filename: as whoever gave it called it; for people, never a path.
        state: whether it was read; `refusal` says why it could not be.
        created_by: subject of the caller.
        read: fields of `ReadOptions` that were asked for, as plain values.
        fixes: of findings or columns, as a training's configuration names them.
        applied: what the fixes did, one sentence each.
        derived_from: the version whose content this one reads otherwise; None for an upload.
        data_sha256: what readers call the content: that of the text where the file is packed.
        n_rows, n_columns: None until it is read.
        n_errors, n_warnings: findings of each severity; None until it is read, and of versions
            that were read before these were counted.
    """

    name: str
    version: int
    sha256: str
    size_bytes: int
    format: DatasetFormat
    filename: str
    created_at: datetime
    created_by: str
    state: DatasetState = DatasetState.UNREAD
    refusal: Refusal | None = None
    read: Mapping[str, Any] = field(default_factory=dict)
    fixes: Mapping[str, str] = field(default_factory=dict)
    applied: tuple[str, ...] = ()
    derived_from: int | None = None
    data_sha256: str = ""
    n_rows: int | None = None
    n_columns: int | None = None
    n_errors: int | None = None
    n_warnings: int | None = None

    @property
    def reference(self) -> str:
        """`name@version`, which every door accepts where a dataset is asked for."""
        return f"{self.name}@{self.version}"

    @property
    def blob(self) -> str:
        """Name of the file that holds the content."""
        return f"{self.sha256}.{self.format}"


@dataclass(frozen=True)
class NamedDataset:
    """A name with its versions.

    Attributes:
        latest: the version with the highest number.
        n_versions: that there are.
    """

    latest: DatasetVersion
    n_versions: int

    @property
    def name(self) -> str:
        """Of all its versions."""
        return self.latest.name


@dataclass(frozen=True)
class ResolvedDataset:
    """A version whose bytes were checked, ready to be read.

    Attributes:
        path: of the file; its suffix says how it is written.
        version: with how it is to be read and what is to be mended.
    """

    path: Path
    version: DatasetVersion

    @property
    def sha256(self) -> str:
        """Of the file."""
        return self.version.sha256


@dataclass(frozen=True)
class DatasetRow:
    """One row that was loaded into the database.

    Attributes:
        number: 1 is the first below the header.
        cells: name to plain value, None where missing.
    """

    number: int
    cells: Mapping[str, Any]


@dataclass(frozen=True)
class Upload:
    """Bytes on their way to become a version of a dataset.

    Attributes:
        id: unguessable, unique in the tenant.
        name: of the dataset; `filename` as the client calls the file.
        size_bytes: of the whole, as the client declared it.
        sha256: of the whole, where the client declared it; else empty.
        version: of the dataset that came of it, once it is complete.
        refusal: why it failed.
    """

    id: str
    name: str
    filename: str
    size_bytes: int
    created_at: datetime
    created_by: str
    sha256: str = ""
    state: UploadState = UploadState.RECEIVING
    version: int | None = None
    refusal: Refusal | None = None


@dataclass(frozen=True)
class DatasetReference:
    """How a user points at a dataset: `name`, `name@3`, or the SHA-256 of a file.

    Attributes:
        name: empty where a hash was given.
        version: None for the latest that was not refused.
        sha256: empty where a name was given.
    """

    name: str = ""
    version: int | None = None
    sha256: str = ""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a reference.

        Raises:
            InvalidValue: if it is none of the three.
        """
        if _SHA256.fullmatch(text):
            return cls(sha256=text)
        name, at, version = text.partition("@")
        check_dataset_name(name)
        if not at:
            return cls(name)
        if not _VERSION.fullmatch(version):
            raise InvalidValue(
                f"A version of a dataset is a whole number from 1 on; '{version}' came.",
                fix=f"For example: {name}@1.",
                sample=text,
            )
        return cls(name, int(version))


def check_dataset_name(name: str) -> str:
    """Return `name` if a dataset may be called so: no path, and no 64 digits that look like a hash.

    Raises:
        InvalidValue: if not.
    """
    if _SHA256.fullmatch(name):
        raise InvalidValue(
            "A dataset's name must not look like a SHA-256.", fix="Add a letter.", sample=name
        )
    return check_name(name, "dataset")


def check_sha256(text: str) -> str:
    """Return the hash in lower case.

    Raises:
        InvalidValue: if it is not 64 hexadecimal digits.
    """
    if _SHA256.fullmatch(text.lower()):
        return text.lower()
    raise InvalidValue(
        f"A SHA-256 has 64 hexadecimal digits; '{text[:80]}' came.",
        fix="Compute it as sha256sum does, or leave it out.",
        sample=text[:80],
    )
