"""Checks of pictures: alike, alike with another label, or unlike all others; no file is needed."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from modelyard.catalog import Catalog
from modelyard.domain.columns import Column, ColumnKind
from modelyard.domain.findings import Finding
from modelyard.domain.pictures import Album, Look, Unread
from modelyard.domain.tables import Known, Table
from modelyard.domain.tasks import Task
from modelyard.engine.profiling import profile
from modelyard.protocols.checks import CheckInput

RNG = np.random.default_rng(8)


def look(number: int, **changes: object) -> Look:
    """Return what is seen of a picture whose fingerprint is far from those of all others."""
    bits = int(np.random.default_rng(number).integers(2**63))
    return replace(Look(f"{number}.jpg", "JPEG", 640, 480, 0.5, bits), **changes)


def subject(looks: Sequence[Look], labels: Sequence[str | None] | None = None) -> CheckInput:
    labels = labels or ["cat", "dog"] * (len(looks) // 2) + ["cat"] * (len(looks) % 2)
    cells = [f"cell {at}" for at in range(len(looks))]
    album = Album(dict(zip(cells, looks, strict=True)), lambda _: b"")
    kinds = (Column("image", ColumnKind.IMAGE), Column("label", ColumnKind.CATEGORY))
    frame = pl.DataFrame({"image": cells, "label": labels})
    table = Table(frame, kinds, known=Known(albums={"image": album}))
    rng = np.random.default_rng(0)
    return CheckInput(table, profile(table), "label", Task.BINARY, ("image",), rng)


def run(key: str, told: CheckInput) -> list[Finding]:
    return list(Catalog().checks()[key].check(told))


def flipped(looks: Look, *places: int) -> int:
    return looks.fingerprint ^ sum(1 << place for place in places)


@pytest.mark.parametrize("places", [(), (3,), (3, 20), (3, 20, 63), (0, 1, 2)])
def test_pictures_whose_fingerprints_differ_in_three_bits_are_near_duplicates(
    places: tuple[int, ...],
) -> None:
    first = look(1)
    again = replace(first, name="again.jpg", fingerprint=flipped(first, *places))
    (finding,) = run("near-duplicate-pictures", subject([first, look(2), again]))
    assert "Column 'image' holds 1 pair of pictures" in finding.message
    assert finding.sample == ("again.jpg and 1.jpg",)
    assert finding.pictures == ("again.jpg", "1.jpg")


def test_pictures_whose_fingerprints_differ_in_more_bits_are_two() -> None:
    first = look(1)
    other = replace(first, name="other.jpg", fingerprint=flipped(first, 3, 20, 40, 63))
    assert run("near-duplicate-pictures", subject([first, other])) == []


@pytest.mark.parametrize("bits", [0, 1, 2**64 - 1])
def test_plain_grounds_are_no_duplicates(bits: int) -> None:
    plain = [look(at, fingerprint=bits) for at in range(4)]
    assert run("near-duplicate-pictures", subject(plain)) == []


def test_many_pairs_are_counted_and_five_are_shown() -> None:
    ones = [look(at) for at in range(8)]
    twos = [replace(each, name=f"again {each.name}") for each in ones]
    (finding,) = run("near-duplicate-pictures", subject([*ones, *twos]))
    assert "8 pairs" in finding.message
    assert len(finding.sample) == 5
    assert len(finding.pictures) == 10


def test_pictures_that_are_alike_and_have_other_labels_are_told_with_their_rows() -> None:
    first = look(1)
    again = replace(first, name="again.jpg", fingerprint=flipped(first, 7))
    told = subject([first, look(2), again], ["cat", "dog", "dog"])
    (finding,) = run("mislabelled-pictures", told)
    assert finding.sample == ("again.jpg (dog) and 1.jpg (cat)",)
    assert (finding.rows, finding.all_rows) == ((1, 3), (1, 3))
    assert finding.fixes == ("drop-rows",)


@pytest.mark.parametrize("labels", [["cat", "dog", "cat"], ["cat", "dog", None]])
def test_pictures_that_are_alike_and_do_not_contradict_each_other_are_passed_over(
    labels: list[str | None],
) -> None:
    first = look(1)
    again = replace(first, name="again.jpg")
    assert run("mislabelled-pictures", subject([first, look(2), again], labels)) == []


def test_labels_are_compared_where_there_are_labels_alone() -> None:
    first = look(1)
    told = subject([first, replace(first, name="again.jpg")], ["cat", "dog"])
    assert run("mislabelled-pictures", replace(told, target=None, task=None)) == []
    assert run("mislabelled-pictures", replace(told, task=Task.REGRESSION)) == []
    assert run("mislabelled-pictures", replace(told, features=())) == []


@pytest.mark.parametrize(
    "odd",
    [{"width": 16, "height": 12}, {"width": 6400}, {"height": 100}],
    ids=["tiny", "long", "flat"],
)
def test_a_picture_of_another_size_is_told_with_it(odd: dict[str, int]) -> None:
    looks = [look(at) for at in range(30)]
    looks[7] = replace(looks[7], **odd)
    (finding,) = run("odd-pictures", subject(looks))
    assert finding.code == "odd-size-pictures"
    assert finding.sample == (f"7.jpg ({looks[7].width:,} × {looks[7].height:,})",)
    assert "640 × 480 pixels in the middle" in finding.message
    assert finding.message.endswith(f"middle: {finding.sample[0]}.")


@pytest.mark.parametrize("brightness", [0.01, 0.99])
def test_a_picture_that_is_nearly_black_or_white_is_told(brightness: float) -> None:
    looks = [look(at, brightness=0.5 + 0.02 * np.sin(at)) for at in range(30)]
    looks[4] = replace(looks[4], brightness=brightness)
    (finding,) = run("odd-pictures", subject(looks))
    assert finding.code == "odd-brightness-pictures"
    assert finding.pictures == ("4.jpg",)
    assert finding.message.endswith(f"than the others: {finding.sample[0]}.")


def test_pictures_of_many_sizes_and_lights_are_not_odd() -> None:
    looks = [
        look(at, width=200 + 60 * (at % 9), height=300 + 50 * (at % 7), brightness=0.2 + 0.02 * at)
        for at in range(30)
    ]
    assert run("odd-pictures", subject(looks)) == []


def test_a_second_kind_of_picture_is_not_odd() -> None:
    looks = [look(at, width=640 if at % 5 else 64) for at in range(60)]
    assert run("odd-pictures", subject(looks)) == []


def test_few_pictures_say_nothing_of_what_is_usual() -> None:
    looks = [look(at) for at in range(10)]
    looks[3] = replace(looks[3], width=64_000)
    assert run("odd-pictures", subject(looks)) == []


def test_pictures_that_cannot_be_read_are_named_with_their_rows_and_what_helps() -> None:
    told = subject([look(at) for at in range(30)])
    album = told.table.known.albums["image"]
    unread = tuple(
        Unread(f"{at}.png", f"'{at}.png' is not there.", "Check.", at) for at in range(1, 8)
    )
    known = Known(albums={"image": replace(album, unread=unread)})
    table = replace(told.table, known=known)
    (finding,) = run("unreadable-pictures", replace(told, table=table))
    names = ", ".join(f"{at}.png (row {at})" for at in range(1, 6))
    assert f"cannot be read: {names} and 2 more. Of the first: '1.png' is not" in finding.message
    assert finding.rows == (1, 2, 3, 4, 5, 6, 7)
    assert finding.fix == "They are left out. Check."


def test_bytes_are_named_by_their_row_alone() -> None:
    told = subject([look(at) for at in range(30)])
    album = replace(told.table.known.albums["image"], unread=(Unread("row 6", "Broken.", row=6),))
    table = replace(told.table, known=Known(albums={"image": album}))
    (finding,) = run("unreadable-pictures", replace(told, table=table))
    assert "cannot be read: row 6. Of the first" in finding.message


def test_each_fault_of_pictures_is_told_with_its_picture_and_its_mend() -> None:
    told = subject([look(at) for at in range(30)])
    unread = (
        Unread("a.jpg", "'a.jpg' is no picture.", "Write it as PNG.", 1),
        Unread("b.jpg", "'b.jpg' is no picture.", "Write it as PNG.", 2),
        Unread("c.png", "'c.png' is empty.", "Leave it out.", 3),
    )
    album = replace(told.table.known.albums["image"], unread=unread)
    table = replace(told.table, known=Known(albums={"image": album}))
    (finding,) = run("unreadable-pictures", replace(told, table=table))
    assert finding.message.endswith("Of the first: 'a.jpg' is no picture. 'c.png' is empty.")
    assert finding.fix == "They are left out. 'a.jpg': Write it as PNG. 'c.png': Leave it out."
