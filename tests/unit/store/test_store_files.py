"""A file that a user asked for appears whole, and nothing else is lost for it."""

import os
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from modelyard.domain.errors import StoreError, UsageError
from modelyard.store.files import is_replaceable, require_another, write_whole


def test_a_file_is_written_and_nothing_stays_beside_it(tmp_path: Path) -> None:
    write_whole(tmp_path / "a.csv", b"x\n")
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]
    assert (tmp_path / "a.csv").read_bytes() == b"x\n"


def test_a_link_keeps_its_place_and_what_it_points_at_is_written(tmp_path: Path) -> None:
    target, link = tmp_path / "target.csv", tmp_path / "link.csv"
    target.write_bytes(b"old")
    link.symlink_to(target)
    write_whole(link, b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"


def test_a_pipe_stays_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    write_whole(pipe, b"answers")
    reader.join(timeout=30)
    assert read == [b"answers"]
    assert pipe.is_fifo()


def test_a_place_that_cannot_be_written_is_an_error_with_a_fix(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreError, match="cannot be written"):
        write_whole(tmp_path / "file" / "a.csv", b"x")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_to_be_freed(tmp_path: Path) -> None:
    (tmp_path / "a.csv").symlink_to("/dev/full")
    with pytest.raises(StoreError, match="cannot be written: No space left") as raised:
        write_whole(tmp_path / "a.csv", b"x")
    assert raised.value.fix is not None
    assert raised.value.fix.startswith("Free some space there")


def test_a_name_that_no_disk_takes_is_an_error_of_ours(tmp_path: Path) -> None:
    place = tmp_path / ("a" * 300)
    for look in (is_replaceable, lambda path: require_another(path, tmp_path / "data.csv")):
        with pytest.raises(StoreError, match="cannot be written"):
            look(place)


def test_the_data_itself_is_never_written_over(tmp_path: Path) -> None:
    data, link = tmp_path / "data.csv", tmp_path / "link.csv"
    data.write_bytes(b"precious")
    link.symlink_to(data)
    for out in (data, link, tmp_path / "." / "data.csv"):
        with pytest.raises(UsageError, match="the data itself"):
            require_another(out, data)
    require_another(tmp_path / "other.csv", data, "sqlite:///shop.db?table=orders", None)
    require_another(None, data)


def test_nothing_is_written_into_a_package(tmp_path: Path) -> None:
    package, link = tmp_path / "package", tmp_path / "link"
    package.mkdir()
    link.symlink_to(package)
    for out in (package, package / "model.onnx", link / "new.html"):
        with pytest.raises(UsageError, match="lies in a package"):
            require_another(out, package)


def test_links_that_lead_round_are_no_crash(tmp_path: Path) -> None:
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    for out in (loop, loop / "answers.csv"):
        with suppress(StoreError):
            require_another(out, tmp_path / "package")


def test_nothing_is_written_into_a_package_that_nobody_named(tmp_path: Path) -> None:
    (tmp_path / "manifest.sig").write_bytes(b"sealed")
    with pytest.raises(UsageError, match="lies in a package"):
        require_another(tmp_path / "manifest.json")
