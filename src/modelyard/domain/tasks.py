"""What a model is asked to do."""

from enum import StrEnum


class Task(StrEnum):
    """The kind of answer that a model gives."""

    BINARY = "binary"
    MULTICLASS = "multiclass"
    REGRESSION = "regression"

    @property
    def is_classification(self) -> bool:
        """Whether the answer is one of a set of labels."""
        return self is not Task.REGRESSION


# A class label keeps the type that it has in the table, so that a prediction compares equal to it.
Label = str | int | bool
