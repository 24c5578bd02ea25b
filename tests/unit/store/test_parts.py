"""A file that comes in parts tells no byte that the disk does not have, and takes one writer."""

import os
from datetime import UTC, datetime, timedelta

import pytest

from modelyard.domain.errors import BodyTooLarge, Conflict, NotFound, StoreError
from modelyard.store.parts import RESERVE_BYTES, Parts

PART = "an-upload"


@pytest.fixture
def parts(tmp_path):
    made = Parts(tmp_path / "parts")
    made.begin(PART, size_bytes=10)
    return made


def _append(parts, content, *, offset, limit=10):
    with parts.appending(PART, offset=offset, limit=limit) as writer:
        writer.write(content)
        return writer


def test_bytes_follow_each_other_and_the_size_tells_how_far_they_came(parts):
    assert parts.size(PART) == 0
    _append(parts, b"abcd", offset=0)
    assert parts.size(PART) == 4
    _append(parts, b"efghij", offset=4)
    assert (parts.root / PART).read_bytes() == b"abcdefghij"


@pytest.mark.parametrize("offset", [0, 3, 5])
def test_bytes_from_elsewhere_are_refused_with_the_right_offset(parts, offset):
    _append(parts, b"abcd", offset=0)
    with pytest.raises(Conflict, match="goes on from byte 4"):
        _append(parts, b"x", offset=offset)
    assert parts.size(PART) == 4


def test_a_second_writer_is_refused_while_the_first_writes(parts):
    with parts.appending(PART, offset=0, limit=10) as first:
        first.write(b"ab")
        with pytest.raises(Conflict, match="Another request is writing"):
            _append(parts, b"x", offset=2)
    assert parts.size(PART) == 2


class CutError(Exception):
    """A connection that breaks."""


def _append_and_break(parts, content):
    with parts.appending(PART, offset=0, limit=10) as writer:
        writer.write(content)
        raise CutError


def test_what_came_before_a_cut_is_kept(parts):
    with pytest.raises(CutError):
        _append_and_break(parts, b"abc")
    assert parts.size(PART) == 3
    _append(parts, b"defghij", offset=3)
    assert (parts.root / PART).read_bytes() == b"abcdefghij"


def _append_twice(parts, first, second):
    with parts.appending(PART, offset=4, limit=10) as writer:
        writer.write(first)
        writer.write(second)


def test_more_than_was_declared_is_refused_and_what_the_request_wrote_taken_back(parts):
    _append(parts, b"abcd", offset=0)
    with pytest.raises(BodyTooLarge, match="declared with 10 bytes"):
        _append_twice(parts, b"efgh", b"ijk")
    assert (parts.root / PART).read_bytes() == b"abcd"


def test_an_upload_that_the_disk_has_no_room_for_is_refused_before_it_begins(tmp_path):
    small = Parts(tmp_path, free=lambda _: RESERVE_BYTES + 9)
    with pytest.raises(StoreError, match="no room for 10 bytes") as refused:
        small.begin(PART, size_bytes=10)
    assert refused.value.status == 507
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_fills_up_meanwhile_takes_no_more_and_keeps_what_it_has(parts):
    _append(parts, b"abcd", offset=0)
    full = Parts(parts.root, free=lambda _: RESERVE_BYTES)
    with pytest.raises(StoreError, match="stay free so that everything can still be read"):
        _append(full, b"efg", offset=4)
    assert parts.size(PART) == 4
    _append(parts, b"efg", offset=4)
    assert parts.size(PART) == 7


def test_a_disk_that_says_that_it_is_full_is_told_as_such(parts):
    (parts.root / PART).unlink()
    # Every write to this device fails as on a full disk (full(4)).
    (parts.root / PART).symlink_to("/dev/full")
    with pytest.raises(StoreError, match="the disk is full"):
        _append(parts, b"abc", offset=0)


def test_what_is_not_there_is_not_found(parts):
    with pytest.raises(NotFound, match="no upload 'other' on its way"):
        parts.size("other")
    parts.discard(PART)
    parts.discard(PART)
    with pytest.raises(NotFound):
        _append(parts, b"x", offset=0)


def test_what_lay_untouched_is_told_by_when_it_was_last_written(parts):
    moment = datetime(2026, 1, 2, tzinfo=UTC)
    parts.begin("young", size_bytes=1)
    for part, at in ((PART, moment - timedelta(seconds=1)), ("young", moment)):
        os.utime(parts.root / part, (at.timestamp(), at.timestamp()))
    assert parts.touched_at("young") == moment
    assert parts.untouched_since(moment) == (PART,)
    assert parts.touched_at("none") is None


def test_a_part_is_read_by_its_owner_alone(parts):
    assert (parts.root / PART).stat().st_mode & 0o077 == 0
    assert parts.root.stat().st_mode & 0o077 == 0
