"""The Python door: train a model, load one, and use it.

>>> import modelyard
>>> rows = {"x": [1.0, 2.0, 3.0] * 40, "y": ["no", "no", "yes"] * 40}
>>> model = modelyard.train(rows, target="y", algorithm="logistic-regression", accept=["leakage"])
... # doctest: +SKIP
>>> model.predict([{"x": 3.0}])  # doctest: +SKIP
['yes']
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, TypedDict, Unpack

import numpy as np

from modelyard.bootstrap import Project, open_project
from modelyard.domain.columns import ColumnKind
from modelyard.domain.configs import PreparationConfig, ReadOptions, TrainingConfig
from modelyard.domain.errors import InvalidValue, UnknownKey
from modelyard.domain.evaluations import Evaluation
from modelyard.domain.findings import Finding
from modelyard.domain.fixes import RECOMMENDED
from modelyard.domain.manifests import Manifest
from modelyard.domain.predictions import RowPrediction
from modelyard.domain.runs import Run
from modelyard.domain.splits import Shares
from modelyard.domain.tasks import Label, Task
from modelyard.domain.values import cell_text
from modelyard.engine.frames.forms import frame_like, like
from modelyard.kit.matching import known_names
from modelyard.protocols.progress import Progress, Silence
from modelyard.runtime.packages import REPORT
from modelyard.services.answers import interval_columns, label_sets
from modelyard.services.datasets import location_of
from modelyard.services.predicting import OpenModel
from modelyard.services.reports import write_report

__all__ = ["Model", "TrainOptions", "load", "train"]


@dataclass(frozen=True, repr=False)
class Model:
    """A trained model that was read back from its signed package.

    Attributes:
        path: folder of the package.
        run: the training that made it; None for a model that was loaded.
        evaluation: on the test rows of the training; None for a model that was loaded.
        findings: what the checks said before the training.
    """

    path: Path
    opened: OpenModel
    project: Project
    run: Run | None = None
    evaluation: Evaluation | None = None
    findings: tuple[Finding, ...] = ()

    def __repr__(self) -> str:
        """Tell what the model is in one line; its data stays where it is."""
        manifest, name = self.manifest, self.opened.reference or self.manifest.name
        value = manifest.metrics.get(manifest.metric, {}).get("value")
        score = f", {manifest.metric} {value:.4g}" if value is not None else ""
        return (
            f"<modelyard.Model {name}: {manifest.algorithm} predicts "
            f"{manifest.target!r} ({manifest.task}{score})>"
        )

    @property
    def manifest(self) -> Manifest:
        """Everything that the package says about itself."""
        return self.opened.manifest

    @property
    def metrics(self) -> Mapping[str, Mapping[str, float]]:
        """Metric key to value, interval and baseline, on the test rows of the training."""
        return self.manifest.metrics

    def predict(self, data: Any) -> Any:
        """Answer for every row.

        Args:
            data: a path, a pandas, polars or Arrow table, a dict of columns, or a list of dicts.

        Returns:
            One answer a row, in the order and of the kind that came: a pandas or polars Series, an
            Arrow array, a list; for a path a polars Series.

        Raises:
            MissingColumns: if a column of the model is missing.
            UnparseableValue: if a cell does not fit its column; it names row and column.
        """
        answer = self.project.predicting.predict(self.opened, data)
        return like(data, answer.predictions.values, name="prediction")

    def predict_proba(self, data: Any) -> Any:
        """Return the probability of every label: a table of the kind that came, a column a label.

        Raises:
            InvalidValue: for a regression model, which has no probabilities.
        """
        probabilities = self.project.predicting.predict(self.opened, data).predictions.probabilities
        if probabilities is None:
            raise InvalidValue(
                f"'{self.manifest.name}' predicts a number, which has no probabilities.",
                fix="Use predict.",
            )
        columns = {
            f"probability_{label}": probabilities[:, at]
            for at, label in enumerate(self.manifest.labels)
        }
        return frame_like(data, columns)

    def predict_interval(self, data: Any, *, level: float = 0.9) -> Any:
        """Return for every row the ends between which the truth lies in a share `level` of rows.

        Returns:
            A table of the kind that came, with the columns `interval_low` and `interval_high`.

        Raises:
            InvalidValue: for a model of labels, or a level that is not between 0 and 1.
            TooFewRows: if the model was measured on too few rows for the level.
        """
        answer = self.project.predicting.predict(self.opened, data)
        return frame_like(data, interval_columns(self.opened, answer, level=level))

    def predict_set(self, data: Any, *, level: float = 0.9) -> list[list[Label]]:
        """Return for every row the labels among which the truth is in a share `level` of rows.

        Returns:
            A list for each row, the most probable label first; empty where none is likely enough.

        Raises:
            InvalidValue: for a regression model, or a level that is not between 0 and 1.
            TooFewRows: if the model was measured on too few rows for the level.
        """
        answer = self.project.predicting.predict(self.opened, data)
        return label_sets(self.opened, answer, level=level)

    def predict_row(self, row: Mapping[str, Any]) -> RowPrediction:
        """Answer for one row in microseconds: column name to value."""
        return self.opened.predictor.predict_row(row)

    def evaluate(
        self, data: Any, *, metric: str | None = None, threshold: float | None = None
    ) -> Evaluation:
        """Measure the model on rows with a truth, beside the baseline, with 95 % intervals.

        Metric and threshold are the model's own unless others are named.
        """
        return self.project.predicting.evaluate(
            self.opened, data, metric=metric, threshold=threshold
        )

    def report(self, path: str | Path | None = None) -> Path:
        """Write the report as one HTML file that opens offline, and return its path.

        Args:
            path: of the file; None means the report within the package, which is not copied.

        Raises:
            StoreError: if the file cannot be written.
        """
        if path is None:
            return self.path / REPORT
        target = Path(path)
        write_report(self.opened.package, target)
        return target


class TrainOptions(TypedDict, total=False):
    """What `train` takes beside data and target; whatever is left out has its default.

    Attributes:
        task: "binary", "multiclass" or "regression"; left out: found from the target.
        algorithm: key of an algorithm, e.g. "lightgbm", "random-forest", "logistic-regression".
        parameters: hyperparameters by name, over the algorithm's defaults.
        drop: columns to leave out.
        group: column whose values must not straddle the split.
        time: column to order the rows by; later rows test what earlier rows taught.
        n_folds: folds of a cross-validation, 0 for none.
        metric: key of the metric that decides.
        calibrate: "auto", "none", or the method that may map probabilities: "sigmoid", "isotonic"
            or "temperature"; it is applied where it improves the log loss for sure.
        threshold: of two labels: a number, the key of the metric that is to be best, or "costs".
        costs: {"false_positive": 1, "false_negative": 5}, or true label to answered label to cost.
        seed: of everything random.
        weight: column of row weights, in the fit and in every metric.
        class_weight: "none", "balanced", or {label: weight}, in the fit alone.
        accept: names of findings of severity error to train in spite of.
        fixes: finding or column to the fix to apply, or findings to fix as recommended, or "all".
        shares: of the rows for training, validation and test; they sum to 1.
        normalize: "auto", "standard", "minmax", "robust", "quantile", "quantile_normal" or "none".
        handle_missing: "auto", "mean", "median", "most_frequent", "constant", "nearest" or "drop".
        categorical_encoding: "auto", "one_hot", "ordinal", "target", "frequency" or "hashing".
        dates: "auto", "parts" or "cyclic".
        engineered_features: "none", "polynomial" or "interactions".
        columns: column to its own words for these five, e.g. {"zip": {"normalize": "none"}}.
        encoding, delimiter, decimal: of a text file; left out: found and stated.
        missing_tokens: cells that mean missing, instead of the default list.
        kinds: column to kind, e.g. {"zip": "category"}.
        schema: JSON Schema of one row, parsed.
        name: of the model in the registry.
        tags: free labels of the run.
    """

    task: str | None
    algorithm: str
    parameters: Mapping[str, Any]
    drop: str | Sequence[str]
    group: str | None
    time: str | None
    weight: str | None
    class_weight: str | Mapping[Any, float]
    n_folds: int
    metric: str | None
    calibrate: str
    threshold: float | str | None
    costs: Mapping[str, Any]
    seed: int
    accept: str | Sequence[str]
    fixes: str | Sequence[str] | Mapping[str, str]
    shares: tuple[float, float, float]
    normalize: str
    handle_missing: str
    categorical_encoding: str
    dates: str
    engineered_features: str
    columns: Mapping[str, Mapping[str, str]]
    encoding: str | None
    delimiter: str | None
    decimal: str | None
    missing_tokens: Sequence[str] | None
    kinds: Mapping[str, str]
    schema: Mapping[str, Any] | None
    name: str | None
    tags: Mapping[str, str]


def train(
    data: Any,
    *,
    target: str,
    out: str | Path | None = None,
    progress: Progress | None = None,
    project: Project | None = None,
    **options: Unpack[TrainOptions],
) -> Model:
    """Train a model, prove it, sign it, register it, and hand it back ready to predict.

    Args:
        data: a path, a pandas, polars or Arrow table, a dict of columns, or a list of dicts.
        target: column to predict.
        out: folder for a copy of the package; must not exist or be empty.
        progress: told what happens.
        project: where results live; None means the one that the environment names.
        options: see `TrainOptions`.

    Raises:
        BlockingFindings: if a finding of severity error was not accepted by name.
        ModelyardError: if data or options do not allow training.
    """
    project = project or open_project()
    config = _config(target, dict(options))
    outcome = project.training.train(
        lambda: project.datasets.read(data, config.read),
        config,
        progress=progress or Silence(),
        location=location_of(data),
        out=None if out is None else Path(out),
    )
    # The package is verified anew; its graph has been open since it was proved.
    session = outcome.trained.fitted.session
    opened = project.predicting.open(outcome.folder, session=session)
    return Model(
        path=outcome.folder,
        # Known as the version that it was registered as, so that its measurements are kept.
        opened=replace(opened, reference=outcome.model.reference),
        project=project,
        run=outcome.run,
        evaluation=outcome.trained.evaluation,
        findings=outcome.trained.examination.findings,
    )


def load(
    reference: str | Path, *, trust: str | Collection[str] = (), project: Project | None = None
) -> Model:
    """Load a model by the folder of its package, or by its name in the registry.

    Args:
        reference: a folder, or `name`, `name@3`, `name@champion`.
        trust: fingerprint, or fingerprints, of keys to trust beside your own.
        project: where names are looked up; None means the one that the environment names.

    Raises:
        InvalidValue: if a fingerprint is none.
        NotFound: if there is no such model.
        UntrustedPackage: if the package was changed, or its signer is not trusted.
    """
    if not isinstance(reference, str | Path):
        raise InvalidValue(
            f"load takes a folder or a name; {reference!r} came.", fix="For example: load('iris')."
        )
    project = project or open_project()
    opened = project.predicting.open(reference, trust=trust)
    return Model(path=opened.package.folder, opened=opened, project=project)


_PLAIN = frozenset(field.name for field in fields(TrainingConfig)) - {
    "target",
    "accepted",
    "fixes",
    "read",
    "preparation",
}
_PREPARATION = frozenset(field.name for field in fields(PreparationConfig))
# What fixes decide is no option of its own.
_READ = frozenset(field.name for field in fields(ReadOptions)) - {"missing_in", "date_formats"}


def _config(target: str, options: Mapping[str, Any]) -> TrainingConfig:
    known = _PLAIN | _PREPARATION | _READ | {"accept", "fixes"}
    for name in options:
        if name not in known:
            raise UnknownKey(
                f"train has no option '{name}'.",
                fix=known_names(name, sorted(known)),
                sample=name,
            )
    chosen = {name: _own(options[name]) for name in options if name in _PLAIN}
    if "task" in chosen and chosen["task"] is not None:
        chosen["task"] = Task.called(chosen["task"])
    if "shares" in chosen:
        chosen["shares"] = _shares(chosen["shares"])
    if isinstance(chosen.get("class_weight"), Mapping):
        chosen["class_weight"] = {
            cell_text(_own(label)): weight for label, weight in chosen["class_weight"].items()
        }
    if "drop" in chosen:
        chosen["drop"] = _words(chosen["drop"])
    return TrainingConfig(
        target=target,
        accepted=frozenset(_words(options.get("accept", ()))),
        fixes=_fixes(options.get("fixes", ())),
        preparation=PreparationConfig(
            **{name: options[name] for name in options if name in _PREPARATION}
        ),
        read=_read_options({name: options[name] for name in options if name in _READ}),
        **chosen,
    )


def _fixes(given: Any) -> Mapping[str, str]:
    """Return fixes by their place; one that is only named is the recommended one."""
    return given if isinstance(given, Mapping) else dict.fromkeys(_words(given), RECOMMENDED)


def _read_options(given: Mapping[str, Any]) -> ReadOptions:
    chosen = dict(given)
    if chosen.get("missing_tokens") is not None:
        chosen["missing_tokens"] = _words(chosen["missing_tokens"])
    if isinstance(chosen.get("kinds"), Mapping):
        chosen["kinds"] = {name: ColumnKind.called(kind) for name, kind in chosen["kinds"].items()}
    return ReadOptions(**chosen)


def _own(value: Any) -> Any:
    """Return a scalar of numpy as Python's own, which a configuration holds."""
    return value.item() if isinstance(value, np.generic) else value


def _words(given: Any) -> tuple[Any, ...]:
    """Return one word or many as many; what is neither is left for the rules to refuse."""
    is_one = isinstance(given, str) or not isinstance(given, Iterable)
    return (given,) if is_one else tuple(given)


def _shares(given: Any) -> Shares:
    if isinstance(given, Shares):
        return given
    parts = _words(given)
    if len(parts) != len(fields(Shares)):
        raise InvalidValue(
            f"The option shares takes three numbers, for training, validation and test; {given!r} "
            "came.",
            fix="For example: shares=(0.7, 0.1, 0.2).",
            sample=repr(given),
        )
    return Shares(*parts)
