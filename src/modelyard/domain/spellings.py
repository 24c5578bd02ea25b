"""Which spellings are one word to a person; a check looks for them by it, and a recipe merges."""

import unicodedata


def folded(word: str) -> str:
    """Return a word without case, accents and needless white space.

    >>> folded(" São  Paulo") == folded("sao paulo")
    True
    """
    apart = unicodedata.normalize("NFKD", word.casefold())
    bare = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return " ".join(bare.split())
