"""Draws the 120 sequences of `data/readings.csv`: cylinders, bells and funnels of 20 to 40 numbers.

    python examples/draw_readings.py examples/data/readings.csv examples/data/readings_long.csv

The second file holds the same with a number in each row. It needs numpy alone; the same sequences
come each time. Source: Saito: Local Feature Extraction and Its Application Using a Library of
Bases, thesis, Yale (1994).
"""

import csv
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

FORMS, A_CLASS, SEED = ("cylinder", "bell", "funnel"), 40, 0


def reading(form: str, rng: np.random.Generator) -> str:
    """Return the numbers of one sequence with spaces between them."""
    length = rng.integers(20, 41)
    start, width = rng.integers(2, 9), rng.integers(8, length - 11)
    at = np.arange(length)
    rises = (at - start) / width
    height = {"cylinder": np.ones(length), "bell": rises, "funnel": 1 - rises}[form]
    is_inside = (at >= start) & (at <= start + width)
    numbers = rng.normal(6, 1) * height * is_inside + rng.normal(0, 0.5, length)
    return " ".join(f"{each:.2f}" for each in numbers)


def main() -> None:
    """Write both tables."""
    rng = np.random.default_rng(SEED)
    forms = rng.permutation(np.repeat(FORMS, A_CLASS)).tolist()
    rows = [(reading(form, rng), form) for form in forms]
    write(sys.argv[1], [("reading", "form"), *rows])
    items = [
        (f"R-{number:03}", at, value, form)
        for number, (numbers, form) in enumerate(rows)
        for at, value in enumerate(numbers.split())
    ]
    write(sys.argv[2], [("series", "at", "value", "form"), *items])


def write(path: str, rows: Sequence[tuple[object, ...]]) -> None:
    """Write rows as CSV."""
    with Path(path).open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(rows)


if __name__ == "__main__":
    main()
