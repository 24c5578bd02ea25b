"""A path that is not there is told first, with the name that was probably meant."""

import pytest

from modelyard.cli._group import run


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "one.png").write_bytes(b"")
    (tmp_path / "iris.csv").write_text("a,b\n1,2\n", "utf-8")
    (tmp_path / "mk.py").write_text("", "utf-8")
    return tmp_path


@pytest.mark.parametrize("command", ["train", "profile"])
@pytest.mark.parametrize(
    ("path", "meant"),
    [
        ("photso", "Did you mean 'photos'?"),
        ("irsi.csv", "Did you mean 'iris.csv'?"),
        ("photos/oen.png", "Did you mean 'photos/one.png'?"),
        ("quite/another.csv", "Check the path."),
    ],
)
def test_a_misspelt_path_is_told_before_any_option(place, capsys, command, path, meant):
    assert run([command, path]) == 5
    told = capsys.readouterr().err
    assert f"There is no file or folder '{path}'." in told
    assert meant in told
    assert "--target" not in told


def test_a_kind_of_file_that_is_not_read_is_told_before_any_option(place, capsys):
    assert run(["train", "mk.py"]) == 4
    told = capsys.readouterr().err
    assert "No source reads 'mk.py': its suffix is '.py'." in told
    assert ".csv" in told


def test_one_picture_is_no_table_and_a_folder_of_it_is(place, capsys):
    assert run(["train", "photos/one.png"]) == 4
    assert "Put it into a folder" in capsys.readouterr().err


def test_a_table_without_a_target_still_asks_for_one(place, capsys):
    assert run(["train", "iris.csv"]) == 4
    assert "--target is missing" in capsys.readouterr().err
