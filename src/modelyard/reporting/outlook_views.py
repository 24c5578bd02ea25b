"""What is expected of an AutoML run, in words, before it begins."""

from modelyard.domain.outlooks import Outlook
from modelyard.kit.numerals import count, size


def outlook_sentences(outlook: Outlook) -> tuple[str, ...]:
    """Say how large the work is, what the budget is likely to buy, and what is left out."""
    if outlook.base_bytes >= outlook.memory_bytes:
        return (_work(outlook), _memory(outlook))
    told = [_work(outlook), _memory(outlook), _bought(outlook)]
    if outlook.absences:
        named = "; ".join(f"{each.algorithm} {each.reason}" for each in outlook.absences)
        told.append(f"Left out: {named}.")
    return tuple(told)


def _work(outlook: Outlook) -> str:
    folds = "one part held out"
    if outlook.n_folds > 1:
        folds = f"{outlook.n_folds} folds"
    places = "one fit" if outlook.n_places == 1 else f"{outlook.n_places} fits"
    return (
        f"{count(outlook.n_rows)} rows × {count(outlook.n_columns)} columns, "
        f"{count(outlook.n_features)} features; {folds}, {places} at a time, about "
        f"{outlook.fit_s:.2g} s a fit."
    )


def _memory(outlook: Outlook) -> str:
    needed = outlook.base_bytes + outlook.n_places * outlook.fit_bytes
    told = (
        f"Memory: about {size(outlook.base_bytes)} before the first fit, "
        f"{size(outlook.table_bytes)} of it data, and up to {size(outlook.fit_bytes)} a fit, of "
        f"{size(outlook.memory_bytes)}"
    )
    if needed <= outlook.memory_bytes:
        return f"{told}."
    if outlook.base_bytes >= outlook.memory_bytes:
        return f"{told}: no fit would begin; allow {size(needed)} with --memory-limit."
    return f"{told}: where it is passed, the largest fit is ended; allow more with --memory-limit."


def _bought(outlook: Outlook) -> str:
    n_all = outlook.n_starts + (outlook.n_more or 0)
    if outlook.time_s is None and outlook.n_more is None:
        return f"About {count(n_all)} known settings will be tried, and what a search finds then."
    within = "" if outlook.time_s is None else f" in the {outlook.time_s:.0f} s for fits"
    if not n_all:
        return (
            f"No candidate is likely to be done{within}: allow more time with --time-limit, or "
            "leave columns or rows out."
        )
    noun = "candidate" if n_all == 1 else "candidates"
    return (
        f"About {count(n_all)} {noun} are likely{within}: {count(outlook.n_starts)} known "
        f"settings, {count(outlook.n_more or 0)} of a search around the best."
    )
