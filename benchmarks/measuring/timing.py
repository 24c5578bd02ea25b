"""Times the sides of a comparison in turn, so that a busy machine slows all of them alike."""

import os
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

Seconds = dict[str, list[float]]


@dataclass(frozen=True)
class Times:
    """Seconds of each side, one a round.

    Attributes:
        wall: from start to end.
        cpu: of all cores and child processes; on a busy machine the steadier of the two.
    """

    wall: Seconds = field(default_factory=dict)
    cpu: Seconds = field(default_factory=dict)


def in_turn(sides: Mapping[str, Callable[[], object]], *, n_rounds: int, n_warm: int = 1) -> Times:
    """Return the seconds of each side; the order turns round from round to round."""
    for side in sides.values():
        for _ in range(n_warm):
            side()
    times = Times({name: [] for name in sides}, {name: [] for name in sides})
    for at in range(n_rounds):
        names = list(sides) if at % 2 == 0 else list(reversed(sides))
        for name in names:
            wall, cpu = time.perf_counter(), _cpu_s()
            sides[name]()
            times.wall[name].append(time.perf_counter() - wall)
            times.cpu[name].append(_cpu_s() - cpu)
    return times


def processes_in_turn(commands: Mapping[str, Sequence[str]], *, n_rounds: int) -> Times:
    """Return the seconds that each command takes as a fresh process."""
    sides = {name: _running(command) for name, command in commands.items()}
    return in_turn(sides, n_rounds=n_rounds)


def medians(seconds: Seconds) -> dict[str, float]:
    """Return the median of each side."""
    return {name: median(each) for name, each in seconds.items()}


def paired_ratio(seconds: Seconds, over: str, under: str) -> float:
    """Return the median of the ratios within a round."""
    return median(a / b for a, b in zip(seconds[over], seconds[under], strict=True))


def _cpu_s() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _running(command: Sequence[str]) -> Callable[[], object]:
    return lambda: subprocess.run(list(command), check=True, capture_output=True)
