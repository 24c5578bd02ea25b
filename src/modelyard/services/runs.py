"""The history of trainings: list, show, tag, delete."""

from collections.abc import Mapping
from dataclasses import dataclass

from modelyard.domain.queries import RunQuery
from modelyard.domain.runs import Run
from modelyard.domain.trials import Trial
from modelyard.store.runs import Runs
from modelyard.store.trials import Trials


@dataclass(frozen=True)
class RunService:
    """Looks after the records of trainings."""

    runs: Runs
    kept_trials: Trials

    def find(self, query: RunQuery) -> tuple[Run, ...]:
        """Return the runs that the query asks for."""
        return self.runs.find(query)

    def get(self, reference: str) -> Run:
        """Return one run by its id or the beginning of it.

        Raises:
            NotFound: if there is none.
        """
        return self.runs.get(reference)

    def trials(self, reference: str) -> tuple[Trial, ...]:
        """Return the trials of a run's search, the best first; none where it had no search.

        Raises:
            NotFound: if there is no such run.
        """
        return self.kept_trials.find(self.runs.get(reference).id)

    def tag(self, reference: str, tags: Mapping[str, str]) -> Run:
        """Set tags of a run and return it."""
        for key, value in tags.items():
            self.runs.tag(reference, key, value=value)
        return self.runs.get(reference)

    def untag(self, reference: str, key: str) -> Run:
        """Remove a tag of a run and return it."""
        self.runs.untag(reference, key)
        return self.runs.get(reference)

    def delete(self, reference: str) -> Run:
        """Forget a run; the model that came of it stays."""
        return self.runs.delete(reference)
