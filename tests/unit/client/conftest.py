"""A platform that is served on loopback by a real server, and clients of it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from starlette.types import ASGIApp

from loopback import served


@pytest.fixture
def serve() -> Iterator[Callable[[ASGIApp], str]]:
    """Return a function that serves an application until the test ends."""
    with ExitStack() as stack:
        yield lambda app: stack.enter_context(served(app))
