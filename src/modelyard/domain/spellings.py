"""Which spellings are one word to a person; a check looks for them by it, and a recipe merges."""

import unicodedata


def folded(word: str) -> str:
    """Return a word without case, accents, needless white space and characters of no width.

    >>> folded(" São  Paulo") == folded("sao paulo")
    True
    """
    apart = unicodedata.normalize("NFKD", word.casefold())
    bare = "".join(letter for letter in apart if not _is_unseen(letter))
    return " ".join(bare.split())


def _is_unseen(letter: str) -> bool:
    return bool(unicodedata.combining(letter)) or unicodedata.category(letter) == "Cf"
