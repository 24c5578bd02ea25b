"""`modelyard datasets` keeps files by name and version, and says what it did."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from modelyard.cli._group import run

TABLE = "age,city,y\n" + "".join(
    f"{20 + at % 17},{('Oslo', 'Rome', 'oslo')[at % 3]},{at % 2}\n" for at in range(60)
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "My people.csv"
    path.write_text(TABLE)
    return path


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Callable[..., object]:
    """Return what runs a command that must succeed, and reads the document that it prints."""

    def run_it(*arguments: str) -> object:
        assert run(["datasets", *arguments, "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    return run_it


def test_a_file_is_kept_under_its_own_name_or_another(ask, file) -> None:
    assert ask("add", str(file))["name"] == "My-people"
    assert ask("add", str(file), "--name", "people")["version"] == 1
    assert ask("add", str(file), "--name", "people")["version"] == 2
    assert [each["name"] for each in ask("list")] == ["My-people", "people"]
    assert [each["version"] for each in ask("versions", "people")] == [2, 1]


def test_what_is_known_is_shown(ask, file) -> None:
    ask("add", str(file), "--name", "people")
    shown = ask("show", "people")
    assert (shown["n_rows"], shown["filename"], shown["models"]) == (60, "My people.csv", [])
    assert ask("show", shown["sha256"])["version"] == 1
    assert ask("preview", "people@1", "--rows", "1")["rows"] == [[20, "Oslo", 0]]


def test_what_was_found_is_mended_as_a_new_version(ask, file) -> None:
    ask("add", str(file), "--name", "people")
    mended = ask("fix", "people", "spelling-variants:city=merge-spellings")
    assert (mended["version"], mended["derived_from"]) == (2, 1)
    assert "Merged the spellings in 'city'" in mended["applied"][0]


def test_rows_are_loaded_into_the_database(ask, file) -> None:
    ask("add", str(file), "--name", "people")
    assert ask("load", "people") == {"dataset": "people@1", "loaded": 60}


def test_a_file_that_is_refused_is_not_kept(ask, tmp_path, capsys) -> None:
    path = tmp_path / "cut.csv"
    path.write_text("a,b\n1,2\n3,4,5\n")
    assert run(["datasets", "add", str(path), "--json"]) == 3
    error = json.loads(capsys.readouterr().out)["error"]
    assert (error["row"], error["sample"]) == (2, "3,4,5")
    assert ask("list") == []


def test_one_version_is_deleted_by_its_number_and_all_by_saying_so(ask, file, capsys) -> None:
    for _ in range(3):
        ask("add", str(file), "--name", "people")
    assert run(["datasets", "delete", "people", "--yes"]) == 4
    assert "names no version" in capsys.readouterr().err
    assert ask("delete", "people@2", "--yes") == {"deleted": ["people@2"]}
    assert ask("delete", "people", "--all", "--yes") == {"deleted": ["people@3", "people@1"]}
    assert ask("list") == []


@pytest.mark.parametrize("command", ["list", "versions people", "show people", "preview people"])
def test_what_is_shown_to_a_person_names_what_is_asked_for(file, capsys, command) -> None:
    assert run(["datasets", "add", str(file), "--name", "people"]) == 0
    assert "people@1: 60 rows, 3 columns" in capsys.readouterr().out
    assert run(["datasets", *command.split()]) == 0
    assert {"preview": "Oslo"}.get(command.split()[0], "people@1") in capsys.readouterr().out


def test_a_file_that_is_not_there_is_not_found(capsys) -> None:
    assert run(["datasets", "add", "nowhere.csv"]) == 5
    assert "There is no file 'nowhere.csv'" in capsys.readouterr().err
