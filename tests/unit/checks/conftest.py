"""Builds what a check looks at from plain columns, and runs a check of the catalog on it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
import pytest

from modelyard.catalog import Catalog
from modelyard.domain.columns import Column, ColumnKind
from modelyard.domain.findings import Finding
from modelyard.domain.tables import Table
from modelyard.domain.tasks import Task
from modelyard.engine.profiling import profile
from modelyard.protocols.checks import CheckInput

_KINDS = {
    pl.Float64: ColumnKind.NUMERIC,
    pl.Int64: ColumnKind.INTEGER,
    pl.Boolean: ColumnKind.BOOLEAN,
    pl.String: ColumnKind.CATEGORY,
    pl.Datetime: ColumnKind.DATETIME,
}

Columns = Mapping[str, Sequence[Any] | np.ndarray]


def subject_of(
    columns: Columns,
    target: str | None = None,
    task: Task | None = None,
    kinds: Mapping[str, ColumnKind] | None = None,
    metric: str | None = None,
) -> CheckInput:
    """Return the subject over a table; numpy NaN becomes missing, kinds follow the types."""
    frame = pl.DataFrame(dict(columns)).fill_nan(None)
    told = kinds or {}
    typed = [
        Column(series.name, told.get(series.name, _KINDS.get(series.dtype.base_type())))
        for series in frame
    ]
    table = Table(frame, tuple(typed))
    features = tuple(name for name in table.names if name != target)
    rng = np.random.default_rng(0)
    return CheckInput(table, profile(table), target, task, features, rng, metric=metric)


@pytest.fixture
def subject() -> Callable[..., CheckInput]:
    """Return a function that builds what a check looks at."""
    return subject_of


@pytest.fixture
def run_check() -> Callable[..., list[Finding]]:
    """Return a function that runs the check of a key on columns."""

    def run(key: str, columns: Columns, target: str | None = None, **told: Any) -> list[Finding]:
        return list(Catalog().checks()[key].check(subject_of(columns, target, **told)))

    return run
