"""What every error of the tree in `errors` carries, and how it is told."""

import re
from collections.abc import Sequence
from copy import copy
from typing import Any, ClassVar, Self


class ModelyardError(Exception):
    """Base of every error that a user can cause or mend."""

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 400
    exit_code: ClassVar[int] = 1
    # What to do where whoever raises it knows nothing better.
    usual_fix: ClassVar[str | None] = None

    def __init__(
        self,
        message: str,
        *,
        fix: str | None = None,
        row: int | None = None,
        column: str | None = None,
        sample: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix or self.usual_fix
        self.row = row
        self.column = column
        self.sample = sample
        self.misfits: Sequence[int] = ()

    def moved(self, n_rows: int) -> Self:
        """Return the error of a part of a table as one of the table: rows stand before the part."""
        if self.row is None or not n_rows:
            return self
        moved = copy(self)
        moved.row = self.row + n_rows
        moved.message = _with_row(self.message, self.row, moved.row)
        moved.fix = None if self.fix is None else _with_row(self.fix, self.row, moved.row)
        return moved

    def __str__(self) -> str:
        return f"{self.message} {self.fix}" if self.fix else self.message

    def to_dict(self) -> dict[str, Any]:
        """Return the structured fields, without those that are not known."""
        fields = {
            "code": self.code,
            "detail": self.message,
            "row": self.row,
            "column": self.column,
            "sample": self.sample,
            "fix": self.fix,
        }
        return {name: value for name, value in fields.items() if value is not None}


def _with_row(text: str, row: int, other: int) -> str:
    """Return the text with another number of its row; what it quotes is the user's and stays."""
    named = re.compile(rf"(?<!\w)'[^']*'(?!\w)|\b(?P<word>[Rr]ow) {row}\b")
    return named.sub(lambda it: f"{it['word']} {other}" if it["word"] else it[0], text)
