"""A table is looked at before anything is fitted, in the light of what is asked of it."""

from dataclasses import replace

import polars as pl
import pytest

from modelyard.catalog import Catalog
from modelyard.domain.columns import ColumnKind
from modelyard.domain.configs import TrainingConfig
from modelyard.domain.errors import DataError, MissingColumns
from modelyard.domain.pictures import Album
from modelyard.domain.tables import Known, RawTable, SourceFacts
from modelyard.engine.examining import examine
from modelyard.protocols.checks import CheckCard
from modelyard.protocols.progress import Silence


class Drawing:
    """A check that remembers what it drew."""

    card = CheckCard("drawing", "Drawing", ("drawn",))

    def __init__(self):
        self.drawn = None

    def check(self, subject):
        self.drawn = subject.rng.integers(1_000_000, size=3).tolist()
        return ()


def _raw() -> RawTable:
    rows = range(1, 121)
    return RawTable(
        pl.DataFrame(
            {
                "tick": [str(row) for row in rows],
                "x": [f"{(row * 7) % 31}.5" for row in rows],
                "y": ["ab"[(row * 5) % 3 % 2] for row in rows],
            }
        ),
        SourceFacts("memory"),
    )


def _examined(time: str | None):
    config = TrainingConfig(target="y", time=time)
    return examine(_raw(), config, checks=Catalog().checks(), progress=Silence()).table


def test_a_counter_of_the_rows_names_them():
    assert _examined(None).column("tick").kind is ColumnKind.IDENTIFIER


def test_a_counter_of_the_rows_orders_them_where_that_is_asked():
    table = _examined("tick")
    assert table.column("tick").kind is ColumnKind.INTEGER
    assert table.numbers("tick")[:3].tolist() == [1.0, 2.0, 3.0]


@pytest.mark.parametrize(
    ("dealing", "is_told"), [({}, True), ({"time": "on"}, False), ({"group": "x"}, False)]
)
def test_rows_in_the_order_of_time_are_told_of_where_they_are_dealt_by_lot(dealing, is_told):
    raw = _raw()
    days = [f"2026-{1 + day // 28:02d}-{1 + day % 28:02d}" for day in range(raw.frame.height)]
    raw = replace(raw, frame=raw.frame.with_columns(on=pl.Series(days)))
    config = TrainingConfig(target="y", **dealing)
    found = examine(raw, config, checks=Catalog().checks(), progress=Silence()).findings
    assert ("rows-in-time-order:on" in {each.name for each in found}) is is_told


def test_what_a_check_draws_does_not_depend_on_the_others():
    alone, behind, before = Drawing(), Drawing(), Drawing()
    for checks in ({"z": alone}, {"a": before, "z": behind}):
        examine(_raw(), TrainingConfig(target="y"), checks=checks, progress=Silence())
    assert alone.drawn == behind.drawn
    assert behind.drawn != before.drawn


def test_where_nothing_is_left_to_learn_from_the_way_back_is_told():
    paths = [f"photos/{row}.png" for row in range(40)]
    raw = RawTable(pl.DataFrame({"photo": paths, "y": ["a", "b"] * 20}), SourceFacts("memory"))
    with pytest.raises(DataError, match="--kind photo=image"):
        examine(raw, TrainingConfig("y"), checks=Catalog().checks(), progress=Silence())


def test_pictures_without_class_folders_are_told_how_they_are_to_lie():
    album = Album({}, lambda _: b"")
    known = Known(
        {"file": ColumnKind.IDENTIFIER, "image": ColumnKind.IMAGE},
        albums={"image": album},
        files=frozenset({"file"}),
    )
    frame = pl.DataFrame({"file": ["a.png", "b.png"], "image": ["a", "b"]})
    raw = RawTable(frame, SourceFacts("folder"), known=known)
    with pytest.raises(MissingColumns, match="The 2 pictures lie in no class folders") as told:
        examine(raw, TrainingConfig("label"), checks={}, progress=Silence())
    assert "cats/1.jpg, dogs/1.jpg" in told.value.fix
