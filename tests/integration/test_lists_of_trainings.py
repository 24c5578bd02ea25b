"""A list of trainings destroys nothing where it is written."""

import pytest
from rows import table


@pytest.mark.parametrize("place", ["data.csv", "kept/manifest.json"])
def test_a_list_of_trainings_is_written_neither_over_their_data_nor_into_a_package(cli, put, place):
    data = put("data.csv", table(n_rows=80))
    assert cli("train", data, "--target", "y", "--algorithm", "dummy", "--out", "kept").code == 0
    before = (data.parent / place).read_bytes()
    for words in (
        ("runs", "list"),
        ("runs", "show", cli("runs", "list", "--json").document[0]["id"]),
    ):
        ending = cli(*words, "--out", place)
        assert ending.code == 4
        assert "would destroy it" in ending.err
    assert (data.parent / place).read_bytes() == before
