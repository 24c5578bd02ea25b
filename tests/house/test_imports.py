"""The doors open without loading what they do not need; measured by what is loaded, not by time."""

import json
import os
import subprocess
import sys

HEAVY = {
    "lightgbm",
    "numpy",
    "pandas",
    "polars",
    "pyarrow",
    "scipy",
    "sklearn",
    "sqlalchemy",
    "torch",
}

_REPORT = """
import json, sys
before = set(sys.modules)
{statement}
loaded = {{name.partition(".")[0] for name in set(sys.modules) - before}}
print(json.dumps(sorted(loaded)), file=sys.stderr)
"""

_HELP = """
sys.argv = ["modelyard", "--help"]
from modelyard.cli import main
try:
    main()
except SystemExit as stop:
    assert not stop.code, stop.code
"""


def _loaded_by(statement):
    """Top-level modules that a fresh interpreter loads, without those of a coverage measurement."""
    result = subprocess.run(
        [sys.executable, "-c", _REPORT.format(statement=statement)],
        env={name: value for name, value in os.environ.items() if not name.startswith("COV")},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(json.loads(result.stderr.splitlines()[-1])), result.stdout


def test_importing_the_product_loads_no_third_party():
    loaded, _ = _loaded_by("import modelyard")
    assert loaded - sys.stdlib_module_names == {"modelyard"}


def test_asking_for_help_loads_no_heavy_library():
    loaded, printed = _loaded_by(_HELP)
    assert loaded & HEAVY == set()
    assert "usage" in printed.casefold()


def test_the_measurement_notices_a_heavy_library():
    loaded, _ = _loaded_by("import numpy")
    assert "numpy" in loaded & HEAVY
