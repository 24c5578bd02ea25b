"""Trains a model and leaves everything that came of it behind: run, dataset, package, version."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog

from modelyard.catalog import Catalog
from modelyard.domain.configs import TrainingConfig
from modelyard.domain.config_rules import check_config
from modelyard.domain.errors import UsageError
from modelyard.domain.manifests import Manifest
from modelyard.domain.names import slug
from modelyard.domain.runs import Dataset, Model, Run, RunStatus
from modelyard.domain.tables import RawTable
from modelyard.engine.drafting import Draft, draft_package, metrics_of
from modelyard.engine.training import Trained, train
from modelyard.engine.workshop import Workshop
from modelyard.kit.hashing import sha256_of_file
from modelyard.packaging.signing import SigningKey
from modelyard.packaging.writing import write_package
from modelyard.protocols.progress import Progress
from modelyard.reporting.pages import render_report
from modelyard.runtime.packages import MANIFEST, REPORT, open_package
from modelyard.services.reports import report_subject
from modelyard.store.artifacts import Artifacts, folder_at
from modelyard.store.datasets import Datasets
from modelyard.store.models import Models
from modelyard.store.runs import Runs


@dataclass(frozen=True)
class Outcome:
    """What a training left behind.

    Attributes:
        folder: of the package: where the user asked for it, else in the project folder.
        trained: the model in memory.
        manifest: as it was signed.
    """

    run: Run
    model: Model
    folder: Path
    trained: Trained
    manifest: Manifest


@dataclass(frozen=True)
class TrainingService:
    """Trains models in one project folder.

    Attributes:
        now: returns the aware UTC time.
        clock: returns seconds, monotonic.
        new_id: returns an identifier that sorts by the time it is given.
    """

    catalog: Catalog
    datasets: Datasets
    runs: Runs
    models: Models
    artifacts: Artifacts
    key: Callable[[], SigningKey]
    now: Callable[[], datetime]
    clock: Callable[[], float]
    new_id: Callable[[datetime], str]
    n_threads: int

    def train(
        self,
        read: Callable[[], RawTable],
        config: TrainingConfig,
        *,
        progress: Progress,
        location: str = "",
        out: Path | None = None,
    ) -> Outcome:
        """Train, prove, package, sign and register one model.

        Args:
            read: reads the table; called within the run, so that a failure is recorded.
            config: what to train.
            progress: told what happens.
            location: of the data, as the user named it.
            out: folder for a copy of the package; must not exist or be empty.

        Raises:
            ModelyardError: whatever stops the training; the run is recorded as failed.
        """
        check_config(config, self.catalog.finding_codes())
        if out is not None:
            _require_free(out)
        name = config.name or slug(Path(location or "model").stem)
        run = self._begin(name, config, location=location)
        started = self.clock()
        try:
            outcome = self._train(run, read, config, progress=progress, out=out)
        except BaseException as error:
            self._end_badly(run, error, duration_s=self.clock() - started)
            raise
        finished = replace(
            outcome.run,
            status=RunStatus.SUCCEEDED,
            duration_s=self.clock() - started,
            finished_at=self.now(),
        )
        self.runs.update(finished)
        structlog.get_logger().info(
            "run succeeded",
            run=finished.id,
            model=finished.model,
            metrics={key: values.get("value") for key, values in finished.metrics.items()},
            fit_s=finished.fit_s,
            duration_s=finished.duration_s,
        )
        return replace(outcome, run=finished)

    def _begin(self, name: str, config: TrainingConfig, *, location: str) -> Run:
        started_at = self.now()
        run = Run(
            id=self.new_id(started_at),
            name=name,
            status=RunStatus.RUNNING,
            started_at=started_at,
            config=config.to_dict(),
            seed=config.seed,
            data_location=location,
            algorithm=config.algorithm,
            tags=config.tags,
        )
        self.runs.add(run)
        structlog.get_logger().info(
            "run started", run=run.id, name=name, algorithm=config.algorithm, data=location
        )
        return run

    def _end_badly(self, run: Run, error: BaseException, *, duration_s: float) -> None:
        is_cancelled = isinstance(error, KeyboardInterrupt)
        status = RunStatus.CANCELLED if is_cancelled else RunStatus.FAILED
        reason = "interrupted by the user" if is_cancelled else str(error) or type(error).__name__
        structlog.get_logger().warning(
            "run failed", run=run.id, status=status.value, error=type(error).__name__, reason=reason
        )
        self.runs.update(
            replace(
                run,
                status=status,
                reason=reason,
                duration_s=duration_s,
                finished_at=self.now(),
            )
        )

    def _train(
        self,
        run: Run,
        read: Callable[[], RawTable],
        config: TrainingConfig,
        *,
        progress: Progress,
        out: Path | None,
    ) -> Outcome:
        progress.stage("Reading the data")
        raw = read()
        workshop = Workshop(self.catalog, self.clock, progress, self.n_threads)
        trained = train(raw, config, workshop=workshop)
        self._remember_data(raw)
        progress.stage("Proving and packaging the model")
        draft = draft_package(trained, name=run.name, created_at=run.started_at.isoformat())
        draft.contents[REPORT] = _report(trained, draft, run).encode()
        folder, manifest = self._place(run, draft)
        described = _described(run, trained, raw)
        try:
            if out is not None:
                self._copy(draft, out)
            self.runs.update(described)
            model = self._register(described, folder)
        except BaseException:
            # A package that no model stands for would be found by nobody.
            self.artifacts.delete(run.id)
            raise
        described = replace(described, model=model.reference)
        return Outcome(described, model, out or folder, trained, manifest)

    def _remember_data(self, raw: RawTable) -> None:
        self.datasets.add(
            Dataset(
                sha256=raw.facts.sha256,
                location=raw.facts.location,
                n_rows=raw.frame.height,
                n_columns=raw.frame.width,
                size_bytes=raw.facts.size_bytes,
                created_at=self.now(),
            )
        )

    def _place(self, run: Run, draft: Draft) -> tuple[Path, Manifest]:
        key = self.key()
        with self.artifacts.writing(run.id) as draft_folder:
            manifest = write_package(draft_folder, draft.manifest, contents=draft.contents, key=key)
        folder = self.artifacts.path_of(run.id)
        # What was written is read back as any reader would, before anyone is told of it.
        open_package(folder, {key.fingerprint})
        return folder, manifest

    def _copy(self, draft: Draft, out: Path) -> None:
        with folder_at(out.absolute()) as folder:
            write_package(folder, draft.manifest, contents=draft.contents, key=self.key())

    def _register(self, run: Run, folder: Path) -> Model:
        if run.task is None:
            raise UsageError("A run without a task has no model.")
        return self.models.register(
            Model(
                name=run.name,
                version=0,
                location=str(folder),
                sha256=sha256_of_file(folder / MANIFEST),
                run_id=run.id,
                task=run.task,
                algorithm=run.algorithm,
                metric=run.metric,
                metrics=run.metrics,
                data_sha256=run.data_sha256,
                size_bytes=sum(path.stat().st_size for path in folder.iterdir()),
                created_at=self.now(),
                tags=run.tags,
            )
        )


def _require_free(out: Path) -> None:
    if out.is_dir() and not any(out.iterdir()):
        return
    if out.exists():
        raise UsageError(
            f"'{out}' exists already and is not an empty folder.",
            fix="Choose another folder with --out; nothing is ever overwritten.",
            sample=str(out),
        )


def _described(run: Run, trained: Trained, raw: RawTable) -> Run:
    return replace(
        run,
        data_sha256=raw.facts.sha256,
        n_rows=trained.table.n_rows,
        task=trained.task,
        metric=trained.evaluation.metric,
        metrics=metrics_of(trained.evaluation),
        findings=tuple(_plain(finding) for finding in trained.examination.findings),
        fit_s=trained.fit_s,
    )


def _plain(finding: Any) -> dict[str, Any]:
    return {**asdict(finding), "name": finding.name}


def _report(trained: Trained, draft: Draft, run: Run) -> str:
    return render_report(report_subject(trained, draft.manifest, run=run))
