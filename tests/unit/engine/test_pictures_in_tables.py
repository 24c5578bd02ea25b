"""Pictures that a table names and that cannot be read are told with their row and what helps."""

from pathlib import Path

import polars as pl
import pytest

from modelyard.domain.columns import ColumnKind
from modelyard.domain.configs import ReadOptions
from modelyard.domain.tables import RawTable, SourceFacts
from modelyard.engine.frames.pictures import with_pictures


@pytest.mark.parametrize(
    ("name", "message", "fix"),
    [
        ("photos/nope.png", "is not there", "Check the path"),
        ("/etc/passwd", "lies outside the folder", "Name pictures relative to their table"),
        ("photos", "is a folder", "Name the file of a picture"),
    ],
)
def test_a_picture_that_cannot_be_read_is_told_with_its_row_and_what_helps(
    tmp_path: Path, name: str, message: str, fix: str
) -> None:
    (tmp_path / "photos").mkdir()
    raw = RawTable(pl.DataFrame({"photo": [None, name]}), SourceFacts("memory"))
    options = ReadOptions(kinds={"photo": ColumnKind.IMAGE})
    read = with_pictures(raw, options, root=tmp_path)
    error = read.set_aside[1]
    assert error.message.startswith(f"Row 2: '{name}' {message}")
    assert error.fix is not None
    assert error.fix.startswith(fix)
    assert [each.row for each in read.known.albums["photo"].unread] == [2]
