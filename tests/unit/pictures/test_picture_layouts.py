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


@pytest.mark.parametrize("around", ["", "pets/", "home/pets/"])
def test_a_picture_beside_the_class_folders_changes_nothing_for_the_others(around: str) -> None:
    names = ["cats/1.png", "dogs/1.png", "cover.png"]
    found = told(*(around + name for name in names))
    assert [(name.removeprefix(around), label) for name, label, _ in found] == [
        ("cats/1.png", "cats"),
        ("cover.png", None),
        ("dogs/1.png", "dogs"),
    ]


@pytest.mark.parametrize("around", ["", "pets/"])
def test_a_picture_beside_the_folders_of_the_parts_belongs_to_none(around: str) -> None:
    names = ["train/cats/1.png", "train/dogs/2.png", "test/cats/3.png", "cover.png"]
    found = {name: (label, part) for name, label, part in told(*(around + name for name in names))}
    assert found == {
        f"{around}train/cats/1.png": ("cats", "train"),
        f"{around}train/dogs/2.png": ("dogs", "train"),
        f"{around}test/cats/3.png": ("cats", "test"),
        f"{around}cover.png": (None, None),
    }


def test_a_class_with_a_folder_in_it_stays_a_class() -> None:
    found = told("cats/1.png", "cats/indoors/2.png")
    assert [label for _, label, _ in found] == ["cats", "cats"]


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
