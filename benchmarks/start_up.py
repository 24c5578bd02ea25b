"""Measures how long Modelyard takes to begin: a bare interpreter, the import, the help.

Each is a fresh process, all in turn. What counts is the difference to a round's bare interpreter,
which is the floor that no Python program gets below. Targets: import 50 ms, help 200 ms.
"""

import argparse
import json
import sys
from pathlib import Path
from statistics import median

from measuring.results import keep, print_table
from measuring.timing import processes_in_turn

PYTHON = sys.executable
COMMANDS = {
    "bare interpreter": [PYTHON, "-c", "pass"],
    "import modelyard": [PYTHON, "-c", "import modelyard"],
    "modelyard --help": [str(Path(PYTHON).with_name("modelyard")), "--help"],
    "import pandas, sklearn": [PYTHON, "-c", "import pandas, sklearn.pipeline"],
}
TARGETS_MS = {"import modelyard": 50, "modelyard --help": 200}


def main() -> None:
    """Print a table, and write the same as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON in place of the table")
    parser.add_argument("--rounds", type=int, default=15)
    asked = parser.parse_args()
    times = processes_in_turn(COMMANDS, n_rounds=asked.rounds).wall
    floor = times["bare interpreter"]
    found = [
        {
            "what": name,
            "median_ms": 1e3 * median(each),
            "over_bare_ms": 1e3 * median(a - b for a, b in zip(each, floor, strict=True)),
            "target_ms": TARGETS_MS.get(name),
        }
        for name, each in times.items()
    ]
    result = keep("start_up", {"n_rounds": asked.rounds, "starts": found})
    if asked.json:
        print(json.dumps(result))
        return
    print_table(
        ["start", "median ms", "over bare ms", "target ms"],
        [
            [
                each["what"],
                f"{each['median_ms']:.0f}",
                f"{each['over_bare_ms']:.0f}",
                str(each["target_ms"] or ""),
            ]
            for each in found
        ],
    )


if __name__ == "__main__":
    main()
