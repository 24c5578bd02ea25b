"""Pieces of work for the tests of executors; they are imported by the process that forks."""

import time


def count(shared, n):
    for at in range(n):
        yield shared["name"], at


def fail(shared, n):
    yield n
    raise ValueError("as it was told")


def never_end(shared, n):
    while True:
        time.sleep(0.01)
        if n < 0:
            yield n


def hold(shared, n):
    held = []
    while True:
        held.append(b"x" * 10_000_000)
        time.sleep(0.005)
        if n < 0:
            yield held


def hold_for_good(shared, n):
    held = b"x" * n
    while True:
        time.sleep(0.01)
        if n < 0:
            yield held


def tell_and_hold(shared, told):
    import os

    path, n = told
    path.write_text(str(os.getpid()))
    yield from hold_for_good(shared, n)


def hold_for_a_while(shared, n):
    held = [b"x" * n]
    time.sleep(0.5)
    held.append(b"x" * (n // 50))
    time.sleep(0.5)
    yield sum(map(len, held))


def write_to_all(shared, n):
    pages = shared["pages"]
    for at in range(0, len(pages), 4096):
        pages[at] = 1
    while True:
        time.sleep(0.01)
        if n < 0:
            yield n


def vanish(shared, n):
    import os
    import signal

    yield n
    os.kill(os.getpid(), signal.SIGKILL)


def kill_parent(shared, n):
    import os
    import signal

    os.kill(os.getppid(), signal.SIGKILL)
    yield n


def known_modules(shared, name):
    import sys

    yield name in sys.modules
