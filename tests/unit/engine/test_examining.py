"""A table is looked at before anything is fitted, in the light of what is asked of it."""

import polars as pl

from modelyard.catalog import Catalog
from modelyard.domain.columns import ColumnKind
from modelyard.domain.configs import TrainingConfig
from modelyard.domain.tables import RawTable, SourceFacts
from modelyard.engine.examining import examine
from modelyard.protocols.progress import Silence


def _examined(time: str | None):
    rows = range(1, 121)
    raw = RawTable(
        pl.DataFrame(
            {
                "tick": [str(row) for row in rows],
                "x": [f"{(row * 7) % 31}.5" for row in rows],
                "y": ["ab"[(row * 5) % 3 % 2] for row in rows],
            }
        ),
        SourceFacts("memory"),
    )
    config = TrainingConfig(target="y", time=time)
    return examine(raw, config, checks=Catalog().checks(), progress=Silence()).table


def test_a_counter_of_the_rows_names_them():
    assert _examined(None).column("tick").kind is ColumnKind.IDENTIFIER


def test_a_counter_of_the_rows_orders_them_where_that_is_asked():
    table = _examined("tick")
    assert table.column("tick").kind is ColumnKind.INTEGER
    assert table.numbers("tick")[:3].tolist() == [1.0, 2.0, 3.0]
