"""The data files that models were trained on, known by the hash of their content."""

from typing import Any

import sqlalchemy as sa

from modelyard.domain.errors import InvalidValue
from modelyard.domain.runs import Dataset
from modelyard.store.databases import TenantDatabase, put
from modelyard.store.listing import begins_with, not_found
from modelyard.store.tables.datasets import DATASETS


class Datasets:
    """Records of `datasets`."""

    def __init__(self, database: TenantDatabase) -> None:
        self._database = database
        self._own = DATASETS.c.tenant == database.tenant

    def add(self, dataset: Dataset) -> Dataset:
        """Remember a dataset and return its record: the first one, where the content is known."""
        with self._database.writing() as connection:
            row = {"tenant": self._database.tenant, **_to_row(dataset)}
            put(connection, DATASETS, values=row, replacing=())
        return self.get(dataset.sha256)

    def get(self, sha256: str) -> Dataset:
        """Return the dataset with this hash, or with the only hash that begins so.

        Raises:
            NotFound: if there is none.
            InvalidValue: if several begin so.
        """
        statement = _select().where(self._own, begins_with(DATASETS.c.sha256, sha256))
        with self._database.reading() as connection:
            rows = connection.execute(statement.limit(2)).all() if sha256 else []
        if not rows:
            raise not_found("dataset", sha256, existing=(each.sha256 for each in self.find()))
        if len(rows) > 1:
            raise InvalidValue(
                f"Several datasets begin with '{sha256}'.",
                fix="Give more of its hash.",
                sample=sha256,
            )
        return _from_row(rows[0])

    def find(self, location: str | None = None) -> tuple[Dataset, ...]:
        """Return the datasets, newest first; those read from `location` where it is given."""
        statement = _select().where(self._own).order_by(DATASETS.c.created_at.desc())
        if location is not None:
            statement = statement.where(DATASETS.c.location == location)
        with self._database.reading() as connection:
            return tuple(_from_row(row) for row in connection.execute(statement))


def _select() -> sa.Select[Any]:
    return sa.select(*(DATASETS.c[name] for name in Dataset.__dataclass_fields__))


def _to_row(dataset: Dataset) -> dict[str, Any]:
    return {name: getattr(dataset, name) for name in Dataset.__dataclass_fields__}


def _from_row(row: sa.Row[Any]) -> Dataset:
    return Dataset(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for it
