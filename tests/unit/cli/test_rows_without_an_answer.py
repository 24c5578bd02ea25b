"""Rows without an answer are told one below the other, each with its row once."""

import pytest

from modelyard.cli._words import print_row_errors
from modelyard.domain.errors import UnreadablePicture
from modelyard.domain.predictions import RowError


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("Row 6: 'a.png' is not there.", "Error in row 6: 'a.png' is not there."),
        ("Row 6, column 'x': it is empty.", "Error in row 6, column 'x': it is empty."),
        ("Column 'x' is odd.", "Error in row 6: Column 'x' is odd."),
    ],
)
def test_a_row_is_said_once(capsys: pytest.CaptureFixture[str], message: str, told: str) -> None:
    print_row_errors([RowError(6, UnreadablePicture(message, fix="Look."))], n_failed=1)
    assert capsys.readouterr().err.splitlines()[0] == f"{told} Look."
