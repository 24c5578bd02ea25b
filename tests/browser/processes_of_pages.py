"""Finds the process that shows the page of a platform."""

from contextlib import suppress
from pathlib import Path

from platforms import Platform


def page_process(platform: Platform) -> int:
    """Return the id of the process."""
    mark = f"MODELYARD_HOME={platform.home}".encode()
    for place in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            is_ours = mark in (place / "environ").read_bytes().split(b"\0")
            if is_ours and b"modelyard.ui.companions" in (place / "cmdline").read_bytes():
                return int(place.name)
    raise AssertionError("the page has no process")
