"""A file lies under its hash, once, and is handed out only as it was written."""

import os
from datetime import UTC, datetime, timedelta

import pytest

from modelyard.domain.errors import DamagedFile
from modelyard.kit.hashing import sha256_of
from modelyard.store.blobs import Blobs

CONTENT = b"age,city\n41,Oslo\n"
NAME = f"{sha256_of(CONTENT)}.csv"


@pytest.fixture
def part(tmp_path):
    path = tmp_path / "part"
    path.write_bytes(CONTENT)
    return path


@pytest.fixture
def blobs(tmp_path, part):
    made = Blobs(tmp_path / "uploads")
    with made.held():
        made.place(part, NAME)
    return made


def _verified(blobs):
    return blobs.verified(NAME, size_bytes=len(CONTENT))


def test_the_same_content_twice_is_one_file(blobs, part):
    with blobs.held():
        blobs.place(part, NAME)
    assert [path.name for path in blobs.root.iterdir() if path.name[0] != "."] == [NAME]
    assert _verified(blobs).read_bytes() == CONTENT


def test_the_part_stays_until_its_owner_discards_it(blobs, part):
    part.unlink()
    assert _verified(blobs).read_bytes() == CONTENT


@pytest.mark.parametrize("at", range(len(CONTENT)))
def test_a_flipped_bit_anywhere_is_noticed(blobs, at):
    flipped = bytearray(CONTENT)
    flipped[at] ^= 1
    (blobs.root / NAME).unlink()
    (blobs.root / NAME).write_bytes(flipped)
    with pytest.raises(DamagedFile, match="its SHA-256 is not its name"):
        _verified(blobs)


def test_a_file_that_is_shorter_than_it_was_is_not_even_sent(blobs):
    (blobs.root / NAME).unlink()
    (blobs.root / NAME).write_bytes(CONTENT[:-1])
    with pytest.raises(DamagedFile, match="it has 16 bytes; 17 were written"):
        blobs.path_of(NAME, size_bytes=len(CONTENT))


def test_to_upload_it_again_mends_a_damaged_file(blobs, part):
    (blobs.root / NAME).unlink()
    (blobs.root / NAME).write_bytes(b"damaged")
    with blobs.held():
        blobs.place(part, NAME)
    assert _verified(blobs).read_bytes() == CONTENT


def test_a_file_that_is_gone_is_told_as_such_without_its_place(blobs):
    blobs.delete(NAME)
    blobs.delete(NAME)
    with pytest.raises(DamagedFile, match="is gone") as refused:
        _verified(blobs)
    assert str(blobs.root) not in str(refused.value)


def test_files_are_listed_by_when_they_were_written_and_no_others(blobs):
    moment = datetime.now(UTC) + timedelta(hours=1)
    assert blobs.names(before=moment) == {NAME}
    os.utime(blobs.root / NAME, (moment.timestamp(),) * 2)
    assert blobs.names(before=moment) == frozenset()


def test_a_file_is_read_by_its_owner_alone(blobs):
    assert blobs.root.stat().st_mode & 0o077 == 0
