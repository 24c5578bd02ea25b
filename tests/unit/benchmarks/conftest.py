"""Lets tests import the benchmarks, which are scripts and belong to no package."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "benchmarks"))
