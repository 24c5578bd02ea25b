"""Says what a training would learn from and what AutoML may expect, before anybody asks for it."""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace

from modelyard.catalog import Catalog
from modelyard.domain.columns import ColumnKind
from modelyard.domain.config_rules import check_config
from modelyard.domain.configs import TrainingConfig
from modelyard.domain.datasets import DatasetState, DatasetVersion
from modelyard.domain.errors import ModelyardError
from modelyard.domain.jobs import Limits, usual_places
from modelyard.domain.outlines import Outline, Whole
from modelyard.domain.readings import options_of, with_dataset
from modelyard.engine.kinds.typing import Typing, type_table
from modelyard.engine.outlining import outline, outline_by_some
from modelyard.engine.workshop import Workshop
from modelyard.protocols.progress import Silence
from modelyard.services.datasets import DatasetService
from modelyard.services.job_limits import with_defaults
from modelyard.services.named_datasets import NamedDatasetService
from modelyard.store.claims import Claims


@dataclass(frozen=True)
class OutlineService:
    """Looks at datasets as trainings would.

    Attributes:
        clock: returns seconds, monotonic.
        claims: of the workers that would train.
        n_threads: of the machine.
        typing: gives the columns of a raw table their kinds.
    """

    catalog: Catalog
    datasets: DatasetService
    named: NamedDatasetService
    clock: Callable[[], float]
    claims: Claims
    n_threads: int
    typing: Typing = type_table

    def outline(self, dataset: str, config: TrainingConfig) -> Outline:
        """Return what a training would learn from; nothing is fitted and nothing is recorded.

        Of a large table some rows tell it, drawn by chance, where they do.

        Args:
            dataset: name, name and version, or hash.
            config: what would be trained.

        Raises:
            NotFound: if there is no such dataset.
            ModelyardError: whatever would stop the training before its first fit, but for findings,
                which are told.
        """
        check_config(config, self.catalog.finding_codes())
        version = self.named.get(dataset)
        limits = self._limits()
        asked = with_dataset(config, version)
        if asked.automl is not None:
            asked = replace(asked, automl=asked.automl.within(limits.memory_bytes))
        # What some rows do not allow, the whole table may.
        with suppress(ModelyardError):
            told = self._by_some(version, asked, limits=limits)
            if told is not None:
                return told
        found = self.named.resolve(version.reference)
        raw = self.datasets.read(found.path, asked.read)
        return outline(raw, asked, workshop=self._workshop(self.typing, limits))

    def _limits(self) -> Limits:
        """Return those of a job that names none, at the worker that runs most of them at once."""
        places = [each.n_places for each in self.claims.workers()]
        n_places = max(places, default=usual_places(self.n_threads))
        return with_defaults(Limits(), n_places=n_places, n_threads=self.n_threads)

    def _by_some(
        self, version: DatasetVersion, asked: TrainingConfig, *, limits: Limits
    ) -> Outline | None:
        """Return what the rows tell that were drawn of a large table; None where there are none."""
        own = replace(options_of(version.read), kinds=asked.read.kinds)
        # What is known of the whole table is known as the version reads it.
        if version.state is not DatasetState.READY or asked.read != own:
            return None
        path = self.named.download(version.reference).path
        drawn = self.datasets.tables.drawn(path, asked.read, sha256=version.sha256)
        if drawn is None:
            return None
        whole = self._whole(version)
        # Not as the reader does, which keeps what it types as that of the whole file.
        workshop = self._workshop(type_table, limits)
        return outline_by_some(drawn, whole, config=asked, workshop=workshop)

    def _whole(self, version: DatasetVersion) -> Whole:
        profile = json.loads(self.named.profile(version.reference))["profile"]
        columns = profile["columns"]
        return Whole(
            n_rows=profile["n_rows"],
            kinds={each["name"]: ColumnKind(each["kind"]) for each in columns},
            n_unique={each["name"]: each["n_unique"] for each in columns},
            n_missing={each["name"]: each["n_missing"] for each in columns},
        )

    def _workshop(self, typing: Typing, limits: Limits) -> Workshop:
        begun, n_threads = self.clock(), limits.n_threads or 1
        return Workshop(self.catalog, self.clock, Silence(), n_threads, begun=begun, typing=typing)
