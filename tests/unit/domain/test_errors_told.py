"""An error says what to do, and the rows of a part are told as those of the table."""

from modelyard.domain.errors import UnparseableValue, UnsupportedPackage


def test_a_package_that_cannot_be_read_always_comes_with_a_way_out() -> None:
    assert UnsupportedPackage("It is no package.").fix
    assert UnsupportedPackage("It is no package.", fix="Update.").fix == "Update."


def test_the_row_of_a_part_is_told_as_that_of_the_table_and_quoted_cells_stay() -> None:
    error = UnparseableValue("Row 3 of 'row 3' holds 'see row 3'.", fix="Mend row 3.", row=3)
    moved = error.moved(100)
    assert (moved.row, moved.message) == (103, "Row 103 of 'row 3' holds 'see row 3'.")
    assert (moved.fix, error.row) == ("Mend row 103.", 3)
