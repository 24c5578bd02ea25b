"""What is made of a race: which candidates are blended, and fitted once more on all rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from modelyard.domain.errors import InvalidValue, TooLittleMemory
from modelyard.domain.leaderboards import Entry
from modelyard.domain.trials import TrialStatus
from modelyard.engine.automl.blends import Blend, Bounds, Library, answers_of, assemble, bounds_of
from modelyard.engine.automl.fits import ALL_ROWS, FULL
from modelyard.engine.automl.holding_promises import held_to_promise
from modelyard.engine.automl.races import Race
from modelyard.engine.automl.refits import Refit, is_refitted, refit
from modelyard.engine.automl.selecting import choose_blend, likely_members, varied
from modelyard.engine.automl.standings import Standing
from modelyard.engine.fitting import FitPlan, Fitted

# Rows, and candidates, that tell while a race goes on what will be blended, in a fraction of a
# second.
_LIKELY_ROWS, _LIKELY_FROM = 1_000, 12


@dataclass(frozen=True)
class Choice:
    """What was chosen.

    Attributes:
        library: with what was fitted once more.
        blend: of its entries.
        fitted: the model that the blend becomes, which has not seen the test rows.
    """

    library: Library
    blend: Blend
    fitted: Fitted

    def full(self, plan: FitPlan) -> Fitted | None:
        """Return the same of models of every row; None where it has none of them."""
        if not self.library.full:
            return None
        return assemble(plan, self.library.shipped, weights=self.blend.weights)


@dataclass
class Chooser:
    """Chooses what is blended: about while a race goes on, with care where it ends.

    Attributes:
        serve: how much answers may cost.
        seed: of the search for weights.
    """

    serve: str
    seed: int
    # By the numbers of the candidates: a race never changes what it knows of one that has ended.
    _known: tuple[tuple[int, ...], Blend] | None = None

    def likely(self, race: Race) -> Sequence[Entry]:
        """Return about those entries that would be blended if the race ended now."""
        if not any(each.is_complete for each in race.entries):
            return ()
        library, plan = library_of(race, serve=self.serve), race.arena.plan
        bounds = bounds_of(self.serve, plan.columns)
        library = replace(library, entries=tuple(varied(library, _LIKELY_FROM, bounds=bounds)))
        return likely_members(
            library,
            race.arena,
            ensemble=plan.algorithm,
            bounds=bounds,
            seed=self.seed,
            most_rows=_LIKELY_ROWS,
        )

    def chosen(self, race: Race) -> Sequence[Entry]:
        """Return the entries that `choose` would blend if the race ended now, as it finds them."""
        if not any(each.is_complete for each in race.entries):
            return ()
        library = library_of(race, serve=self.serve)
        blend = self._blend(library, race)
        return [each for each in library.entries if each.number in blend.weights]

    def choose(
        self, library: Library, race: Race, *, until: float | None, fits_full: bool = False
    ) -> Choice:
        """Choose the blend, and fit once more on all rows what is to answer by one model.

        What could not be fitted again in time answers by the models of its folds, which cost more:
        the blend is then chosen anew. What is measured begins before the same for the package.

        Args:
            library: of the race.
            race: in whose pool nothing runs.
            until: moment at which fits on all rows are ended; None for never.
            fits_full: whether it is fitted on every row as well, those of the test part included.
        """
        blend = self._blend(library, race)
        wanted = _wanted(library, blend, race, fold=ALL_ROWS, until=until)
        if fits_full and len(wanted) == len(blend.weights):
            wanted += _wanted(library, blend, race, fold=FULL, until=until)
        found = refit(
            race.pool,
            wanted=wanted,
            algorithms=race.algorithms,
            workshop=race.judge.workshop,
            n_rows=len(race.arena.training),
        )
        refits = {number: fit for (number, fold), fit in found.items() if fold == ALL_ROWS}
        full = {number: fit for (number, fold), fit in found.items() if fold == FULL}
        n_models = {n: 1 if n in refits else len(library.fits[n]) for n in blend.weights}
        library = replace(library, refits=refits, full=full)
        if any(library.n_models[number] < n for number, n in n_models.items()):
            kept = tuple(each for each in library.entries if each.number in n_models)
            library = replace(library, entries=kept, n_models=n_models)
            blend = replace(self._fresh(library, race), free=blend.free)
        blend, fitted = held_to_promise(
            library,
            blend,
            arena=race.arena,
            bounds=bounds_of(self.serve, race.arena.plan.columns),
            fresh=partial(self._within, race=race),
        )
        if not blend.weights.keys() <= full.keys() & refits.keys():
            library = replace(library, full={})
        return Choice(library, blend, fitted)

    def _blend(self, library: Library, race: Race) -> Blend:
        """Return the blend; of the same candidates it is found once, which takes seconds."""
        numbers = tuple(each.number for each in library.entries)
        if self._known is None or self._known[0] != numbers:
            self._known = numbers, self._fresh(library, race)
        return self._known[1]

    def _fresh(self, library: Library, race: Race) -> Blend:
        return self._within(library, bounds_of(self.serve, race.arena.plan.columns), race=race)

    def _within(self, library: Library, bounds: Bounds, *, race: Race) -> Blend:
        ensemble = race.arena.plan.algorithm
        return choose_blend(library, race.arena, ensemble=ensemble, bounds=bounds, seed=self.seed)


def _wanted(
    library: Library, blend: Blend, race: Race, *, fold: int, until: float | None
) -> list[Refit]:
    """Return what of a blend is to answer by one model of all rows, what counts most first."""
    candidates = {each.number: each.candidate for each in library.entries}
    return [
        Refit(number, candidates[number], library.fits[number], fold, until)
        for number in sorted(blend.weights, key=lambda each: -blend.weights[each])
        if library.n_models[number] < len(library.fits[number]) or len(race.arena.folds) == 1
    ]


def library_of(race: Race, *, serve: str) -> Library:
    """Return what has been finished: whole candidates, or the one that came furthest.

    Args:
        race: that has ended, or still goes on.
        serve: how much answers may cost, which says what will answer by one model of all rows.

    Raises:
        InvalidValue: if nothing has been finished.
    """
    arena, standings = race.arena, race.standings
    entries = [e.entry for e in standings.values() if e.entry is not None and e.entry.is_complete]
    fits = {number: sorted(e.fits, key=lambda f: f.fold) for number, e in standings.items()}
    if not entries:
        furthest = max(standings.values(), key=lambda each: len(each.fits), default=None)
        if furthest is None or furthest.entry is None or not furthest.fits:
            raise _nothing_finished(standings)
        entries = [furthest.entry]
    entries.sort(key=lambda each: (-(each.goodness or 0.0), each.number))
    answers = {each.number: answers_of(arena, fits[each.number]) for each in entries}
    n_models = {}
    for each in entries:
        algorithm = race.algorithms[each.candidate.algorithm]
        is_single = is_refitted(algorithm, arena, serve=serve)
        n_models[each.number] = 1 if is_single else len(fits[each.number])
    return Library(tuple(entries), fits, answers, n_models)


def _nothing_finished(standings: Mapping[int, Standing]) -> InvalidValue:
    ended = [each.entry for each in standings.values() if each.entry is not None]
    failed = [each for each in ended if each.status is TrialStatus.FAILED]
    if failed and all(standings[each.number].is_too_large for each in failed):
        return TooLittleMemory(
            f"No candidate had enough memory. The first one, {failed[0].candidate.name}, "
            f"{failed[0].reason}.",
            fix="Allow half as much again with memory_limit_mb (--memory-limit), or fewer threads.",
        )
    if failed:
        name, reason = failed[0].candidate.name, failed[0].reason.rstrip(".")
        names = f"{len(failed)} candidates" if len(failed) > 1 else "The only candidate"
        return InvalidValue(
            f"{names} failed. The first one, {name}: {reason}.",
            fix="Train one algorithm by its name to see what stands in the way; where that is "
            "memory, allow it more.",
        )
    return InvalidValue(
        "No model was finished within the time limit.",
        fix="Allow more time with --time-limit, or leave columns or rows out.",
    )
