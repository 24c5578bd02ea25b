"""The process that does one piece of work for the API: `python -m modelyard.api.child`.

It loads what most work needs, and then waits for the order: the name of a module of ours, and what
its function `perform` is handed.
"""

import importlib
import os
import pickle
import resource
import sys

from modelyard.kit.discovery import scan
from modelyard.kit.families import die_with_parent, go_before_others

# Libraries reserve a gigabyte before they read anything.
MEMORY_BYTES = 4 << 30
_CPU_S = 60
# Exit code, as sysexits.h calls what the system cannot give: EX_OSERR.
OUT_OF_MEMORY = 71
_USUAL = (
    "modelyard.api.outlining_child",
    "modelyard.services.outlining",
    "modelyard.services.ingesting",
)
_SHELVES = ("algorithms", "checks", "metrics", "sources", "transforms")


def main() -> None:
    """Do what the parent wants, within limits that no small table meets, and answer it.

    What a library prints is never taken for the answer.
    """
    die_with_parent()
    go_before_others()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_S, _CPU_S))
    answering = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    _load()
    try:
        # A message between a process and its own child.
        module, order = pickle.load(sys.stdin.buffer)  # noqa: S301 - from our parent
        with os.fdopen(answering, "wb") as answer:
            answer.write(importlib.import_module(module).perform(order))
    except MemoryError:
        sys.exit(OUT_OF_MEMORY)


def _load() -> None:
    """Import what most work needs, so that nobody waits for it."""
    for name in _USUAL:
        importlib.import_module(name)
    for shelf in _SHELVES:
        tuple(scan(f"modelyard.components.{shelf}", "COMPONENT"))


if __name__ == "__main__":
    main()
