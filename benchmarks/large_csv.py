"""Measures reading, typing, checking and profiling a CSV file of 500 MB, beside merely reading it.

The file is made here from a fixed seed: numbers with gaps, whole numbers, categories, two kinds of
dates, truth values, keys and free text. Each side is a process of its own, so that its peak of
memory is its own: `modelyard` profiles the file as `modelyard profile` does, `modelyard again` does
so when what was parsed is kept, `polars` and `pandas` read it into a frame and do no more. The
figures are seconds and the peak resident memory.
"""

import argparse
import json
import os
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from measuring.processes import measured
from measuring.results import keep, print_table

SIZE_BYTES = 500_000_000
TARGET_S, TARGET_BYTES = 60, 1_500_000_000
_CHUNK_ROWS = 100_000
_WORDS = (
    *("late", "early", "parcel", "driver", "returned", "customer", "called", "twice", "about"),
    *("invoice", "missing", "stamp", "please", "check", "address", "again", "before", "second"),
    *("delivery", "nobody", "home", "left", "with", "neighbour", "damaged", "box", "fine"),
)
_PROFILE = """
from pathlib import Path
from modelyard.bootstrap import open_project
from modelyard.domain.configs import ReadOptions
found = open_project().datasets.examine(Path({path!r}), ReadOptions())
n_rows = found.profile.n_rows
"""
_SIDES = {
    "modelyard": _PROFILE,
    # What was parsed is kept by now.
    "modelyard again": _PROFILE,
    "polars": "import polars; n_rows = polars.read_csv({path!r}).height",
    "pandas": "import pandas; n_rows = len(pandas.read_csv({path!r}))",
}


def write_large(path: Path, size_bytes: int) -> int:
    """Write the file in pieces until it has the size; return its rows."""
    rng = np.random.default_rng(21)
    n_rows = 0
    with path.open("wb") as file:
        while file.tell() < size_bytes:
            piece = _piece(rng, start=n_rows)
            piece.write_csv(file, include_header=n_rows == 0, datetime_format="%Y-%m-%d %H:%M:%S")
            n_rows += piece.height
    return n_rows


def _piece(rng: np.random.Generator, *, start: int) -> pl.DataFrame:
    n = _CHUNK_ROWS
    day = pl.Series(np.datetime64("2015-01-01") + rng.integers(3650, size=n).astype("m8[D]"))
    second = np.datetime64("2020-01-01T00:00:00") + rng.integers(10**8, size=n).astype("m8[s]")
    words = np.array(_WORDS)[rng.integers(len(_WORDS), size=(n, 9))]
    keys = rng.integers(2**32, size=(n, 2))
    columns: dict[str, Any] = {
        "order": np.arange(start + 1, start + n + 1),
        "key": [f"{a:08x}-{b:08x}" for a, b in keys.tolist()],
        "ordered_on": day.dt.strftime("%d.%m.%Y"),
        "seen_at": second.astype("M8[us]"),
        "price": _with_gaps(rng, np.round(rng.lognormal(3, 1, n), 2)),
        "weight": _with_gaps(rng, rng.normal(20, 5, n)),
        "distance": np.round(rng.gamma(2, 100, n), 3),
        "score": _with_gaps(rng, np.round(rng.random(n), 6)),
        "quantity": rng.integers(1, 100, n),
        "visits": rng.integers(0, 10**6, n),
        "town": [f"town {each}" for each in rng.zipf(1.6, n).clip(max=5000).tolist()],
        "shop": np.array(["north", "south", "east", "west"])[rng.integers(4, size=n)],
        "grade": _with_gaps(rng, rng.integers(1, 6, n)),
        "is_paid": np.array(["yes", "no"])[rng.integers(2, size=n)],
        "remark": [" ".join(row) for row in words.tolist()],
    }
    return pl.DataFrame(columns)


def _with_gaps(rng: np.random.Generator, values: Any) -> pl.Series:
    return pl.Series(values).set(pl.Series(rng.random(len(values)) < 0.05), None)


def _gigabytes(side: dict[str, float]) -> str:
    return f"{side['peak_bytes'] / 1e9:.2f}"


def main() -> None:
    """Print a table, and write the same as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON in place of the table")
    parser.add_argument("--size", type=int, default=SIZE_BYTES, help="of the file, in bytes")
    parser.add_argument("--file", type=Path, help="measure this file in place of a made one")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["MODELYARD_HOME"] = str(Path(folder) / "home")
        path = asked.file or Path(folder) / "large.csv"
        if asked.file is None:
            write_large(path, asked.size)
        sides = {name: measured(code.format(path=str(path))) for name, code in _SIDES.items()}
        size = path.stat().st_size
    targets = {"target_s": TARGET_S, "target_bytes": TARGET_BYTES}
    result = keep("large_csv", {"size_bytes": size, **targets, "sides": sides})
    if asked.json:
        print(json.dumps(result))
        return
    rows = [
        [name, *(f"{side[each]:.1f}" for each in ("seconds", "cpu_s")), _gigabytes(side)]
        for name, side in sides.items()
    ]
    print_table([f"{size / 1e6:.0f} MB", "seconds", "CPU s", "peak GB"], rows)
    print(f"targets: under {TARGET_S} s and {TARGET_BYTES / 1e9:.1f} GB")


if __name__ == "__main__":
    main()
