"""Measures what a look at a large table costs before a training: by rows drawn from it, and by all.

The table is that of `large_csv.py`, uploaded and read as a dataset in a project of its own. The
first side asks as the platform does, which looks at the rows that were drawn when the file was
read; the second asks a project whose reader draws none, so that the whole table is looked at, as
it is for a training. Each ask is a process of its own, the tables that were parsed are kept for
both; what is told are seconds and the peak resident memory.
"""

import argparse
import json
import os
import tempfile
from pathlib import Path
from typing import Any

from large_csv import write_large
from measuring.processes import measured
from measuring.results import keep, print_table

SIZE_BYTES, TARGET = 500_000_000, "is_paid"
# More cells than any table has: none is so large that rows are drawn from it.
_ALL = 10**12
_UPLOAD = """
from dataclasses import replace
from pathlib import Path
from modelyard.bootstrap import open_project
from modelyard.services.uploads import UploadRequest
project, path = open_project(), Path({path!r})
request = UploadRequest("large", path.stat().st_size, "local", filename="large.csv")
with path.open("rb") as file:
    project.uploads.take(request, iter(lambda: file.read(1 << 20), b""))
reader = replace(project.tables, drawn_cells={cells})
replace(project.ingesting, tables=reader).ingest("large")
n_rows = 0
"""
_LOOK = """
from modelyard.bootstrap import open_project
from modelyard.domain.configs import TrainingConfig
told = open_project().outlining.outline("large", TrainingConfig(target={target!r}))
n_rows = told.n_seen
"""


def side(folder: Path, path: Path, cells: int) -> dict[str, Any]:
    """Return what a look costs in a project whose reader draws so many cells."""
    os.environ["MODELYARD_HOME"] = str(folder)
    # Less than this, and what was parsed of one file takes the room of the other's.
    os.environ["MODELYARD_CACHE_MB"] = "8000"
    measured(_UPLOAD.format(path=str(path), cells=cells))
    return measured(_LOOK.format(target=TARGET))


def main() -> None:
    """Print a table, and write the same as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON in place of the table")
    parser.add_argument("--size", type=int, default=SIZE_BYTES, help="of the file, in bytes")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder, path = Path(name), Path(name) / "large.csv"
        n_rows = write_large(path, asked.size)
        size = path.stat().st_size
        sides = {
            "rows that were drawn": side(folder / "drawn", path, 2_000_000),
            "all rows": side(folder / "all", path, _ALL),
        }
    result = keep("outlining", {"size_bytes": size, "n_rows": n_rows, "sides": sides})
    if asked.json:
        print(json.dumps(result))
        return
    rows = [
        [
            name,
            f"{each['n_rows']:,}",
            *(f"{each[part]:.1f}" for part in ("seconds", "cpu_s")),
            f"{each['peak_bytes'] / 1e9:.2f}",
        ]
        for name, each in sides.items()
    ]
    heads = ["looked at", "seconds", "CPU s", "peak GB"]
    print_table([f"{size / 1e6:.0f} MB, {n_rows:,} rows", *heads], rows)


if __name__ == "__main__":
    main()
