"""Draws the 120 sequences of `data/readings.csv`: cylinders, bells and funnels of 20 to 40 numbers.

    python examples/draw_readings.py examples/data/readings.csv

It needs numpy alone; the same sequences come each time. Source: Saito: Local Feature Extraction
and Its Application Using a Library of Bases, thesis, Yale (1994).
"""

import csv
import sys
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
    """Write the table."""
    rng = np.random.default_rng(SEED)
    forms = rng.permutation(np.repeat(FORMS, A_CLASS)).tolist()
    with Path(sys.argv[1]).open("w", encoding="utf-8", newline="") as stream:
        table = csv.writer(stream, lineterminator="\n")
        table.writerow(("reading", "form"))
        table.writerows((reading(form, rng), form) for form in forms)


if __name__ == "__main__":
    main()
