"""A table that cannot be trained on is refused in words that tell what, where and what to do."""

import gzip
import os
from pathlib import Path

import pytest
from odd_refusals import CASES as ODD_CASES
from refused_tables import CASES as LISTED_CASES
from refused_tables import Refusal
from rows import QUICK, answer, table, with_column

CASES = (*LISTED_CASES, *ODD_CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_table_that_cannot_be_trained_on_is_refused(case: Refusal, cli, put, tmp_path) -> None:
    path = put("data.csv", case.content)
    before = path.read_bytes()
    out = tmp_path / "package"
    ending = cli("train", path, *case.options, "--out", out, "--json")
    error = ending.error
    assert (ending.code, error["code"]) == (case.exit_code, case.code), error
    told = f"{error['detail']} {error.get('fix', '')}"
    assert not [piece for piece in case.says if piece not in told], told
    assert error["fix"]
    if case.row is not None:
        assert error["row"] == case.row
    if case.column is not None:
        assert error["column"] == case.column
    _assert_nothing_half_made(cli, out)
    assert path.read_bytes() == before


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_person_reads_the_same_words(case: Refusal, cli, put) -> None:
    path = put("data.csv", case.content)
    ending = cli("train", path, *case.options)
    assert ending.code == case.exit_code
    assert not [piece for piece in case.says if piece not in ending.err], ending.err
    assert not ending.out


@pytest.mark.parametrize(
    "case", [case for case in CASES if case.is_unreadable], ids=lambda case: case.name
)
def test_profile_refuses_an_unreadable_table_alike(case: Refusal, cli, put) -> None:
    ending = cli("profile", put("data.csv", case.content), "--json")
    assert (ending.code, ending.error["code"]) == (case.exit_code, case.code)
    assert ending.error.get("row") == case.row


def test_a_finding_lets_the_training_go_on_once_it_is_accepted_by_name(cli, put, done) -> None:
    path = put("data.csv", with_column("copy", answer))
    stopped = cli("train", path, *QUICK, "--json")
    names = [finding["name"] for finding in stopped.error["findings"]]
    assert "leakage-copy:copy" in names
    accepted = [option for name in names for option in ("--accept", name)]
    assert done("train", path, *QUICK, *accepted)["reference"] == "data@1"


@pytest.mark.parametrize(
    ("name", "code", "exit_code"),
    # In a folder pictures are looked for.
    [("absent.csv", "not-found", 5), ("data.xlsx", "usage", 4), (".", "no-rows", 3)],
)
def test_what_is_no_file_of_a_known_kind_is_named(
    name, code, exit_code, cli, put, tmp_path
) -> None:
    put("data.xlsx", b"PK\x03\x04")
    ending = cli("train", tmp_path / name, *QUICK, "--json")
    assert (ending.code, ending.error["code"]) == (exit_code, code)
    assert ending.error["fix"]


def test_a_pipe_is_refused_and_not_waited_for(cli, tmp_path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    ending = cli("train", tmp_path / "pipe.csv", *QUICK, "--json")
    assert (ending.code, ending.error["code"]) == (4, "usage")
    assert "pipe" in ending.error["detail"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (gzip.compress(table().encode())[:-9], "not-a-table"),
        (table().encode(), "not-a-table"),
        (gzip.compress(b""), "no-rows"),
    ],
    ids=["cut", "not packed", "empty"],
)
def test_an_archive_that_is_none_is_named(content, code, cli, put) -> None:
    ending = cli("train", put("data.csv.gz", content), *QUICK, "--json")
    assert (ending.code, ending.error["code"]) == (3, code)
    assert "'data.csv.gz'" in ending.error["detail"]
    assert ending.error["fix"]


def test_a_path_is_followed_through_a_link_and_an_archive(cli, put, tmp_path) -> None:
    put("packed.csv.gz", gzip.compress(table().encode()))
    (tmp_path / "link.CSV.gz").symlink_to(tmp_path / "packed.csv.gz")
    assert cli("train", tmp_path / "link.CSV.gz", *QUICK).code == 0


def test_a_link_that_leads_nowhere_is_named(cli, tmp_path) -> None:
    (tmp_path / "link.csv").symlink_to(tmp_path / "gone")
    ending = cli("train", tmp_path / "link.csv", *QUICK, "--json")
    assert (ending.code, ending.error["code"]) == (5, "not-found")


def test_a_path_with_a_zero_character_is_refused(cli, tmp_path) -> None:
    ending = cli("train", f"{tmp_path}/a\0b.csv", *QUICK, "--json")
    assert (ending.code, ending.error["code"]) == (4, "usage")


def test_an_output_folder_that_holds_something_is_never_overwritten(cli, put, tmp_path) -> None:
    path, out = put("data.csv", table()), tmp_path / "out"
    out.mkdir()
    (out / "mine.txt").write_text("mine")
    ending = cli("train", path, *QUICK, "--out", out, "--json")
    assert (ending.code, ending.error["code"]) == (4, "usage")
    assert [file.name for file in out.iterdir()] == ["mine.txt"]
    assert cli("models", "list", "--json").document == []


def test_an_output_folder_below_a_file_is_refused_and_nothing_is_registered(cli, put) -> None:
    path = put("data.csv", table())
    ending = cli("train", path, *QUICK, "--out", path / "package", "--json")
    assert (ending.code, ending.error["code"]) == (7, "store")
    # It is said before anything begins, so that there is no run either.
    assert cli("runs", "list", "--json").document == []
    assert cli("models", "list", "--json").document == []


def _assert_nothing_half_made(cli, out: Path) -> None:
    assert not out.exists()
    assert not list(out.parent.glob(".unfinished*"))
    assert cli("models", "list", "--json").document == []
    (run,) = cli("runs", "list", "--json").document
    assert run["status"] == "failed"
    assert run["reason"]
    assert run["model"] is None
    packages = Path(os.environ["MODELYARD_HOME"]) / "models"
    assert not packages.exists() or not list(packages.iterdir())
