"""Where folders deal the rows, a class that no row teaches is named with its folder."""

from collections.abc import Sequence

import numpy as np
import polars as pl
import pytest

from modelyard.catalog import Catalog
from modelyard.components.sources._pictures.layouts import layout_of
from modelyard.domain.columns import Column, ColumnKind
from modelyard.domain.findings import Finding, Severity
from modelyard.domain.tables import Known, Table
from modelyard.domain.tasks import Task
from modelyard.engine.profiling import profile
from modelyard.protocols.checks import CheckInput

TAUGHT = ("train/disc/1.png", "train/bar/2.png", "test/disc/3.png", "test/bar/4.png")


def found_in(
    names: Sequence[str],
    *,
    cells: dict[str, str | None] | None = None,
    target: str | None = "label",
) -> list[Finding]:
    """Run the check on the table of these files; a picture is its name, or what `cells` says."""
    files = layout_of(names).files
    columns = {
        "file": (ColumnKind.IDENTIFIER, [each.name for each in files]),
        "image": (ColumnKind.IMAGE, [(cells or {}).get(each.name, each.name) for each in files]),
        "label": (ColumnKind.CATEGORY, [each.label for each in files]),
        "part": (ColumnKind.CATEGORY, [each.part for each in files]),
    }
    frame = pl.DataFrame({name: values for name, (_, values) in columns.items()})
    typed = tuple(Column(name, kind) for name, (kind, _) in columns.items())
    known = Known(beside=frozenset({"file", "part"}), files=frozenset({"file"}), part="part")
    table = Table(frame, typed, known=known)
    rng = np.random.default_rng(0)
    told = CheckInput(table, profile(table), target, Task.MULTICLASS, ("image",), rng)
    return list(Catalog().checks()["untaught-class"].check(told))


@pytest.mark.parametrize(
    ("others", "where"),
    [
        (("test/other/5.png",), "'other' is in 'test/other' alone"),
        (("val/other/5.png",), "'other' is in 'val/other' alone"),
        (("val/other/5.png", "test/other/deep/6.png"), "in 'test/other' and 'val/other' alone"),
        (("test/test/5.png",), "'test' is in 'test/test' alone"),
    ],
)
def test_a_class_that_is_in_no_folder_that_teaches_stops_the_training(
    others: tuple[str, ...], where: str
) -> None:
    (finding,) = found_in((*TAUGHT, *others))
    assert finding.severity is Severity.ERROR
    assert finding.message.startswith("Nothing teaches 1 class of 'label': ")
    assert where in finding.message
    assert len(finding.all_rows) == len(others)


def test_the_folder_is_named_as_it_is_within_the_folder_around_all() -> None:
    (finding,) = found_in([f"pets/{name}" for name in (*TAUGHT, "TEST/other/5.png")])
    assert "'other' is in 'pets/TEST/other' alone" in finding.message


def test_of_many_classes_that_nothing_teaches_five_are_named() -> None:
    (finding,) = found_in((*TAUGHT, *(f"test/{at}/1.png" for at in range(8))))
    assert "8 classes" in finding.message
    assert finding.message.endswith("'4' is in 'test/4' alone, and 3 more.")
    assert finding.sample == ("0", "1", "2", "3", "4")


@pytest.mark.parametrize("cell", [None, "test/bar/4.png"], ids=["unreadable", "tests as well"])
def test_a_class_whose_every_teaching_picture_is_left_out_is_taught_by_nothing(
    cell: str | None,
) -> None:
    (finding,) = found_in(TAUGHT, cells={"train/bar/2.png": cell})
    assert "the pictures of 'bar' in 'train/bar' cannot be read, or test as well" in finding.message


def test_classes_that_are_taught_are_passed_over_whether_they_are_tested_or_not() -> None:
    assert found_in((*TAUGHT, "train/other/5.png")) == []


def test_a_class_whose_pictures_cannot_be_read_in_any_folder_is_none() -> None:
    assert found_in((*TAUGHT, "test/other/5.png"), cells={"test/other/5.png": None}) == []


def test_without_a_target_no_class_is_missed() -> None:
    assert found_in((*TAUGHT, "test/other/5.png"), target=None) == []
