"""What the folders of pictures say: which class a picture has, and which part of the split."""

import pytest

from modelyard.components.sources._pictures.layouts import layout_of


def told(*names: str) -> list[tuple[str, str | None, str | None]]:
    return [(each.name, each.label, each.part) for each in layout_of(names).files]


def test_the_folder_of_a_picture_is_its_class() -> None:
    assert told("dogs/1.png", "cats/2.JPG", "cats/deep/er/3.webp") == [
        ("cats/2.JPG", "cats", None),
        ("cats/deep/er/3.webp", "cats", None),
        ("dogs/1.png", "dogs", None),
    ]


def test_the_one_folder_around_all_others_says_nothing() -> None:
    assert told("pets/cats/1.png", "pets/dogs/1.png") == [
        ("pets/cats/1.png", "cats", None),
        ("pets/dogs/1.png", "dogs", None),
    ]


@pytest.mark.parametrize(
    ("folder", "part"),
    [
        ("train", "train"),
        ("Training", "train"),
        ("val", "validation"),
        ("valid", "validation"),
        ("validation", "validation"),
        ("dev", "validation"),
        ("TEST", "test"),
        ("testing", "test"),
    ],
)
def test_folders_may_name_the_parts_of_the_split(folder: str, part: str) -> None:
    found = told("train/cats/1.png", "test/cats/2.png", f"{folder}/dogs/3.png")
    assert (f"{folder}/dogs/3.png", "dogs", part) in found


@pytest.mark.parametrize(
    "others", [("cats/1.png",), ("train/a/1.png", "extra/a/2.png"), ("train/1.png", "loose.png")]
)
def test_a_class_may_be_called_train(others: tuple[str, ...]) -> None:
    layout = layout_of(("train/cats/1.png", *others))
    assert not layout.has_parts
    assert layout.files[-1].label is None or "train" in {each.label for each in layout.files}


def test_pictures_in_no_folder_have_no_class() -> None:
    layout = layout_of(("1.png", "2.png"))
    assert not layout.has_labels
    assert [each.label for each in layout.files] == [None, None]


def test_what_systems_leave_behind_is_no_picture() -> None:
    names = (
        "cats/1.png",
        "__MACOSX/cats/._1.png",
        "cats/.DS_Store",
        "cats/Thumbs.db",
        ".git/x.png",
        "desktop.ini",
    )
    layout = layout_of(names)
    assert [each.name for each in layout.files] == ["cats/1.png"]
    assert layout.n_others == 0


def test_files_that_promise_no_picture_are_counted() -> None:
    layout = layout_of(("cats/1.png", "cats/notes.txt", "readme"))
    assert (len(layout.files), layout.n_others) == (1, 2)
