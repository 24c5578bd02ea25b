"""Finds the name that a user most likely meant."""

import difflib
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

# Of a folder, so many names are compared: more take seconds.
_MOST_COMPARED = 10_000


def nearest(word: str, candidates: Iterable[str]) -> str | None:
    """Return the candidate most alike to `word`, or None where none is close.

    Source: Ratcliff and Metzener, "Pattern matching: the gestalt approach" (1988), as in difflib,
    with its customary cut-off of 0.6.
    """
    by_folded = {candidate.casefold(): candidate for candidate in candidates}
    close = difflib.get_close_matches(word.casefold(), by_folded, n=1, cutoff=0.6)
    return by_folded[close[0]] if close else None


def suggestion(word: str, candidates: Iterable[str], *, otherwise: str = "") -> str:
    """Return the question whether the nearest candidate was meant.

    Args:
        word: that does not exist.
        candidates: that do.
        otherwise: what to say where none is close.

    >>> suggestion("specie", ["species", "island"])
    "Did you mean 'species'?"
    """
    close = nearest(word, candidates)
    return otherwise if close is None else f"Did you mean '{close}'?"


def known_names(word: str, candidates: Iterable[str], *, title: str = "Known") -> str:
    """Return the suggestion, where there is one, and all the candidates in their order.

    >>> known_names("specie", ["species", "island"])
    "Did you mean 'species'? Known: species, island."
    """
    names = list(candidates)
    return f"{suggestion(word, names)} {title}: {', '.join(names) or 'none'}.".lstrip()


def suggested_path(path: Path, *, otherwise: str = "Check the path.") -> str:
    """Return the question whether a file or folder beside a path that is not there was meant."""
    try:
        names = sorted(each.name for each in islice(path.parent.iterdir(), _MOST_COMPARED))
    except OSError:
        return otherwise
    close = nearest(path.name, names)
    return otherwise if close is None else f"Did you mean '{path.parent / close}'?"
