"""A process under a limit of memory is not charged for what it has freed."""

import os
import subprocess
import sys

import pytest

from modelyard.kit.memory import handing_back

_FREES = """
import time
from pathlib import Path

import polars as pl

def charged():
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmData")).split()[1]) / 1024

numbers = pl.int_range(2_000_000, eager=True).cast(pl.Float64)
before = charged()
words = numbers.cast(pl.String)
doubled = pl.DataFrame({"a": words, "b": words.str.to_uppercase()}).hash_rows().is_duplicated()
del words, doubled
# The engine drops some of it behind our back.
until = time.monotonic() + 30
while charged() - before > 100 and time.monotonic() < until:
    time.sleep(0.1)
print(charged() - before)
"""


@pytest.mark.parametrize("said", ["", "dirty_decay_ms:500,muzzy_decay_ms:1000"])
def test_what_the_engine_of_tables_has_freed_no_longer_counts_against_the_limit(said):
    # The engine itself writes there, in every process that has loaded it.
    environment = dict(os.environ) | {"_RJEM_MALLOC_CONF": said}
    left = subprocess.run(
        [sys.executable, "-c", _FREES],
        env=handing_back(environment),
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    # The stacks of its threads; without that word 350 MB stay.
    assert float(left) < 100


def test_what_somebody_has_said_of_the_allocator_stands():
    said = {"_RJEM_MALLOC_CONF": "retain:true", "HOME": "/"}
    assert handing_back(said) == said
