"""Pictures in memory are read alike whatever holds them: dicts, lists, pandas, polars, Arrow."""

from base64 import b64encode
from collections.abc import Callable
from io import BytesIO
from typing import Any

import numpy as np
import polars as pl
import pytest

from modelyard.catalog import Catalog
from modelyard.domain.columns import ColumnKind
from modelyard.domain.configs import ReadOptions
from modelyard.domain.errors import UnparseableValue, UsageError
from modelyard.domain.tables import RawTable
from modelyard.engine.frames.forms import raw_table_of

pd = pytest.importorskip("pandas")
pa = pytest.importorskip("pyarrow")
Image = pytest.importorskip("PIL.Image")
pytestmark = pytest.mark.extras


def drawn(seed: int) -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 255, (8, 8, 3), dtype=np.uint8)
    stream = BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


ONE, TWO = drawn(1), drawn(2)
CELLS = [ONE, None, TWO]


def read(data: object, *, sets_aside: bool = False) -> RawTable:
    kinds = {"image": ColumnKind.IMAGE}
    return raw_table_of(data, Catalog(), options=ReadOptions(kinds=kinds, sets_aside=sets_aside))


KEPT = read(pl.DataFrame({"image": CELLS}))
HOLDERS: dict[str, Callable[[list[Any]], object]] = {
    "dict": lambda cells: {"image": cells},
    "tuple": lambda cells: {"image": tuple(cells)},
    "rows": lambda cells: [{"image": cell} for cell in cells],
    "pandas": lambda cells: pd.DataFrame({"image": cells}),
    "array": lambda cells: {"image": np.array(cells, dtype=object)},
}
WRITTEN: dict[str, Callable[[bytes], object]] = {
    "bytes": bytes,
    "bytearray": bytearray,
    "memoryview": memoryview,
    "base64": lambda content: b64encode(content).decode(),
    "data URL": lambda content: f"data:image/png;base64,{b64encode(content).decode()}",
}


@pytest.mark.parametrize("holder", HOLDERS)
@pytest.mark.parametrize("written", WRITTEN)
def test_pictures_are_the_same_whatever_holds_them(holder: str, written: str) -> None:
    cells = [None if each is None else WRITTEN[written](each) for each in CELLS]
    table = read(HOLDERS[holder](cells))
    assert table.frame.equals(KEPT.frame)
    assert table.facts.sha256 == KEPT.facts.sha256
    album = table.known.albums["image"]
    keys = table.frame["image"].to_list()
    assert [album.picture(keys[at]).fetch() for at in (0, 2)] == [ONE, TWO]


def test_frames_of_words_and_bytes_are_read_too() -> None:
    text = [None if each is None else b64encode(each).decode() for each in CELLS]
    for data in (
        pl.DataFrame({"image": text}),
        pa.table({"image": CELLS}),
        pd.DataFrame({"image": pd.array(CELLS, dtype=pd.ArrowDtype(pa.binary()))}),
        {"image": [ONE, float("nan"), text[2]]},
    ):
        assert read(data).frame.equals(KEPT.frame)


def test_a_column_without_one_picture_is_empty() -> None:
    assert read([{"image": None}]).frame["image"].to_list() == [None]


@pytest.mark.parametrize("cell", ["photos/1.png", 7, [1, 2]])
def test_what_is_no_picture_is_named_by_row_and_what_it_is(cell: object) -> None:
    rows = [{"image": ONE}, {"image": cell}]
    with pytest.raises(UnparseableValue, match="as base64, or its bytes in each cell; row 2") as e:
        read(rows)
    assert (e.value.row, e.value.column, e.value.sample) == (2, "image", str(cell))
    assert "CSV" in str(e.value)
    aside = read(rows, sets_aside=True)
    assert list(aside.set_aside) == [1]
    assert aside.frame["image"].to_list() == [KEPT.frame["image"][0], None]


def test_a_column_of_numbers_holds_no_pictures() -> None:
    with pytest.raises(UsageError, match="type Int64"):
        read({"image": [1, 2]})
