"""The place where candidates are fitted, opened while the rows are still being looked at."""

from collections.abc import Iterator
from contextlib import contextmanager

from modelyard.catalog import pick
from modelyard.domain.automl import AutoMLConfig
from modelyard.domain.errors import InvalidValue
from modelyard.engine.automl.arenas import Arena
from modelyard.engine.workshop import Workshop
from modelyard.kit.memory import memory_limit
from modelyard.kit.numerals import count, size
from modelyard.protocols.executors import Pool

# A fit with its library, where that holds little.
_FIT_BYTES = 100_000_000
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
    """Return what a training may hold: what is asked for, or half of what there is."""
    limit = config.memory_limit_mb
    return memory_limit() if limit is None else limit * 1_000_000


def share(arena: Arena, pool: Pool, config: AutoMLConfig) -> None:
    """Hand over what all fits need, where that leaves room for them.

    Raises:
        InvalidValue: if more memory is held than is allowed before anything has been fitted.
    """
    pool.share(arena)
    room = pool.room_bytes
    if room is None or room > 0:
        return
    allowed = allowed_bytes(config)
    enough_mb = -(-(allowed - room + pool.n_places * _FIT_BYTES) // 1_000_000)
    raise InvalidValue(
        f"Data and libraries hold {size(allowed - room)} already, more than the {size(allowed)} "
        "that are allowed.",
        fix=f"Allow {count(enough_mb)} MB or more with --memory-limit, a job of a platform with "
        "limits.memory_mb.",
    )
