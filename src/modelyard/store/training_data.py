"""Rows of datasets in the database, for whoever wants to look them up or ask them by SQL.

Trainings read the file: it is faster, and its hash says that it is what was uploaded.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from modelyard.domain.datasets import DatasetRow, DatasetVersion
from modelyard.domain.queries import Page
from modelyard.store.databases import TenantDatabase
from modelyard.store.listing import Paging, SortKey
from modelyard.store.tables.training_data import TRAINING_DATA

_C = TRAINING_DATA.c
# What goes in one transaction at most. SQLite may be built to write zeros over what is deleted
# (its manual, "PRAGMA secure_delete"): every page of the rows is then in its log, which begins anew
# after 4 MB, and pages that a row does not fill make it up to twice of what the rows have.
_ROWS_TOGETHER = 10_000
_BYTES_TOGETHER = 1 << 20
# So many are read before it is known whether they go: with 3 KB each, a third of what goes.
_LOOKED_AT = 100


class TrainingData:
    """Records of `training_data`; they go with the version that they are of."""

    def __init__(self, database: TenantDatabase) -> None:
        self._database = database
        self._ours = _C.tenant == database.tenant

    def load(self, version: DatasetVersion, batches: Iterable[Sequence[Mapping[str, Any]]]) -> int:
        """Keep the rows of a version in place of those that there were, and return their number.

        They come little by little, so that nobody waits for all of them; where not all come, none
        stays.

        Args:
            version: whose rows they are.
            batches: rows in their order, name to plain value.
        """
        self.forget(version)
        n_rows = 0
        try:
            for batch in batches:
                for rows in _pieces(batch):
                    self._add(version, rows, first=n_rows + 1)
                    n_rows += len(rows)
        except BaseException:
            self.forget(version)
            raise
        return n_rows

    def _add(
        self, version: DatasetVersion, rows: Sequence[Mapping[str, Any]], *, first: int
    ) -> None:
        """Keep some rows in one transaction, the first under that number."""
        ours = self._database.tenant
        key = {"tenant": ours, "name": version.name, "version": version.version}
        records = [
            key | {"number": number, "cells": dict(cells)}
            for number, cells in enumerate(rows, start=first)
        ]
        with self._database.writing() as connection:
            connection.execute(sa.insert(TRAINING_DATA), records)

    def forget(self, version: DatasetVersion) -> None:
        """Delete the rows of a version, little by little: at once they would fill a log."""
        last: int | None = 0
        while last is not None:
            with self._database.writing(makes_room=True) as connection:
                last = self._last_to_go(connection, version)
                if last is not None:
                    gone = sa.delete(TRAINING_DATA).where(self._ours, *_of(version))
                    connection.execute(gone.where(_C.number <= last))

    def _has_all(self, connection: sa.Connection, version: DatasetVersion) -> bool:
        """Return whether all were loaded, and nobody is loading or forgetting them.

        They come and go in their order: what is there of both ends is there in between.
        """
        if version.n_rows is None:
            return True
        ends = {1, version.n_rows}
        there = sa.select(sa.func.count()).where(self._ours, *_of(version), _C.number.in_(ends))
        return connection.execute(there).scalar_one() == len(ends)

    def _last_to_go(self, connection: sa.Connection, version: DatasetVersion) -> int | None:
        """Return up to which row those go that go next, one at least; None where none is left."""
        # The text is ASCII: a character is a byte.
        n_bytes = sa.func.length(sa.cast(_C.cells, sa.Text))
        first = sa.select(_C.number, n_bytes).where(self._ours, *_of(version)).order_by(_C.number)
        some = first.limit(_ROWS_TOGETHER).execution_options(yield_per=_LOOKED_AT)
        last, together = None, 0
        with connection.execute(some) as rows:
            for number, size in rows:
                together += size
                if last is not None and together > _BYTES_TOGETHER:
                    break
                last = number
        return last

    def page(
        self, version: DatasetVersion, *, limit: int | None = None, cursor: str | None = None
    ) -> Page[DatasetRow]:
        """Return rows of a version in their order, or a part of them; none before all are loaded.

        Raises:
            InvalidValue: if the cursor is none of this list.
        """
        scope = ("training_data", self._database.tenant, version.reference)
        paging = Paging((SortKey(_C.number),), limit, cursor, scope)
        chosen = sa.select(_C.number, _C.cells).where(self._ours, *_of(version))
        with self._database.reading() as connection:
            if not self._has_all(connection, version):
                return Page((), None)
            rows = connection.execute(paging.apply(chosen)).mappings().all()
        page, next_cursor = paging.cut(rows)
        return Page(tuple(DatasetRow(row["number"], row["cells"]) for row in page), next_cursor)


def _pieces(batch: Sequence[Mapping[str, Any]]) -> Iterator[Sequence[Mapping[str, Any]]]:
    """Yield the rows of a batch, together what goes into one transaction, one row at least."""
    start, together = 0, 0
    for at, cells in enumerate(batch):
        size = len(json.dumps(dict(cells)))
        if at > start and (together + size > _BYTES_TOGETHER or at - start == _ROWS_TOGETHER):
            yield batch[start:at]
            start, together = at, 0
        together += size
    if start < len(batch):
        yield batch[start:]


def _of(version: DatasetVersion) -> tuple[sa.ColumnElement[bool], ...]:
    return (_C.name == version.name, _C.version == version.version)
