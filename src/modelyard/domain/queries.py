"""What a user asks for when records are listed: filters that all must hold, an order, a limit."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from modelyard.domain.identities import ModelAccess
from modelyard.domain.runs import RunStatus
from modelyard.domain.tasks import Task

ItemT = TypeVar("ItemT")


@dataclass(frozen=True)
class Page(Generic[ItemT]):
    """A part of a list.

    Attributes:
        items: in the order of the list.
        next_cursor: where the next part begins, for whoever asks with the same filters and order;
            None at the end of the list.
    """

    items: tuple[ItemT, ...]
    next_cursor: str | None = None


@dataclass(frozen=True)
class RunQuery:
    """Which trainings to list; None filters nothing.

    Attributes:
        tags: key to value, or to None where any value will do.
        data_sha256: of the dataset.
        sort: a field of `Run` that has an order, or the key of a metric. Runs without a value
            come last.
        is_descending: newest, largest or last in the alphabet first.
        limit: most rows to return, None for all.
        cursor: of the page before; None begins with the first row.
        access: to models by their names; runs that make others are left out.
    """

    name: str | None = None
    status: RunStatus | None = None
    algorithm: str | None = None
    tags: Mapping[str, str | None] = field(default_factory=dict)
    data_sha256: str | None = None
    sort: str = "started_at"
    is_descending: bool = True
    limit: int | None = None
    cursor: str | None = None
    access: ModelAccess = field(default_factory=ModelAccess)


@dataclass(frozen=True)
class ModelQuery:
    """Which model versions to list; None filters nothing.

    Attributes:
        alias: only the versions that it stands on.
        tags, data_sha256, sort, is_descending, limit, cursor, access: as in `RunQuery`, `sort` and
            `access` of `Model`.
        run_id: of the training that made it.
    """

    name: str | None = None
    task: Task | None = None
    algorithm: str | None = None
    alias: str | None = None
    tags: Mapping[str, str | None] = field(default_factory=dict)
    run_id: str | None = None
    data_sha256: str | None = None
    sort: str = "created_at"
    is_descending: bool = True
    limit: int | None = None
    cursor: str | None = None
    access: ModelAccess = field(default_factory=ModelAccess)
