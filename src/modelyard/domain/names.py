"""Names of models and datasets: which are allowed, how one is made of a file, how one is named."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Self

from modelyard.domain.errors import InvalidValue

CHAMPION = "champion"
MAX_NAME_LENGTH = 100

_NAME = re.compile(rf"[A-Za-z0-9][A-Za-z0-9._-]{{0,{MAX_NAME_LENGTH - 1}}}")
_ALIAS = re.compile(r"[A-Za-z][A-Za-z0-9._-]{0,99}")
_VERSION = re.compile(r"[1-9][0-9]{0,17}")
_NOT_ALLOWED = re.compile(r"[^A-Za-z0-9._-]+")


def check_name(name: str, noun: str = "model") -> str:
    """Return `name` if a model, or whatever `noun` says, or a folder of one may be called so.

    Raises:
        InvalidValue: if not, with a name that may.
    """
    if _NAME.fullmatch(name):
        return name
    raise InvalidValue(
        f"A {noun}'s name has 1 to {MAX_NAME_LENGTH} ASCII letters, digits and the characters "
        f"'-', '_' and '.', and starts with a letter or a digit; {name!r} came.",
        fix=f"For example: '{slug(name)}'.",
        sample=name,
    )


def check_alias(alias: str) -> str:
    """Return `alias` if a version may be called so; it starts with a letter, unlike a version.

    Raises:
        InvalidValue: if not.
    """
    if _ALIAS.fullmatch(alias):
        return alias
    raise InvalidValue(
        f"An alias starts with an ASCII letter, followed by letters, digits, '-', '_' or '.'; "
        f"{alias!r} came.",
        fix=f"For example: '{CHAMPION}'.",
        sample=alias,
    )


def slug(text: str) -> str:
    """Return an allowed name that resembles `text`, e.g. a file name without its suffix.

    Accents are dropped, other characters become '-'; where nothing is left the name is `model`.

    >>> slug("Données 2024 (final)")
    'Donnees-2024-final'
    """
    letters = unicodedata.normalize("NFKD", text)
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    joined = _NOT_ALLOWED.sub("-", bare).strip("-_.")
    return joined[:MAX_NAME_LENGTH].rstrip("-_.") or "model"


@dataclass(frozen=True)
class ModelReference:
    """How a user points at a model: `name`, `name@3` or `name@champion`.

    Attributes:
        name: of the model.
        version: where one was given.
        alias: where one was given instead.
    """

    name: str
    version: int | None = None
    alias: str | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a reference.

        Raises:
            InvalidValue: if the name, the version or the alias is not one.
        """
        name, at, rest = text.partition("@")
        check_name(name)
        if not at:
            return cls(name)
        if _VERSION.fullmatch(rest):
            return cls(name, version=int(rest))
        return cls(name, alias=check_alias(rest))
