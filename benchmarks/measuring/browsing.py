"""A real browser on real platforms: what the tests of the page use, for those that measure it."""

import sys
from pathlib import Path

_TESTS = Path(__file__).resolve().parents[2] / "tests"
# Tests belong to no package, as benchmarks do not.
sys.path[:0] = [str(_TESTS), str(_TESTS / "browser")]

from chromium import running_chromium  # noqa: E402 - found by the lines above
from contents import COMPARED, HOSTILE_FILE, Content, hostile_table, trained, trained_again, written  # noqa: E402
from crowds import EMAILS, PASSWORD, invite_crowd  # noqa: E402
from visiting import CALM, log_in, open_page, press, see, settle, tick, upload  # noqa: E402

from platforms import Platform, up  # noqa: E402

__all__ = [
    "CALM",
    "COMPARED",
    "EMAILS",
    "HOSTILE_FILE",
    "PASSWORD",
    "Content",
    "Platform",
    "hostile_table",
    "invite_crowd",
    "log_in",
    "open_page",
    "press",
    "running_chromium",
    "see",
    "settle",
    "tick",
    "trained",
    "trained_again",
    "up",
    "upload",
    "written",
]
