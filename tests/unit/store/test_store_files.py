"""A file that a user asked for appears whole or not at all."""

from pathlib import Path

import pytest

from modelyard.domain.errors import StoreError
from modelyard.store.files import write_whole


def test_a_file_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    write_whole(path, b"old")
    write_whole(path, b"new")
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    folder = tmp_path / "taken"
    folder.mkdir()
    for path in (folder, tmp_path / "nowhere" / "answers.csv"):
        with pytest.raises(StoreError, match="cannot be written"):
            write_whole(path, b"new")
    assert list(tmp_path.iterdir()) == [folder]
