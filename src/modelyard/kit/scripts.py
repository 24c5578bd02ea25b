"""Runs a script of Python in a process of its own, with the interpreter of this one."""

import subprocess
import sys
from pathlib import Path


def run_script(path: Path) -> tuple[int, str]:
    """Return the exit code of a script and what it printed, errors included.

    It runs without the folder it is started from, and without what the environment says of
    Python, so that it finds nothing but what is installed.
    """
    done = subprocess.run(  # noqa: S603 -- the script is our own, and no shell reads its path
        [sys.executable, "-I", "-X", "utf8", str(path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        check=False,
    )
    return done.returncode, done.stdout
