"""Finds components by key: built-in ones by scanning the shelves, foreign ones by entry point.

It imports no component by name, so that nothing here changes when a shelf grows. A foreign package
declares an entry point in the group `modelyard.<shelf>`, e.g. `modelyard.algorithms`, that names
an object with a card.
"""

from collections.abc import Iterable, Mapping
from functools import cached_property
from importlib.metadata import EntryPoint, PackageNotFoundError, entry_points, version
from typing import Any, Protocol, TypeVar, cast

from modelyard.domain.errors import UnknownKey
from modelyard.kit.discovery import scan
from modelyard.kit.matching import known_names
from modelyard.protocols.algorithms import Algorithm, AlgorithmCard
from modelyard.protocols.charts import Chart
from modelyard.protocols.checks import Check
from modelyard.protocols.executors import Executor
from modelyard.protocols.metrics import Metric
from modelyard.protocols.searchers import Searcher
from modelyard.protocols.sources import Source
from modelyard.protocols.transforms import Transform


class _Card(Protocol):
    @property
    def key(self) -> str: ...


class _Component(Protocol):
    @property
    def card(self) -> _Card: ...


T = TypeVar("T")

SHELVES = (
    "sources",
    "checks",
    "transforms",
    "algorithms",
    "searchers",
    "executors",
    "metrics",
    "charts",
)


class DuplicateComponentError(Exception):
    """Components that cannot be told apart: a programming mistake, never resolved silently."""


class Catalog:
    """The components of every shelf, each shelf read on first use."""

    def __init__(self) -> None:
        self._shelves: dict[str, dict[str, Any]] = {}

    def sources(self) -> dict[str, Source]:
        """Return the sources by key."""
        return cast("dict[str, Source]", self._shelf("sources"))

    def checks(self) -> dict[str, Check]:
        """Return the checks by key."""
        return cast("dict[str, Check]", self._shelf("checks"))

    def transforms(self) -> dict[str, Transform]:
        """Return the transforms by key."""
        transforms = cast("dict[str, Transform]", self._shelf("transforms"))
        require_distinct(transforms)
        return transforms

    def algorithms(self) -> dict[str, Algorithm]:
        """Return the algorithms by key."""
        return cast("dict[str, Algorithm]", self._shelf("algorithms"))

    def baseline(self) -> Algorithm:
        """Return the algorithm that every model is measured against.

        Raises:
            DuplicateComponentError: if not exactly one card says that it is the one.
        """
        found = [each for each in self.algorithms().values() if each.card.is_baseline]
        if len(found) != 1:
            raise DuplicateComponentError(f"{len(found)} algorithms are the baseline instead of 1")
        return found[0]

    def libraries(self) -> tuple[str, ...]:
        """Return the distributions that the algorithms of the base install need, sorted."""
        cards = (each.card for each in self.algorithms().values())
        return tuple(sorted({name for card in cards if not card.extra for name in card.libraries}))

    def missing_extras(self) -> dict[str, str]:
        """Return for each algorithm whose libraries are not installed the command that does it."""
        hints = {key: install_hint(each.card) for key, each in self.algorithms().items()}
        return {key: hint for key, hint in hints.items() if hint is not None}

    def metrics(self) -> dict[str, Metric]:
        """Return the metrics by key."""
        return cast("dict[str, Metric]", self._shelf("metrics"))

    def charts(self) -> dict[str, Chart]:
        """Return the charts by key."""
        return cast("dict[str, Chart]", self._shelf("charts"))

    def searchers(self) -> dict[str, Searcher]:
        """Return the searchers by key."""
        return cast("dict[str, Searcher]", self._shelf("searchers"))

    def executors(self) -> dict[str, Executor]:
        """Return the executors by key."""
        return cast("dict[str, Executor]", self._shelf("executors"))

    def count(self) -> dict[str, int]:
        """Return how many components each shelf holds."""
        return {name: len(self._shelf(name)) for name in SHELVES}

    def titles(self, shelf: str | None = None) -> dict[str, dict[str, str]]:
        """Return for one shelf, or for all, the titles of its components by key.

        Raises:
            UnknownKey: if there is no such shelf.
        """
        names = (
            SHELVES if shelf is None else (pick({n: n for n in SHELVES}, shelf, shelf="shelves"),)
        )
        return {
            name: {key: each.card.title for key, each in sorted(self._shelf(name).items())}
            for name in names
        }

    def finding_codes(self) -> frozenset[str]:
        """Return the codes of all the findings that the checks can report."""
        return frozenset(code for check in self.checks().values() for code in check.card.codes)

    def _shelf(self, name: str) -> dict[str, Any]:
        if name not in self._shelves:
            self._shelves[name] = _by_key(name, [*_built_in(name), *self._foreign(name)])
        return self._shelves[name]

    def _foreign(self, shelf: str) -> Iterable[_Component]:
        for entry in self._entry_points[shelf]:
            yield entry.load()

    @cached_property
    def _entry_points(self) -> dict[str, tuple[EntryPoint, ...]]:
        """Those of all shelves at once: to find them, all that is installed has to be read."""
        declared = entry_points()
        return {shelf: tuple(declared.select(group=f"modelyard.{shelf}")) for shelf in SHELVES}


def require_distinct(transforms: Mapping[str, Transform]) -> None:
    """Refuse two transforms that one word of a configuration would choose.

    Raises:
        DuplicateComponentError: naming both.
    """
    chosen_by: dict[tuple[str, str], str] = {}
    for key, transform in transforms.items():
        role, word = transform.card.role, transform.card.word
        twin = chosen_by.setdefault((role, word), key)
        if twin != key:
            raise DuplicateComponentError(f"{role}: {word} chooses both '{twin}' and '{key}'")


def pick(components: dict[str, T], key: str, *, shelf: str) -> T:
    """Return the component called `key`.

    Raises:
        UnknownKey: if there is none, with the nearest key.
    """
    if key in components:
        return components[key]
    raise UnknownKey(
        f"There is no '{key}' among the {shelf}.",
        fix=known_names(key, sorted(components)),
        sample=key,
    )


def _built_in(shelf: str) -> Iterable[_Component]:
    for _, component in scan(f"modelyard.components.{shelf}", "COMPONENT"):
        yield component


def install_hint(card: AlgorithmCard) -> str | None:
    """Return the command that installs what an algorithm needs, None where nothing is missing."""
    if card.extra is None or all(map(_is_installed, card.libraries)):
        return None
    return f"pip install 'modelyard[{card.extra}]'"


def _is_installed(distribution: str) -> bool:
    try:
        version(distribution)
    except PackageNotFoundError:
        return False
    return True


def _by_key(shelf: str, components: Iterable[_Component]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for component in components:
        key = component.card.key
        if key in found:
            raise DuplicateComponentError(f"two {shelf} share the key '{key}'")
        found[key] = component
    return found
