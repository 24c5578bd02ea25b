"""What a model is asked to do."""

from enum import StrEnum
from typing import Self

from modelyard.domain.words import member_called


class Task(StrEnum):
    """The kind of answer that a model gives."""

    BINARY = "binary"
    MULTICLASS = "multiclass"
    REGRESSION = "regression"

    @classmethod
    def called(cls, word: str) -> Self:
        """Return the task that a user means by a word.

        Raises:
            InvalidValue: if there is none, with the nearest one.
        """
        return member_called(cls, word, what="task")

    @property
    def is_classification(self) -> bool:
        """Whether the answer is one of a set of labels."""
        return self is not Task.REGRESSION


# A class label keeps the type that it has in the table, so that a prediction compares equal to it.
Label = str | int | bool
