"""What can be done about a finding, in the words that a configuration and the command line take.

A fix is a word, with a value behind a colon where it needs one: `drop-column`, `mark-missing:-999`.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from modelyard.domain.errors import InvalidValue
from modelyard.kit.matching import known_names

# Asks for the fix that a finding recommends.
RECOMMENDED = "recommended"
# In place of a finding's name: every finding that recommends a fix.
EVERY_FINDING = "all"


class FixWord(StrEnum):
    """What a fix does."""

    DROP_COLUMN = "drop-column"
    DROP_ROWS = "drop-rows"
    DROP_DUPLICATES = "drop-duplicates"
    MARK_MISSING = "mark-missing"
    AS_CATEGORY = "as-category"
    AS_TEXT = "as-text"
    AS_NUMBER = "as-number"
    AS_DATE = "as-date"
    CLIP_OUTLIERS = "clip-outliers"
    MERGE_SPELLINGS = "merge-spellings"
    GROUP_BY = "group-by"


# Words that take a value, with what it is.
VALUE_OF = {
    FixWord.MARK_MISSING: "the cell that means missing",
    FixWord.AS_DATE: "the format of the dates",
    FixWord.GROUP_BY: "the column whose rows stay together",
}
# What leaves rows out of the teaching, and is no matter of a column.
OF_ROWS = frozenset({FixWord.DROP_ROWS, FixWord.DROP_DUPLICATES})


@dataclass(frozen=True)
class Fix:
    """A word, and its value where it takes one."""

    word: FixWord
    value: str = ""

    def __str__(self) -> str:
        """Return the fix as a configuration names it."""
        return f"{self.word}:{self.value}" if self.value else self.word.value

    @classmethod
    def read(cls, text: str) -> Self:
        """Read a fix as a configuration names it.

        Raises:
            InvalidValue: if there is no such fix, or its value is missing or too much.
        """
        word, _, value = text.partition(":")
        try:
            known = FixWord(word)
        except ValueError as error:
            raise InvalidValue(
                f"There is no fix '{text}'.",
                fix=known_names(word, [each.value for each in FixWord]),
                sample=text,
            ) from error
        needed = VALUE_OF.get(known)
        if needed is not None and not value:
            raise InvalidValue(
                f"The fix {known} needs {needed}.", fix=f"Write {known}:VALUE.", sample=text
            )
        if needed is None and value:
            raise InvalidValue(
                f"The fix {known} takes no value; '{value}' came.",
                fix=f"Write {known}.",
                sample=text,
            )
        return cls(known, value)


@dataclass(frozen=True)
class AppliedFix:
    """One fix that a training applied, as run and report tell it.

    Attributes:
        finding: name of the finding; empty where the user named the column alone.
        columns: that it changed.
        fix: as a configuration names it.
        n_rows: that it left out of the teaching.
    """

    finding: str
    columns: tuple[str, ...]
    fix: str
    n_rows: int = 0

    @property
    def told(self) -> str:
        """What was done, one sentence."""
        fix = Fix.read(self.fix)
        names = ", ".join(f"'{name}'" for name in self.columns)
        done = {
            FixWord.DROP_COLUMN: f"Left {names} out",
            FixWord.DROP_ROWS: f"{self.n_rows:,} rows teach nothing; they may still test",
            FixWord.DROP_DUPLICATES: (
                f"{self.n_rows:,} repeated rows teach nothing; they may still test"
            ),
            FixWord.MARK_MISSING: f"Read '{fix.value}' in {names} as missing, in requests as well",
            FixWord.AS_CATEGORY: f"Read {names} as a category",
            FixWord.AS_TEXT: f"Read {names} as text",
            FixWord.AS_NUMBER: f"Read {names} as a number",
            FixWord.AS_DATE: f"Read {names} as dates of the format {fix.value}",
            FixWord.CLIP_OUTLIERS: f"Brought outliers of {names} to their fence, in requests too",
            FixWord.MERGE_SPELLINGS: f"Merged the spellings in {names}, in requests as well",
            FixWord.GROUP_BY: f"Kept the rows of one '{fix.value}' on one side of the split",
        }[fix.word]
        return f"{done} ({self.finding})." if self.finding else f"{done}."
