"""A folder of files is there whole, or it is not there."""

import errno
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from modelyard.domain.errors import InvalidValue, NotFound, StoreError
from modelyard.store.artifacts import Artifacts, folder_at, require_place


@pytest.fixture
def artifacts(tmp_path: Path) -> Artifacts:
    return Artifacts(tmp_path / "artifacts")


def _everything(tmp_path: Path) -> list[str]:
    return sorted(path.name for path in (tmp_path / "artifacts").iterdir())


def _write(artifacts: Artifacts, key: str, content: str = "x") -> None:
    with artifacts.writing(key) as folder:
        (folder / "deep").mkdir()
        (folder / "deep" / "model.onnx").write_text(content)


def test_what_was_written_is_at_its_path(artifacts: Artifacts, tmp_path: Path) -> None:
    _write(artifacts, "r1", "hello")
    assert (artifacts.path_of("r1") / "deep" / "model.onnx").read_text() == "hello"
    assert _everything(tmp_path) == ["r1"]


def test_while_it_is_being_written_it_is_not_there(artifacts: Artifacts) -> None:
    with artifacts.writing("r1") as folder:
        (folder / "half").write_text("")
        with pytest.raises(NotFound, match="'r1'"):
            artifacts.path_of("r1")
    assert artifacts.path_of("r1").is_dir()


def test_a_failed_writing_leaves_nothing(artifacts: Artifacts, tmp_path: Path) -> None:
    def fail() -> None:
        with artifacts.writing("r1") as folder:
            (folder / "half").write_text("")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert _everything(tmp_path) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_named_and_leaves_nothing(artifacts: Artifacts, tmp_path: Path) -> None:
    def fill() -> None:
        with artifacts.writing("r1") as folder:
            (folder / "half").write_text("")
            with Path("/dev/full").open("w") as full:
                full.write("x")

    with pytest.raises(StoreError, match=r"the disk is full.*Free some space"):
        fill()
    assert _everything(tmp_path) == []


def test_an_error_that_is_not_the_disks_stays_what_it_is(artifacts: Artifacts) -> None:
    with pytest.raises(FileNotFoundError), artifacts.writing("r1"):
        Path("/nowhere/at/all").read_text()


def test_a_root_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="file"), Artifacts(tmp_path / "file" / "x").writing("r1"):
        pytest.fail("nothing can be written here")


def test_a_folder_that_cannot_be_made_is_told_by_its_own_name(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for target in (Path("/proc/x"), tmp_path / "file" / "x", tmp_path / ("a" * 300)):
        with pytest.raises(StoreError, match="cannot be written") as caught:
            require_place(target)
        assert str(target) in caught.value.message
        with pytest.raises(StoreError), folder_at(target) as folder:
            (folder / "content").write_text("")
    require_place(tmp_path / "new" / "folder")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_key_is_given_once(artifacts: Artifacts) -> None:
    _write(artifacts, "r1", "first")
    with pytest.raises(InvalidValue, match="'r1' exists already"):
        _write(artifacts, "r1", "second")
    assert (artifacts.path_of("r1") / "deep" / "model.onnx").read_text() == "first"


def test_of_two_writers_of_one_key_the_first_to_end_wins(
    artifacts: Artifacts, tmp_path: Path
) -> None:
    with pytest.raises(InvalidValue, match="'r1' exists already"), artifacts.writing("r1"):
        _write(artifacts, "r1", "faster")
    assert (artifacts.path_of("r1") / "deep" / "model.onnx").read_text() == "faster"
    assert _everything(tmp_path) == ["r1"]


def test_a_rename_that_fails_for_another_reason_is_reported_as_such(artifacts: Artifacts) -> None:
    def lose_the_folder() -> None:
        with artifacts.writing("r1") as folder:
            folder.rename(folder.with_name("elsewhere"))

    with pytest.raises(FileNotFoundError):
        lose_the_folder()


@pytest.mark.parametrize("key", ["", "..", "a/b", "../x", ".unfinished-1", "🚀"])
def test_a_key_that_could_leave_the_root_is_refused(artifacts: Artifacts, key: str) -> None:
    with pytest.raises(InvalidValue):
        artifacts.path_of(key)
    with pytest.raises(InvalidValue):
        _write(artifacts, key)


def test_a_deleted_artifact_is_gone_and_its_key_is_free(
    artifacts: Artifacts, tmp_path: Path
) -> None:
    _write(artifacts, "r1")
    artifacts.delete("r1")
    assert _everything(tmp_path) == []
    _write(artifacts, "r1")
    assert artifacts.path_of("r1").is_dir()


def test_deleting_what_is_gone_already_is_no_error(artifacts: Artifacts) -> None:
    artifacts.delete("r1")
    _write(artifacts, "r1")
    artifacts.delete("r1")
    artifacts.delete("r1")


def test_what_is_stored_tells_its_key_whole_or_half_made(
    artifacts: Artifacts, tmp_path: Path
) -> None:
    _write(artifacts, "r-1")
    (tmp_path / "artifacts" / ".deleted-r-2-abc_1").mkdir()
    (tmp_path / "artifacts" / "a file").write_text("")
    before = datetime.now(UTC)
    with artifacts.writing("r-3"):
        found = {each.key: each for each in artifacts.stored()}
    assert found.keys() == {"r-1", "r-2", "r-3"}
    assert [key for key, each in found.items() if each.is_deleted] == ["r-2"]
    assert all(each.changed_at <= before + timedelta(minutes=1) for each in found.values())


def test_what_is_cleared_is_gone_and_nothing_else(artifacts: Artifacts, tmp_path: Path) -> None:
    for key in ("r1", "r2"):
        _write(artifacts, key)
    for name in (".unfinished-r3-abc", ".deleted-r4-abc"):
        (tmp_path / "artifacts" / name / "deep").mkdir(parents=True)
    for each in artifacts.stored():
        if each.key != "r2":
            artifacts.clear(each)
            artifacts.clear(each)
    assert _everything(tmp_path) == ["r2"]


def test_where_nothing_was_ever_written_nothing_is_stored(artifacts: Artifacts) -> None:
    assert artifacts.stored() == ()


def test_the_words_for_a_full_disk_are_those_of_a_full_share_too(artifacts: Artifacts) -> None:
    with pytest.raises(StoreError, match="share of the disk"), artifacts.writing("r1"):
        raise OSError(errno.EDQUOT, "quota")
