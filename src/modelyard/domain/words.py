"""Reads a word that a user wrote as a member of a vocabulary."""

from enum import StrEnum
from typing import TypeVar

from modelyard.domain.errors import InvalidValue
from modelyard.kit.matching import suggestion

Member = TypeVar("Member", bound=StrEnum)


def member_called(vocabulary: type[Member], word: str, *, what: str) -> Member:
    """Return the member whose value is `word`.

    Args:
        vocabulary: an enumeration of words.
        word: as the user wrote it.
        what: what the vocabulary is about, for the message.

    Raises:
        InvalidValue: if there is none, with the nearest one.
    """
    try:
        return vocabulary(word)
    except ValueError as error:
        known = [member.value for member in vocabulary]
        raise InvalidValue(
            f"The {what} must be one of {', '.join(known)}; '{word}' came.",
            fix=suggestion(str(word), known, otherwise="Choose one of them."),
            sample=str(word),
        ) from error
