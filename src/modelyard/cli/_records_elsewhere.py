"""Runs and models of a platform, in the words that the services of this machine have for them.

So a command on records is written once: it is handed the one or the other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from modelyard.domain.names import CHAMPION

if TYPE_CHECKING:
    from modelyard.client.clients import Client
    from modelyard.domain.queries import ModelQuery, RunQuery
    from modelyard.wire.models import DatasetRecord, EvaluationAnswer, ModelAnswer, ModelDetail
    from modelyard.wire.runs import RunAnswer, RunDetail, TrialAnswer


@dataclass(frozen=True)
class RunsThere:
    """The trainings of a platform; see `services.runs`."""

    client: "Client"

    def find(self, query: "RunQuery") -> "Sequence[RunAnswer]":
        """Return the runs that the query asks for."""
        from modelyard.wire.runs import RunQuery as Asked

        asked = Asked(
            name=query.name,
            status=query.status,
            algorithm=query.algorithm,
            tag=_tags(query),
            sort=_sort(query),
            limit=_limit(query),
        )
        return tuple(islice(self.client.runs.each(asked), query.limit))

    def get(self, reference: str) -> "RunDetail":
        """Return one run."""
        return self.client.runs.show(reference)

    def trials(self, reference: str) -> "Sequence[TrialAnswer]":
        """Return the trials of a run's search, the best first."""
        return self.client.runs.trials(reference).items

    def tag(self, reference: str, tags: Mapping[str, str]) -> "RunAnswer":
        """Set tags of a run and return it."""
        return self.client.runs.tag(reference, tags)

    def untag(self, reference: str, key: str) -> "RunAnswer":
        """Remove a tag of a run and return it."""
        return self.client.runs.tag(reference, {key: None})

    def delete(self, reference: str) -> None:
        """Forget a run."""
        self.client.runs.delete(reference)


@dataclass(frozen=True)
class OriginThere:
    """A model of a platform with the run and the data that it came from."""

    model: "ModelAnswer"
    run: "RunDetail | None"
    dataset: "DatasetRecord | None"


@dataclass(frozen=True)
class ModelsThere:
    """The registered models of a platform; see `services.models`."""

    client: "Client"

    def find(self, query: "ModelQuery") -> "Sequence[ModelAnswer]":
        """Return the versions that the query asks for."""
        from modelyard.wire.models import ModelQuery as Asked

        asked = Asked(
            name=query.name,
            algorithm=query.algorithm,
            alias=query.alias,
            tag=_tags(query),
            sort=_sort(query),
            limit=_limit(query),
        )
        return tuple(islice(self.client.models.each(asked), query.limit))

    def get(self, reference: str) -> "ModelDetail":
        """Return one version."""
        return self.client.models.show(reference)

    def origin(self, reference: str) -> OriginThere:
        """Return a version with the run and the data that it came from."""
        told = self.client.models.lineage(reference)
        run = None if told.run is None else self.client.runs.show(told.run.id)
        return OriginThere(told.model, run, told.dataset)

    def evaluations_of(self, model: "ModelAnswer") -> "Sequence[EvaluationAnswer]":
        """Return the measurements of a version on later data, newest first."""
        return self.client.models.evaluations(model.id).items

    def promote(self, reference: str, alias: str = CHAMPION) -> "ModelAnswer":
        """Put an alias on a version."""
        found = self.client.models.show(reference)
        return self.client.models.promote(found.name, found.version, alias=alias)

    def tag(self, reference: str, tags: Mapping[str, str]) -> "ModelAnswer":
        """Set tags of a version and return it."""
        return self.client.models.tag(reference, tags)

    def untag(self, reference: str, key: str) -> "ModelAnswer":
        """Remove a tag of a version and return it."""
        return self.client.models.tag(reference, {key: None})

    def delete(self, reference: str, *, is_forced: bool = False) -> None:
        """Delete a version and its package."""
        self.client.models.delete(reference, is_forced=is_forced)


def _tags(query: "RunQuery | ModelQuery") -> list[str]:
    return [key if value is None else f"{key}={value}" for key, value in query.tags.items()]


def _sort(query: "RunQuery | ModelQuery") -> str:
    return f"-{query.sort}" if query.is_descending else query.sort


def _limit(query: "RunQuery | ModelQuery") -> int:
    from modelyard.wire.bodies import MOST_ITEMS

    return min(query.limit or MOST_ITEMS, MOST_ITEMS)
