"""Says what a training would learn from and what AutoML may expect, before anybody asks for it."""

from collections.abc import Callable
from dataclasses import dataclass

from modelyard.catalog import Catalog
from modelyard.domain.config_rules import check_config
from modelyard.domain.configs import TrainingConfig
from modelyard.domain.outlines import Outline
from modelyard.domain.readings import with_dataset
from modelyard.engine.kinds.typing import Typing, type_table
from modelyard.engine.outlining import outline
from modelyard.engine.workshop import Workshop
from modelyard.protocols.progress import Silence
from modelyard.services.datasets import DatasetService
from modelyard.services.named_datasets import NamedDatasetService


@dataclass(frozen=True)
class OutlineService:
    """Looks at datasets as trainings would.

    Attributes:
        clock: returns seconds, monotonic.
        n_threads: that a training would compute with.
        typing: gives the columns of a raw table their kinds.
    """

    catalog: Catalog
    datasets: DatasetService
    named: NamedDatasetService
    clock: Callable[[], float]
    n_threads: int
    typing: Typing = type_table

    def outline(self, dataset: str, config: TrainingConfig) -> Outline:
        """Return what a training would learn from; nothing is fitted and nothing is recorded.

        Args:
            dataset: name, name and version, or hash.
            config: what would be trained.

        Raises:
            NotFound: if there is no such dataset.
            ModelyardError: whatever would stop the training before its first fit, but for findings,
                which are told.
        """
        check_config(config, self.catalog.finding_codes())
        found = self.named.resolve(dataset)
        asked = with_dataset(config, found.version)
        workshop = Workshop(
            self.catalog,
            self.clock,
            Silence(),
            self.n_threads,
            begun=self.clock(),
            typing=self.typing,
        )
        return outline(self.datasets.read(found.path, asked.read), asked, workshop=workshop)
