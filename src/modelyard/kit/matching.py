"""Finds the name that a user most likely meant."""

import difflib
from collections.abc import Iterable


def nearest(word: str, candidates: Iterable[str]) -> str | None:
    """Return the candidate most alike to `word`, or None where none is close.

    Source: Ratcliff and Metzener, "Pattern matching: the gestalt approach" (1988), as in difflib,
    with its customary cut-off of 0.6.
    """
    by_folded = {candidate.casefold(): candidate for candidate in candidates}
    close = difflib.get_close_matches(word.casefold(), by_folded, n=1, cutoff=0.6)
    return by_folded[close[0]] if close else None
