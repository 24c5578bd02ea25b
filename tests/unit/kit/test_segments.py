"""A segment gives back every whole record, wherever its writer was stopped."""

import fcntl
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelyard.kit.segments import (
    FORMAT,
    SegmentWriter,
    framed,
    is_being_written,
    read_records,
)


def _written(path: Path, contents: list[bytes]) -> Path:
    writer = SegmentWriter.create(path)
    for content in contents:
        writer.append(framed(content))
    writer.sync()
    writer.close()
    return path


def _contents(path: Path, offset: int = 0) -> list[bytes]:
    return [record.content for record in read_records(path, offset)]


def test_what_was_written_is_read_in_its_order(tmp_path: Path) -> None:
    contents = [b"a", b"\x00" * 9, b'{"row": 1}\n', os.urandom(100_000)]
    assert _contents(_written(tmp_path / "s.log", contents)) == contents


def test_reading_goes_on_where_a_record_ended(tmp_path: Path) -> None:
    path = _written(tmp_path / "s.log", [b"one", b"two", b"three"])
    first = next(iter(read_records(path)))
    assert _contents(path, first.end) == [b"two", b"three"]


@given(contents=st.lists(st.binary(min_size=1, max_size=40), max_size=6), cut=st.integers(0, 400))
def test_a_file_cut_anywhere_holds_the_records_before_the_cut(
    tmp_path_factory: pytest.TempPathFactory, contents: list[bytes], cut: int
) -> None:
    path = _written(tmp_path_factory.mktemp("cut") / "s.log", contents)
    ends = [record.end for record in read_records(path)]
    os.truncate(path, min(cut, path.stat().st_size))
    assert _contents(path) == contents[: sum(end <= cut for end in ends)]


@given(at=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_a_bit_that_was_turned_ends_the_reading_before_it(
    tmp_path_factory: pytest.TempPathFactory, at: int, bit: int
) -> None:
    contents = [b"first record", b"second record", b"third record"]
    path = _written(tmp_path_factory.mktemp("bits") / "s.log", contents)
    ends = [record.end for record in read_records(path)]
    content = bytearray(path.read_bytes())
    place = len(FORMAT) + at % (len(content) - len(FORMAT))
    content[place] ^= 1 << bit
    path.write_bytes(content)
    assert _contents(path) == contents[: sum(end <= place for end in ends)]


def test_zeros_that_a_lost_power_left_are_no_record(tmp_path: Path) -> None:
    path = _written(tmp_path / "s.log", [b"whole"])
    path.write_bytes(path.read_bytes() + bytes(64))
    assert _contents(path) == [b"whole"]


def test_a_file_of_another_format_holds_no_record(tmp_path: Path) -> None:
    path = tmp_path / "s.log"
    path.write_bytes(b"modelyard-log 9\n" + framed(b"of a later version"))
    assert _contents(path) == []


def test_what_was_not_forced_to_the_disk_is_cut_off_when_the_writer_closes(tmp_path: Path) -> None:
    path = tmp_path / "s.log"
    writer = SegmentWriter.create(path)
    writer.append(framed(b"kept"))
    writer.sync()
    writer.append(framed(b"not forced"))
    writer.close()
    assert _contents(path) == [b"kept"]


def test_whoever_reads_knows_whether_the_writer_is_there(tmp_path: Path) -> None:
    path = tmp_path / "s.log"
    writer = SegmentWriter.create(path)
    assert is_being_written(path)
    writer.close()
    assert not is_being_written(path)


def test_a_segment_is_for_its_owner_alone_and_never_written_twice(tmp_path: Path) -> None:
    path = _written(tmp_path / "s.log", [b"first"])
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        SegmentWriter.create(path)
    assert _contents(path) == [b"first"]
    assert list(tmp_path.iterdir()) == [path]


def test_a_segment_has_no_name_before_it_is_locked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[list[str]] = []
    lock = fcntl.flock

    def locking(descriptor: int, how: int) -> None:
        seen.append([each.name for each in tmp_path.glob("*.log")])
        lock(descriptor, how)

    monkeypatch.setattr(fcntl, "flock", locking)
    SegmentWriter.create(tmp_path / "s.log").close()
    assert seen == [[]]
