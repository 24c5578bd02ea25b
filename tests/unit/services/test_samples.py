"""The sample tables can be written anywhere, and never over somebody's own file."""

import os

import pytest

from modelyard.domain.errors import StoreError
from modelyard.services.samples import SAMPLES, write_samples


def test_every_sample_is_written_to_a_folder_that_did_not_exist(tmp_path):
    placed = write_samples(tmp_path / "new" / "folder")
    paths = placed.paths
    assert placed.left == ()
    assert [path.name for path in paths] == list(SAMPLES)
    headers = [path.read_text().splitlines()[0] for path in paths]
    assert [header.split(",")[0] for header in headers] == [
        "sepal_length",
        "species",
        "months_as_customer",
    ]


def test_a_file_that_is_there_already_is_left_as_it_is(tmp_path):
    (tmp_path / "iris.csv").write_text("my own flowers\n")
    placed = write_samples(tmp_path)
    assert placed.left == (tmp_path / "iris.csv",)
    assert (tmp_path / "iris.csv").read_text() == "my own flowers\n"
    assert (tmp_path / "penguins.csv").exists()


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("in the way\n")
    with pytest.raises(StoreError, match="sample tables cannot be written") as caught:
        write_samples(tmp_path / "file")
    assert caught.value.sample == str(tmp_path / "file")
    assert caught.value.fix


def test_what_cannot_be_written_whole_leaves_nothing(tmp_path):
    drafts = tmp_path / f".iris.csv.{os.getpid()}"
    drafts.mkdir()
    with pytest.raises(StoreError):
        write_samples(tmp_path)
    assert not (tmp_path / "iris.csv").exists()
