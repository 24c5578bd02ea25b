"""Runs code in a process of its own, so that its time and its peak of memory are its own."""

import subprocess
import sys
import time

_TOLD = """
import resource
used = resource.getrusage(resource.RUSAGE_SELF)
print(n_rows, used.ru_maxrss, used.ru_utime + used.ru_stime)
"""


def measured(code: str) -> dict[str, float]:
    """Run code that sets `n_rows`; return its seconds, and its peak of resident memory."""
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{_TOLD}"], check=True, capture_output=True, text=True
    )
    seconds = time.perf_counter() - started
    n_rows, peak, cpu_s = done.stdout.split()[-3:]
    return {
        "seconds": seconds,
        "cpu_s": float(cpu_s),
        "peak_bytes": int(peak) * 1024,
        "n_rows": int(n_rows),
    }
