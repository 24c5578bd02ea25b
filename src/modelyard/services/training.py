"""Trains a model and leaves everything that came of it behind: run, dataset, package, version."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from shutil import rmtree

import structlog

from modelyard.catalog import Catalog
from modelyard.domain.config_rules import check_config
from modelyard.domain.configs import TrainingConfig
from modelyard.domain.errors import (
    BlockingFindings,
    InvalidValue,
    ModelyardError,
    NotFound,
    StoreError,
)
from modelyard.domain.jobs import Fence
from modelyard.domain.leaderboards import Entry
from modelyard.domain.manifests import Manifest
from modelyard.domain.names import slug
from modelyard.domain.outlooks import Outlook
from modelyard.domain.runs import Dataset, Model, Run, RunStatus
from modelyard.domain.tables import RawTable
from modelyard.domain.weights import WeightsPlace
from modelyard.engine.automl.describing import trial_of
from modelyard.engine.automl.journals import forget
from modelyard.engine.kinds.typing import Typing, type_table
from modelyard.engine.planning import plan_training, require_known
from modelyard.engine.publishing.drafting import Draft, draft_package
from modelyard.engine.training import Trained, foresee, train
from modelyard.engine.workshop import Workshop, never
from modelyard.kit.failpoints import reach
from modelyard.packaging.estimators import estimator_file, require_estimator, require_writer
from modelyard.packaging.hashing import content_hash_of
from modelyard.packaging.signing import SigningKey
from modelyard.packaging.writing import write_package
from modelyard.protocols.progress import Progress
from modelyard.reporting.pages import render_report
from modelyard.runtime.packages import ESTIMATOR, REPORT, REPORT_DATA, Package, open_package
from modelyard.services.interruptions import model_first
from modelyard.services.reports import kept_report, report_subject
from modelyard.services.run_records import copy_failed, described, ending_of, model_of, plain
from modelyard.store.artifacts import Artifacts, folder_at, require_free
from modelyard.store.datasets import Datasets
from modelyard.store.models import Models
from modelyard.store.runs import Runs
from modelyard.store.trials import Trials


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

    @property
    def content_sha256(self) -> str:
        """Of the package apart from its time and signature: trainings that are alike share it."""
        return content_hash_of(self.manifest)


@dataclass(frozen=True)
class TrainingService:
    """Trains models in one project folder.

    Attributes:
        now: returns the aware UTC time.
        clock: returns seconds, monotonic.
        new_id: returns an identifier that sorts by the time it is given.
        mark: returns the mark of this process.
        scratch: folder in which AutoML keeps what it has finished until its model stands.
        weights: that networks may begin with, where whoever runs the product puts them.
        typing: gives the columns of a raw table their kinds.
        fence: of the job that the training is; its end and the model appear together, or neither
            where another worker has the job by then. None where it is nobody's job.
        on_run: told the id of the run as soon as it is written.
        wants_end: whether a search is to end with the best that it has.
    """

    catalog: Catalog
    datasets: Datasets
    runs: Runs
    trials: Trials
    models: Models
    artifacts: Artifacts
    key: Callable[[], SigningKey]
    now: Callable[[], datetime]
    clock: Callable[[], float]
    new_id: Callable[[datetime], str]
    mark: Callable[[], str]
    n_threads: int
    scratch: Path
    weights: WeightsPlace | None = None
    typing: Typing = type_table
    fence: Fence | None = None
    on_run: Callable[[str], None] | None = None
    wants_end: Callable[[], bool] = never

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
        if config.keep_estimator:
            self._require_estimator(config.algorithm)
        self._require_end(out)
        name = config.name or slug(Path(location or "model").stem)
        run = self._begin(name, config, location=location)
        started = self.clock()
        try:
            with model_first(progress) as note:
                run, trained = self._fit(
                    run, read, config, progress=progress, started=started, on_entry=note
                )
                progress.stage("Proving and packaging the model")
                outcome, lost = self._publish(run, trained, out=out, started=started)
        except BaseException as error:
            self._end_badly(run, error, duration_s=self.clock() - started)
            raise
        if outcome.trained.leaderboard is not None:
            forget(self.scratch, (outcome.trained.leaderboard.journal,))
        if outcome.trained.plan.scratch is not None:
            rmtree(outcome.trained.plan.scratch, ignore_errors=True)
        _log_success(outcome.run)
        if lost is not None:
            raise lost
        return outcome

    def check(self, config: TrainingConfig) -> None:
        """Refuse what no table can make right.

        Raises:
            InvalidValue: if anything that is asked for is unknown or contradicts itself.
        """
        check_config(config, self.catalog.finding_codes())
        require_known(config, self.catalog)

    def estimate(
        self, read: Callable[[], RawTable], config: TrainingConfig, *, progress: Progress
    ) -> Outlook:
        """Return what AutoML is likely to come to, without training and without a record.

        Raises:
            UsageError: if one algorithm is named.
            ModelyardError: as `train`.
        """
        check_config(config, self.catalog.finding_codes())
        begun = self.clock()
        progress.stage("Reading the data")
        workshop = Workshop(
            self.catalog, self.clock, progress, self.n_threads, begun=begun, typing=self.typing
        )
        return foresee(plan_training(read(), config, workshop=workshop), workshop=workshop)

    def _require_end(self, out: Path | None) -> None:
        """Refuse what would stop a training at its end: a place that is taken, or no key."""
        if out is not None:
            require_free(out)
        self.key()

    def _require_estimator(self, key: str) -> None:
        # An algorithm that is not known is refused by whoever asks for it.
        algorithm = self.catalog.algorithms().get(key)
        if algorithm is not None:
            require_estimator(algorithm.card)
        require_writer()

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
            process=self.mark(),
        )
        self.runs.add(run)
        if self.on_run is not None:
            self.on_run(run.id)
        reach("run.added")
        structlog.get_logger().info(
            "run started", run=run.id, name=name, algorithm=config.algorithm, data=location
        )
        return run

    def _end_badly(self, run: Run, error: BaseException, *, duration_s: float) -> None:
        """Record why a run ended, and leave no package that no model stands for.

        Where even that cannot be written, the next training finds the run and puts it away.
        """
        status, reason = ending_of(error)
        structlog.get_logger().warning(
            "run failed", run=run.id, status=status.value, error=type(error).__name__, reason=reason
        )
        with suppress(StoreError):
            try:
                # As it was last written: what was known of the data is kept.
                known = self.runs.get(run.id)
                ended = replace(known, status=status, reason=reason, duration_s=duration_s)
                if isinstance(error, BlockingFindings):
                    ended = replace(ended, findings=plain(error.findings))
                self.runs.update(replace(ended, finished_at=self.now()))
            except InvalidValue:
                # It was interrupted after its model had been registered, and has succeeded.
                return
            except NotFound:
                # Somebody has deleted the run meanwhile.
                pass
            self.artifacts.delete(run.id)

    def _fit(
        self,
        run: Run,
        read: Callable[[], RawTable],
        config: TrainingConfig,
        *,
        progress: Progress,
        started: float,
        on_entry: Callable[[Entry], None],
    ) -> tuple[Run, Trained]:
        def note(entry: Entry) -> None:
            on_entry(entry)
            self.trials.add(run.id, trial_of(entry))

        progress.stage("Reading the data")
        raw = read()
        self._remember_data(raw)
        run = replace(run, data_sha256=raw.facts.sha256, n_rows=raw.frame.height)
        self.runs.update(run)
        workshop = Workshop(
            self.catalog,
            self.clock,
            progress,
            self.n_threads,
            on_trial=lambda trial: self.trials.add(run.id, trial),
            on_entry=note,
            on_question=lambda task, metric: self.runs.update(
                replace(run, task=task, metric=metric)
            ),
            scratch=self.scratch,
            weights=self.weights,
            begun=started,
            typing=self.typing,
            wants_end=self.wants_end,
        )
        trained = train(raw, config, workshop=workshop)
        return described(run, trained), trained

    def _publish(
        self, run: Run, trained: Trained, *, out: Path | None, started: float
    ) -> tuple[Outcome, StoreError | None]:
        """Return what was registered, and why its copy could not be made, None where it could."""
        draft = draft_package(trained, name=run.name, created_at=run.started_at.isoformat())
        if trained.config.keep_estimator:
            draft = draft.with_file(ESTIMATOR, estimator_file(trained.fitted.model))
        algorithms = self.catalog.algorithms()
        subject = report_subject(trained, draft, run=run, algorithms=algorithms)
        draft = draft.with_file(REPORT_DATA, kept_report(subject))
        draft = draft.with_file(REPORT, render_report(subject).encode())
        package = self._place(run, draft)
        reach("package.placed")
        model, lost = None, None
        try:
            # The copy is written before the model is registered, and is seen only after that.
            with self._copy(draft, out):
                finished = replace(
                    run,
                    status=RunStatus.SUCCEEDED,
                    duration_s=self.clock() - started,
                    finished_at=self.now(),
                )
                model = self.models.register(
                    model_of(finished, package), made_by=finished, fence=self.fence
                )
                reach("publish.after-commit")
        except ModelyardError as error:
            if model is None:
                raise
            lost = copy_failed(error, model, package=package)
            lost.__cause__ = error
        finished = replace(finished, model=model.reference)
        return Outcome(finished, model, out or package.folder, trained, package.manifest), lost

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

    def _place(self, run: Run, draft: Draft) -> Package:
        key = self.key()
        with self.artifacts.writing(run.id) as folder:
            write_package(folder, draft.manifest, contents=draft.contents, key=key)
        # What was written is read back as any reader would, before anyone is told of it.
        return open_package(self.artifacts.path_of(run.id), {key.fingerprint})

    @contextmanager
    def _copy(self, draft: Draft, out: Path | None) -> Iterator[None]:
        if out is None:
            yield
            return
        with folder_at(out.absolute()) as folder:
            write_package(folder, draft.manifest, contents=draft.contents, key=self.key())
            yield


def _log_success(run: Run) -> None:
    structlog.get_logger().info(
        "run succeeded",
        run=run.id,
        model=run.model,
        metrics={key: values.get("value") for key, values in run.metrics.items()},
        fit_s=run.fit_s,
        duration_s=run.duration_s,
    )
