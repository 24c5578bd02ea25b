"""Times the sides of a comparison in turn, so that a busy machine slows all of them alike."""

import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from statistics import median

Times = dict[str, list[float]]


def in_turn(sides: Mapping[str, Callable[[], object]], *, n_rounds: int, n_warm: int = 1) -> Times:
    """Return the seconds of each side, one a round; the order turns round from round to round."""
    for side in sides.values():
        for _ in range(n_warm):
            side()
    times: Times = {name: [] for name in sides}
    for at in range(n_rounds):
        names = list(sides) if at % 2 == 0 else list(reversed(sides))
        for name in names:
            started = time.perf_counter()
            sides[name]()
            times[name].append(time.perf_counter() - started)
    return times


def processes_in_turn(commands: Mapping[str, Sequence[str]], *, n_rounds: int) -> Times:
    """Return the seconds that each command takes as a fresh process, one a round."""
    sides = {name: _running(command) for name, command in commands.items()}
    return in_turn(sides, n_rounds=n_rounds)


def medians(times: Times) -> dict[str, float]:
    """Return the median of each side."""
    return {name: median(each) for name, each in times.items()}


def paired_ratio(times: Times, over: str, under: str) -> float:
    """Return the median of the ratios within a round."""
    return median(a / b for a, b in zip(times[over], times[under], strict=True))


def _running(command: Sequence[str]) -> Callable[[], object]:
    return lambda: subprocess.run(list(command), check=True, capture_output=True)
