"""A zip file made while it is sent opens everywhere, and is the same bytes each time."""

import io
import zipfile

from modelyard.kit.zips import zipped

MEMBERS = [("a/model.onnx", 5, [b"hel", b"lo"]), ("a/empty", 0, []), ("ü.json", 2, [b"{}"])]


def test_what_was_put_in_is_taken_out() -> None:
    with zipfile.ZipFile(io.BytesIO(b"".join(zipped(MEMBERS)))) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == {
            name: b"".join(pieces) for name, _, pieces in MEMBERS
        }


def test_equal_members_give_equal_bytes_however_they_are_cut() -> None:
    whole = [(name, size, [b"".join(pieces)]) for name, size, pieces in MEMBERS]
    assert b"".join(zipped(MEMBERS)) == b"".join(zipped(whole))


def test_pieces_are_handed_out_before_the_last_was_asked_for() -> None:
    asked: list[int] = []

    def pieces():
        for number in range(3):
            asked.append(number)
            yield b"x" * 10

    sent = zipped([("a", 30, pieces())])
    next(sent)
    assert asked == [0]
