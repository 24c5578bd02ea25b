"""The registry of models: list, show, tag, promote, trace back, delete."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from modelyard.domain.jobs import Fence
from modelyard.domain.names import CHAMPION
from modelyard.domain.queries import ModelQuery, Page
from modelyard.domain.runs import AliasPlace, Model, StoredEvaluation
from modelyard.store.artifacts import Artifacts
from modelyard.store.evaluations import Evaluations
from modelyard.store.lineage import Lineage, Offspring, Origin
from modelyard.store.models import Models


@dataclass(frozen=True)
class ModelService:
    """Looks after the registered models."""

    models: Models
    evaluations: Evaluations
    lineage: Lineage
    artifacts: Artifacts

    def find(self, query: ModelQuery) -> tuple[Model, ...]:
        """Return the versions that the query asks for."""
        return self.models.find(query)

    def page(self, query: ModelQuery) -> Page[Model]:
        """Return the versions that the query asks for, and the cursor of those after them.

        Raises:
            UnknownKey: if they have nothing that `sort` names.
            InvalidValue: if the cursor is none of this list.
        """
        return self.models.page(query)

    def get(self, reference: str) -> Model:
        """Return one version by `name`, `name@3` or `name@champion`.

        Raises:
            NotFound: if there is none.
        """
        return self.models.get(reference)

    def get_each(self, references: Sequence[str]) -> tuple[Model, ...]:
        """Return several at once, in their order.

        Raises:
            NotFound: as `get`, of the first that is not there.
        """
        return self.models.get_each(references)

    def evaluations_of(self, model: Model) -> tuple[StoredEvaluation, ...]:
        """Return the measurements of a version on later data, newest first."""
        return self.evaluations.find(model.reference)

    def keep_evaluation(self, evaluation: StoredEvaluation, *, fence: Fence) -> None:
        """Remember a measurement, and let the job that made it end well at once.

        Raises:
            ClaimLost: if another worker has the job, or it was cancelled.
        """
        self.evaluations.add(evaluation, fence=fence)

    def versions(self, name: str) -> tuple[Model, ...]:
        """Return every version of a name, newest first.

        Raises:
            NotFound: if there is none.
        """
        return self.models.versions(name)

    def alias_places(self, name: str) -> tuple[AliasPlace, ...]:
        """Return where each alias of a name stands, and where it would go back to."""
        return self.models.alias_places(name)

    def promote(self, reference: str, alias: str = CHAMPION) -> Model:
        """Put an alias on a version; it leaves the version that had it."""
        return self.models.set_alias(reference, alias)

    def tag(self, reference: str, tags: Mapping[str, str]) -> Model:
        """Set tags of a version and return it."""
        for key, value in tags.items():
            self.models.tag(reference, key, value=value)
        return self.models.get(reference)

    def untag(self, reference: str, key: str) -> Model:
        """Remove a tag of a version and return it."""
        self.models.untag(reference, key)
        return self.models.get(reference)

    def delete(self, reference: str, *, is_forced: bool = False) -> Model:
        """Delete a version and its package, if that is still there; its number is never reused.

        The record goes first: a package without one is swept later, a record without a package
        would be a promise that nobody keeps.
        """
        model = self.models.delete(reference, is_forced=is_forced)
        self.artifacts.delete(model.artifact)
        return model

    def origin(self, reference: str) -> Origin:
        """Return a version with the run and the data that it came from."""
        return self.lineage.of_model(reference)

    def offspring(self, sha256: str) -> Offspring:
        """Return a dataset with the runs and models that came of it."""
        return self.lineage.of_dataset(sha256)
