"""Builds small tables for tests: rows that can be learned from, without giving the answer away."""

import random
from collections.abc import Callable, Sequence

Row = Sequence[str]

# Trains in a fraction of a second.
QUICK = ("--target", "y", "--algorithm", "logistic-regression")


def truth(at: int) -> bool:
    """Return the answer of a row: mostly, but not always, told by `number`."""
    return (at * 7 % 11 > 4) ^ (at % 5 == 2)


def number(at: int) -> str:
    """Return a fraction that differs in every row and leans to the answer."""
    return f"{at * 7 % 11 + at / 1000:.3f}"


def word(at: int) -> str:
    """Return one of three words that say nothing about the answer."""
    return "abc"[at % 3]


def answer(at: int) -> str:
    """Return the answer as a word."""
    return "yes" if truth(at) else "no"


def table(
    make: Callable[[int], Row] = lambda at: (number(at), word(at), answer(at)),
    *,
    header: Row = ("x", "c", "y"),
    n_rows: int = 60,
    delimiter: str = ",",
) -> str:
    """Return a delimited table of `n_rows` rows."""
    rows = [header, *(make(at) for at in range(n_rows))]
    return "".join(delimiter.join(row) + "\n" for row in rows)


def with_column(name: str, make: Callable[[int], str], *, n_rows: int = 60) -> str:
    """Return the usual table with one more column before the answer."""
    return table(
        lambda at: (number(at), word(at), make(at), answer(at)),
        header=("x", "c", name, "y"),
        n_rows=n_rows,
    )


def cycle(*words: str) -> Callable[[int], str]:
    """Return a function that gives one word after the other."""
    return lambda at: words[at % len(words)]


def noise(at: int) -> float:
    """Return a number between 0 and 1 that says nothing about anything."""
    return random.Random(at).random()  # noqa: S311 -- reproducible, not secret
