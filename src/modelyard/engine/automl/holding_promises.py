"""Holds a blend to what one row may take, by timing the one model that its members become."""

from collections.abc import Callable
from dataclasses import replace

from modelyard.engine.automl.arenas import Arena
from modelyard.engine.automl.blends import Blend, Bounds, Library, assemble
from modelyard.engine.automl.fits import row_us
from modelyard.engine.fitting import Fitted
from modelyard.engine.preparing import rows_of

# Rows that are answered one by one.
_ROWS = 15
# How often it is chosen anew: each time takes a moment of what is kept for the package.
_MOST_TURNS = 2


def held_to_promise(
    library: Library,
    blend: Blend,
    *,
    arena: Arena,
    bounds: Bounds,
    fresh: Callable[[Library, Bounds], Blend],
) -> tuple[Blend, Fitted]:
    """Return a blend that answers a row in time as a whole, and the model that it becomes.

    Members are chosen by what each takes alone, in the caches of the processor. Dozens of them
    together took up to four times the sum. Where that is too long, it is chosen anew among the
    members, by as much less as the whole took too long; one alone always answers.

    Args:
        library: of the blend; without times of rows, as where no clock may choose, it stays.
        blend: as it was chosen.
        arena: whose rows are answered.
        bounds: by which it was chosen; what needed more room than that has as much more here.
        fresh: chooses from a library within bounds.
    """
    for _ in range(_MOST_TURNS):
        fitted = assemble(arena.plan, library, weights=blend.weights)
        members = tuple(each for each in library.entries if each.number in blend.weights)
        expected = sum(map(library.row_us, members))
        if len(members) == 1 or not expected:
            return blend, fitted
        allowed = bounds.whole_us * max(1.0, expected / bounds.row_us)
        taken = row_us(fitted, rows_of(arena.plan.blocks, arena.rows[:_ROWS]), enough_us=allowed)
        if taken <= allowed:
            return blend, fitted
        library = replace(library, entries=members)
        tighter = replace(bounds, row_us=expected * allowed / taken)
        smaller = fresh(library, tighter)
        if smaller.weights.keys() == blend.weights.keys():
            return blend, fitted
        blend = replace(smaller, free=blend.free)
    return blend, assemble(arena.plan, library, weights=blend.weights)
