"""The process that reads one small upload: `python -m modelyard.api.reading_child`.

It is told what to read through its standard input, and keeps to limits that no small table meets.
"""

import pickle
import resource
import sys

from modelyard.bootstrap import open_project
from modelyard.kit.families import die_with_parent, go_before_others

# Libraries reserve a gigabyte before they read anything.
_MEMORY_BYTES = 4 << 30
_CPU_S = 60


def main() -> None:
    """Read what the parent names; how it went, the dataset says."""
    die_with_parent()
    go_before_others()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_DATA, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_S, _CPU_S))
    # A message between a process and its own child.
    settings, tenant, reference = pickle.load(sys.stdin.buffer)  # noqa: S301 - from our parent
    open_project(settings).of(tenant).ingesting.ingest(reference)


if __name__ == "__main__":
    main()
