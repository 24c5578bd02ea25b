"""Where a model came from, and what came of a dataset."""

from dataclasses import dataclass

from modelyard.domain.queries import ModelQuery, RunQuery
from modelyard.domain.runs import Dataset, Model, Run
from modelyard.store.databases import TenantDatabase
from modelyard.store.datasets import Datasets
from modelyard.store.models import Models
from modelyard.store.runs import Runs


@dataclass(frozen=True)
class Origin:
    """The way back from a model.

    Attributes:
        run: that made it, None for a model that came from elsewhere.
        dataset: that it was trained on, None where the project does not hold its record.
    """

    model: Model
    run: Run | None
    dataset: Dataset | None


@dataclass(frozen=True)
class Offspring:
    """What was made of a dataset, newest first."""

    dataset: Dataset
    runs: tuple[Run, ...]
    models: tuple[Model, ...]


class Lineage:
    """Follows the records of a project in both directions."""

    def __init__(self, database: TenantDatabase) -> None:
        self._datasets = Datasets(database)
        self._runs = Runs(database)
        self._models = Models(database)

    def of_model(self, reference: str) -> Origin:
        """Return the run and the dataset that a model came from.

        Raises:
            NotFound, InvalidValue: as `Models.get`.
        """
        model = self._models.get(reference)
        run = self._runs.get(model.run_id) if model.run_id else None
        dataset = self._datasets.get(run.data_sha256) if run and run.data_sha256 else None
        return Origin(model, run, dataset)

    def of_dataset(self, sha256: str) -> Offspring:
        """Return the runs on a dataset and the models that they made.

        Raises:
            NotFound, InvalidValue: as `Datasets.get`.
        """
        dataset = self._datasets.get(sha256)
        runs = self._runs.find(RunQuery(data_sha256=dataset.sha256))
        models = self._models.find(ModelQuery(data_sha256=dataset.sha256))
        return Offspring(dataset, runs, models)
