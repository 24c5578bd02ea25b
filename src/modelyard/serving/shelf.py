"""The models that are served, each by its name; a new version takes an old one's place at once.

A request holds on to the model that it began with, so that a swap in between changes nothing for
it: the old version goes when its last request has ended.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from typing import Any, Self

from modelyard.domain.columns import ColumnKind
from modelyard.domain.errors import InvalidValue
from modelyard.domain.manifests import Manifest
from modelyard.domain.names import check_name
from modelyard.runtime.models import ReadyModel
from modelyard.runtime.packages import Package
from modelyard.runtime.predictor import Predictor

# Digits of a package's hash that tell it from others where the registry gave it no version.
_SHORT = 12


@dataclass(frozen=True)
class Found:
    """A verified package, and its `name@version` if the registry knows it."""

    package: Package
    reference: str | None


Open = Callable[[str], Found]


@dataclass(frozen=True)
class Served(ReadyModel):
    """One model that answers.

    Attributes:
        name: under which it is served.
        version: its number in the registry; else the beginning of its manifest's hash.
        reference: its `name@version` in the registry, empty where that does not know it.
    """

    name: str
    version: str
    reference: str = ""

    @classmethod
    def of(cls, found: Found, name: str | None = None) -> Self:
        """Return a model that is warm: it has answered a row of its own training already."""
        manifest = found.package.manifest
        known, _, version = (found.reference or "").rpartition("@")
        served = cls(
            name=name or known or manifest.name,
            version=version or found.package.manifest_sha256[:_SHORT],
            reference=found.reference or "",
            package=found.package,
            predictor=Predictor.of(found.package),
        )
        cells = served.predictor.reader.read_cells(example_row(manifest))
        served.predictor.scores(served.predictor.reader.joined([cells]))
        served.predictor.flagger.row(cells)
        return served

    @cached_property
    def label_names(self) -> tuple[str, ...]:
        """The labels as keys of a JSON object."""
        return tuple(str(label) for label in self.manifest.labels)

    @cached_property
    def has_texts_alone(self) -> bool:
        """Whether the labels are such keys as they are."""
        return all(isinstance(label, str) for label in self.manifest.labels)

    @cached_property
    def n_inputs(self) -> int:
        """How many columns the model takes."""
        return len(self.manifest.inputs)

    @cached_property
    def pictured(self) -> frozenset[str]:
        """The names of those whose cells are pictures."""
        inputs = self.manifest.inputs
        return frozenset(column.name for column in inputs if column.kind is ColumnKind.IMAGE)

    @cached_property
    def taken(self) -> frozenset[str]:
        """The names of these columns."""
        return frozenset(column.name for column in self.manifest.inputs)


class Shelf:
    """Models by name, in the order in which they were asked for."""

    def __init__(self, references: Sequence[str], open_: Open) -> None:
        """Open every model.

        Args:
            references: folders, or names such as `iris@champion`; `name=reference` serves a model
                under another name.
            open_: finds and verifies a package.

        Raises:
            InvalidValue: if two models have the same name.
        """
        self._asked = [split_reference(reference) for reference in references]
        self._open = open_
        self._lock = Lock()
        models = [Served.of(open_(reference), name) for name, reference in self._asked]
        self._models = {model.name: model for model in models}
        if len(self._models) < len(models):
            twice = Counter(model.name for model in models).most_common(1)[0][0]
            raise InvalidValue(
                f"Two models have the name '{twice}'.",
                fix="Name one of them anew: other=REFERENCE.",
            )

    @property
    def models(self) -> Mapping[str, Served]:
        """The models as they are now; a later swap does not change what was returned."""
        return self._models

    @property
    def only(self) -> Served | None:
        """The model, if there is one alone."""
        return next(iter(self._models.values())) if len(self._models) == 1 else None

    def renew(self) -> tuple[Served, ...]:
        """Open every reference again, and put those in place that changed, all or none.

        Returns:
            The models that are new.

        Raises:
            ModelyardError: if one cannot be opened; everything stays as it is.
        """
        with self._lock:
            fresh: dict[str, Served] = {}
            new = []
            for (_, reference), (name, old) in zip(self._asked, self._models.items(), strict=True):
                found = self._open(reference)
                is_same = (
                    found.package.manifest_sha256 == old.package.manifest_sha256
                    and (found.reference or "") == old.reference
                )
                fresh[name] = old if is_same else Served.of(found, name)
                if not is_same:
                    new.append(fresh[name])
            self._models = fresh
            return tuple(new)


def example_row(manifest: Manifest) -> dict[str, Any]:
    """Return a row that the model takes: an example of each column."""
    return {column.name: column.example for column in manifest.inputs}


def split_reference(reference: str) -> tuple[str | None, str]:
    """Return the name under which a model is served, if one is given, and what it is opened by.

    Raises:
        InvalidValue: if no model may have the name, which stands in addresses.
    """
    name, is_named, rest = reference.partition("=")
    # A path may hold the sign; a name may not hold a slash.
    return (check_name(name), rest) if is_named and name and "/" not in name else (None, reference)
