"""Room on the disk is kept for those who delete, lent to them, and taken back."""

from pathlib import Path

import pytest

from modelyard.store.databases import open_database
from modelyard.store.reserves import Reserve

SIZE = 1 << 20


class Disk:
    """A disk on which others leave so much free, beside what the reserve itself gives up."""

    def __init__(self, free: int, path: Path) -> None:
        self.capacity = free
        self.path = path

    def free(self, folder: Path) -> int:
        del folder
        return self.capacity - (self.path.stat().st_size if self.path.exists() else 0)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "reserve"


def _on_a_full_disk(path: Path) -> tuple[Reserve, Disk]:
    """Return a reserve that was made while there was room, and the disk that has none now."""
    disk = Disk(3 * SIZE, path)
    reserve = Reserve(path, SIZE, disk.free)
    reserve.fill()
    disk.capacity = SIZE
    return reserve, disk


def test_room_is_lent_where_the_disk_is_full_and_taken_back(path: Path) -> None:
    reserve, _ = _on_a_full_disk(path)
    assert path.stat().st_blocks * 512 >= SIZE
    with reserve.lent():
        assert path.stat().st_size == 0
    assert path.stat().st_size == SIZE


def test_what_was_written_meanwhile_is_taken_off_the_room(path: Path) -> None:
    reserve, disk = _on_a_full_disk(path)
    with reserve.lent():
        disk.capacity -= 8192
    assert path.stat().st_size == SIZE - 8192
    disk.capacity = 3 * SIZE
    reserve.fill()
    assert path.stat().st_size == SIZE


def test_a_disk_with_room_is_left_as_it_is(path: Path) -> None:
    reserve = Reserve(path, SIZE, Disk(10 * SIZE, path).free)
    reserve.fill()
    with reserve.lent():
        assert path.stat().st_size == SIZE


def test_of_two_at_once_the_last_one_takes_the_room_back(path: Path) -> None:
    reserve, _ = _on_a_full_disk(path)
    with reserve.lent():
        with reserve.lent():
            pass
        assert path.stat().st_size == 0
    assert path.stat().st_size == SIZE


def test_a_disk_that_is_nearly_full_is_left_as_it_is(path: Path) -> None:
    Reserve(path, SIZE, Disk(3 * SIZE - 1, path).free).fill()
    assert not path.exists()
    reserve, disk = _on_a_full_disk(path)
    with reserve.lent():
        disk.capacity -= 8192
    disk.capacity = 3 * SIZE - 1
    reserve.fill()
    assert path.stat().st_size == SIZE - 8192


def test_room_is_taken_by_writing_where_the_system_gives_none_without(path: Path) -> None:
    # More than one piece, and not a whole number of them.
    size = 2 * SIZE + 1
    Reserve(path, size, Disk(3 * size, path).free, writes=True).fill()
    assert path.stat().st_size == size
    assert path.stat().st_blocks * 512 >= size


def test_none_is_made_by_those_who_delete(path: Path) -> None:
    with Reserve(path, SIZE, Disk(SIZE, path).free).lent():
        pass
    assert not path.exists()


def test_it_lies_beside_a_database_in_a_file_once_a_platform_asks(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'modelyard.db'}")
    beside = tmp_path / "modelyard.db-reserve"
    assert not beside.exists()
    database.keep_room()
    assert beside.stat().st_size == 16 << 20
    database.close()
