"""Measures profiling and training on a table of 10,000 columns and 1,000 rows.

The table is made here from a fixed seed, as expressions of genes with a few notes come: six of ten
columns are numbers, two whole numbers, one a category and one of truth values, each with gaps. Each
side is a process of its own, so that its peak of memory is its own. Beside them, polars reads the
file and does no more.
"""

import argparse
import json
import os
import tempfile
from pathlib import Path

import numpy as np
import polars as pl
from measuring.processes import measured
from measuring.results import keep, print_table

N_ROWS, N_COLUMNS = 1_000, 10_000
SHARE_OF_GAPS = 0.05
TARGETS_S = {"profile": 20, "train": 60}
_SIDES = {
    "profile": """
from pathlib import Path
from modelyard.bootstrap import open_project
from modelyard.domain.configs import ReadOptions
found = open_project().datasets.examine(Path({path!r}), ReadOptions(), target="y")
n_rows = found.profile.n_rows
""",
    "train": """
import modelyard
model = modelyard.train({path!r}, target="y", algorithm="lightgbm")
n_rows = 0
""",
    "polars": "import polars; n_rows = polars.read_csv({path!r}).height",
}


def write_wide(path: Path) -> None:
    """Write the table; the target follows the first column."""
    rng = np.random.default_rng(23)
    columns: dict[str, pl.Series] = {}
    for at in range(N_COLUMNS - 1):
        values = _values(rng, at % 10)
        is_gap = pl.Series(rng.random(N_ROWS) < SHARE_OF_GAPS)
        columns[f"c{at}"] = pl.Series(values).set(is_gap, None)
    seen = columns["c0"].fill_null(0.0).to_numpy() + rng.normal(size=N_ROWS)
    columns["y"] = pl.Series(seen > 0).cast(pl.Int8)
    pl.DataFrame(columns).write_csv(path)


def _values(rng: np.random.Generator, sort: int) -> np.ndarray:
    if sort < 6:
        return np.round(rng.normal(size=N_ROWS), 4)
    if sort < 8:
        return rng.integers(0, 50, N_ROWS)
    words = ["a", "b", "c", "dd"] if sort == 8 else ["yes", "no"]
    return np.array(words)[rng.integers(len(words), size=N_ROWS)]


def main() -> None:
    """Print a table, and write the same as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON in place of the table")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["MODELYARD_HOME"] = str(Path(folder) / "home")
        path = Path(folder) / "wide.csv"
        write_wide(path)
        sides = {name: measured(code.format(path=str(path))) for name, code in _SIDES.items()}
    result = keep("wide_table", {"targets_s": TARGETS_S, "sides": sides})
    if asked.json:
        print(json.dumps(result))
        return
    rows = [
        [name, f"{side['seconds']:.1f}", f"{side['cpu_s']:.1f}", f"{side['peak_bytes'] / 1e9:.2f}"]
        for name, side in sides.items()
    ]
    print_table(["10,000 columns", "seconds", "CPU s", "peak GB"], rows)


if __name__ == "__main__":
    main()
