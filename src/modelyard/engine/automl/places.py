"""The place where candidates are fitted, opened while the rows are still being looked at."""

import math
import os
from collections.abc import Iterator
from contextlib import contextmanager

from modelyard.catalog import pick
from modelyard.domain.automl import AutoMLConfig
from modelyard.domain.errors import TooLittleMemory
from modelyard.domain.outlooks import Outlook
from modelyard.engine.workshop import Workshop
from modelyard.kit.memory import count_whole, memory_facts, memory_limit
from modelyard.kit.numerals import count
from modelyard.protocols.executors import Pool

# What the smallest fit holds: a straight line through 240 rows 18 MB, through 40,000 of them 40.
_LEAST_FIT_BYTES = 18_000_000
# What every fit needs, whatever it fits.
_OF_EVERY_FIT = "modelyard.engine.automl.fits"


@contextmanager
def opened_pool(config: AutoMLConfig | None, workshop: Workshop) -> Iterator[Pool | None]:
    """Yield a pool that loads what the first fits import, None where there is no AutoML.

    Libraries take seconds to load, of which a short budget has few.

    Raises:
        UnknownKey: if there is no such executor.
        UsageError: if it cannot work here.
    """
    if config is None:
        yield None
        return
    catalog = workshop.catalog
    executor = pick(catalog.executors(), config.executor, shelf="executors")
    algorithms = catalog.algorithms()
    cards = [
        each.card
        for key, each in algorithms.items()
        if each.card.starts and (not config.algorithms or key in config.algorithms)
    ]
    pool = executor.open(
        n_places=workshop.n_threads,
        memory_bytes=allowed_bytes(config),
        modules=(_OF_EVERY_FIT, *sorted({name for card in cards for name in card.modules})),
    )
    try:
        yield pool
    finally:
        pool.close()


def allowed_bytes(config: AutoMLConfig) -> int:
    """Return what a training may hold.

    That is what is asked for, or half of what there is beside what this process holds: a notebook
    that is full of other things is not refused for what nobody asked for.
    """
    if config.memory_limit_mb is not None:
        return config.memory_limit_mb * 1_000_000
    return memory_limit() + count_whole(memory_facts(os.getpid()))


def require_room(pool: Pool, outlook: Outlook) -> None:
    """Refuse to let fits begin of which each would be ended.

    Args:
        pool: that has been handed what all fits share.
        outlook: of the run.

    Raises:
        TooLittleMemory: if what is held before the first fit leaves none for it.
    """
    room, allowed = pool.room_bytes, outlook.memory_bytes
    if room is None or room >= _LEAST_FIT_BYTES:
        return
    held_mb, allowed_mb = math.ceil(pool.base_bytes / 1e6), round(allowed / 1e6)
    left_mb = max(math.floor(room / 1e6), 0)
    raise TooLittleMemory(
        f"{count(held_mb)} MB are held before the first fit, by this process with the data and by "
        f"the libraries. Of the {count(allowed_mb)} MB that are allowed, a twentieth of them kept, "
        f"that leaves {count(left_mb)} MB, too few for any fit.",
        fix=f"Allow about {count(_enough_mb(pool, outlook))} MB with memory_limit_mb "
        "(--memory-limit).",
    )


def _enough_mb(pool: Pool, outlook: Outlook) -> int:
    """Return megabytes that suffice for as many fits at a time as there are places."""
    base = max(pool.base_bytes, outlook.base_bytes)
    return math.ceil((base + pool.n_places * outlook.fit_bytes) / 1e6)
