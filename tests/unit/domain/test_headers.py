"""Which column names a table may have."""

import pytest

from modelyard.domain.errors import AmbiguousHeader
from modelyard.domain.headers import require_sound_header


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["a", "b", "a"], "'a' at positions 1, 3"),
        (["Age", "x", "age"], "'Age', 'age' at positions 1, 3"),
        (["a", "", "b", ""], "positions 2, 4 of 4"),
        ([""], "position 1 of 1"),
        ([""] * 12, "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, … of 12"),
    ],
)
def test_names_that_leave_doubt_are_told_with_their_positions(names, told):
    with pytest.raises(AmbiguousHeader) as caught:
        require_sound_header(names)
    assert told in caught.value.message


def test_names_in_other_scripts_and_unicode_forms_are_kept_apart():
    require_sound_header(["é", "e\u0301", "😀", "שם", '"x"', "'; DROP TABLE", "=1+1", "a b"])
