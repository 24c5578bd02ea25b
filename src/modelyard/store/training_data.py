"""Rows of datasets in the database, for whoever wants to look them up or ask them by SQL.

Trainings read the file: it is faster, and its hash says that it is what was uploaded.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from modelyard.domain.datasets import DatasetRow, DatasetVersion
from modelyard.domain.queries import Page
from modelyard.store.databases import TenantDatabase
from modelyard.store.listing import Paging, SortKey
from modelyard.store.tables.training_data import TRAINING_DATA

_C = TRAINING_DATA.c
# What goes in one transaction: some 2 MB of a log that begins anew after 4.
_GO_TOGETHER = 10_000


class TrainingData:
    """Records of `training_data`; they go with the version that they are of."""

    def __init__(self, database: TenantDatabase) -> None:
        self._database = database
        self._ours = _C.tenant == database.tenant

    def load(self, version: DatasetVersion, batches: Iterable[Sequence[Mapping[str, Any]]]) -> int:
        """Keep the rows of a version in place of those that there were, and return their number.

        Each batch is a transaction of its own, so that nobody waits for all of them.

        Args:
            version: whose rows they are.
            batches: rows in their order, name to plain value.
        """
        with self._database.writing() as connection:
            connection.execute(sa.delete(TRAINING_DATA).where(self._ours, *_of(version)))
        n_rows = 0
        for batch in batches:
            rows = [
                {
                    "tenant": self._database.tenant,
                    "name": version.name,
                    "version": version.version,
                    "number": number,
                    "cells": dict(cells),
                }
                for number, cells in enumerate(batch, start=n_rows + 1)
            ]
            with self._database.writing() as connection:
                connection.execute(sa.insert(TRAINING_DATA), rows)
            n_rows += len(rows)
        return n_rows

    def forget(self, version: DatasetVersion) -> None:
        """Delete the rows of a version, little by little: at once they would fill a log."""
        numbers = sa.select(_C.number).where(self._ours, *_of(version)).limit(_GO_TOGETHER)
        gone = sa.delete(TRAINING_DATA).where(
            self._ours, *_of(version), _C.number.in_(numbers.scalar_subquery())
        )
        n_gone = _GO_TOGETHER
        while n_gone == _GO_TOGETHER:
            with self._database.writing(makes_room=True) as connection:
                n_gone = connection.execute(gone).rowcount

    def page(
        self, version: DatasetVersion, *, limit: int | None = None, cursor: str | None = None
    ) -> Page[DatasetRow]:
        """Return rows of a version in their order, or a part of them; none where none were loaded.

        Raises:
            InvalidValue: if the cursor is none of this list.
        """
        scope = ("training_data", self._database.tenant, version.reference)
        paging = Paging((SortKey(_C.number),), limit, cursor, scope)
        chosen = sa.select(_C.number, _C.cells).where(self._ours, *_of(version))
        with self._database.reading() as connection:
            rows = connection.execute(paging.apply(chosen)).mappings().all()
        page, next_cursor = paging.cut(rows)
        return Page(tuple(DatasetRow(row["number"], row["cells"]) for row in page), next_cursor)


def _of(version: DatasetVersion) -> tuple[sa.ColumnElement[bool], ...]:
    return (_C.name == version.name, _C.version == version.version)
