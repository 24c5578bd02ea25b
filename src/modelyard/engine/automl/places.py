"""The place where candidates are fitted, opened while the rows are still being looked at."""

from collections.abc import Iterator
from contextlib import contextmanager

from modelyard.catalog import pick
from modelyard.domain.automl import AutoMLConfig
from modelyard.engine.workshop import Workshop
from modelyard.kit.memory import memory_limit
from modelyard.protocols.executors import Pool

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
    catalog, limit = workshop.catalog, config.memory_limit_mb
    executor = pick(catalog.executors(), config.executor, shelf="executors")
    algorithms = catalog.algorithms()
    cards = [
        each.card
        for key, each in algorithms.items()
        if each.card.starts and (not config.algorithms or key in config.algorithms)
    ]
    pool = executor.open(
        n_places=workshop.n_threads,
        memory_bytes=memory_limit() if limit is None else limit * 1_000_000,
        modules=(_OF_EVERY_FIT, *sorted({name for card in cards for name in card.modules})),
    )
    try:
        yield pool
    finally:
        pool.close()
