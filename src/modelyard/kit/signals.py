"""Lets a request to end, as an operating system or a container sends it, end a command in order."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import NoReturn


class Terminated(KeyboardInterrupt):
    """SIGTERM came. As with Ctrl-C nothing catches it by accident and everything is put away."""


@contextmanager
def terminable() -> Iterator[None]:
    """Raise `Terminated` in the block where SIGTERM comes; the second one while it ends is ignored.

    Only a main thread hears signals: in another one nothing changes.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _terminate)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def always() -> bool:
    """Return that a signal is heeded from the beginning."""
    return True


def _nothing() -> None:
    """Tell nobody."""


@contextmanager
def heeded(
    *numbers: signal.Signals,
    once: Callable[[], bool] = always,
    on_first: Callable[[], object] = _nothing,
) -> Iterator[Callable[[], bool]]:
    """Yield a function that says whether a signal came in the block, which goes on.

    Nothing is torn in the middle: the block ends itself where it can. Whoever sends it again means
    it: the second one interrupts. Only a main thread hears signals: in another one nothing changes.

    Args:
        numbers: of the signals; Ctrl-C where none is named.
        once: says whether there is anything yet for which a signal is heeded; until then the first
            one interrupts.
        on_first: is called as the first one is heeded, wherever the block is.
    """
    asked: list[int] = []

    def heed(number: int, frame: FrameType | None) -> None:
        if not asked and not once():
            # What whoever started this process has it ignore stays so, as in the background.
            if before[signal.Signals(number)] is signal.SIG_IGN:
                return
            signal.default_int_handler(number, frame)
        if asked:
            signal.default_int_handler(number, frame)
        asked.append(number)
        with suppress(OSError, RuntimeError):
            # It may have come in the middle of what is written to the very same place.
            on_first()

    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return
    before = {each: signal.getsignal(each) for each in numbers or (signal.SIGINT,)}
    for each in before:
        signal.signal(each, heed)
    try:
        yield lambda: bool(asked)
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _terminate(number: int, frame: FrameType | None) -> NoReturn:
    del frame
    signal.signal(number, signal.SIG_IGN)
    raise Terminated
