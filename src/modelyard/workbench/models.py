"""A model in the hands of a Python user: read back from its package, it predicts and measures."""

import warnings
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from modelyard.bootstrap import Project, open_project
from modelyard.domain.errors import InvalidValue
from modelyard.domain.evaluations import Evaluation
from modelyard.domain.explanations import Explanation, Overall, Saliency
from modelyard.domain.findings import Finding
from modelyard.domain.manifests import Manifest
from modelyard.domain.predictions import Flag, FlagKind, RowError, RowPrediction
from modelyard.domain.runs import Run
from modelyard.domain.tasks import Label
from modelyard.engine.frames.forms import frame_like, like
from modelyard.packaging.hashing import content_hash_of
from modelyard.protocols.progress import Silence
from modelyard.runtime.packages import REPORT
from modelyard.services.answering import Answer
from modelyard.services.answers import interval_columns, label_sets
from modelyard.services.ejecting import Ejected
from modelyard.services.explaining import explain_picture, rows_of
from modelyard.services.predicting import OpenModel
from modelyard.services.reports import write_report

# Of fewer rows that most hold what training never saw may be chance.
_TELLING_ROWS = 10


class RowsNotAnswered(UserWarning):
    """Some rows have no answer.

    Attributes:
        errors: why, of the first thousand of them, each with its `row` and its `error`.
        n_failed: how many there are.
    """

    def __init__(self, errors: tuple[RowError, ...], n_failed: int) -> None:
        rows = "1 row has" if n_failed == 1 else f"{n_failed:,} rows have"
        super().__init__(f"{rows} no answer. The first: {errors[0].error}")
        self.errors = errors
        self.n_failed = n_failed


class ValuesNotSeen(UserWarning):
    """Most rows hold values of a column that training never saw, as where types have changed.

    Attributes:
        flags: one for each such column.
    """

    def __init__(self, flags: tuple[Flag, ...], n_rows: int) -> None:
        first, *_ = flags
        seen = ", ".join(repr(value) for value in first.sample)
        super().__init__(
            f"{first.n_rows:,} of {n_rows:,} rows hold values in '{first.column}' that training "
            f"never saw: {seen}. Look whether it is read as it was then: as text, with its zeros."
        )
        self.flags = flags


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
    def content_sha256(self) -> str:
        """Of the package apart from its time and signature: trainings that are alike share it."""
        return content_hash_of(self.manifest)

    @property
    def metrics(self) -> Mapping[str, Mapping[str, float]]:
        """Metric key to value, interval and baseline, on the test rows of the training."""
        return self.manifest.metrics

    def predict(self, data: Any, *, strict: bool = True) -> Any:
        """Answer for every row.

        Args:
            data: a path, a pandas, polars or Arrow table, a dict of columns, or a list of dicts.
            strict: whether a row that cannot be answered refuses all; where not, its answer is
                missing, and one warning names the first of such rows.

        Returns:
            One answer a row, in the order and of the kind that came: a pandas or polars Series, an
            Arrow array, a list; for a path a polars Series. Where rows are items of sequences, one
            an id in the order in which they first appear, which are the index of a pandas Series.

        Raises:
            MissingColumns: if a column of the model is missing.
            UnparseableValue: if a cell does not fit its column; it names row and column. Without
                `strict` only where not one row can be answered.
        """
        answer = self._answer(data, is_strict=strict)
        values = answer.predictions.values
        if answer.errors:
            warnings.warn(RowsNotAnswered(answer.errors, answer.n_failed), stacklevel=2)
            values = np.array(answer.spread(values.tolist()), dtype=object)
        return like(data, values, name="prediction", ids=answer.ids)

    def predict_proba(self, data: Any) -> Any:
        """Return the probability of every label: a table of the kind that came, a column a label.

        Raises:
            InvalidValue: for a regression model, which has no probabilities.
        """
        answer = self._answer(data)
        probabilities = answer.predictions.probabilities
        if probabilities is None:
            raise InvalidValue(
                f"'{self.manifest.name}' predicts a number, which has no probabilities.",
                fix="Use predict.",
            )
        columns = {
            f"probability_{label}": probabilities[:, at]
            for at, label in enumerate(self.manifest.labels)
        }
        return frame_like(data, columns, ids=answer.ids)

    def predict_interval(self, data: Any, *, level: float = 0.9) -> Any:
        """Return for every row the ends between which the truth lies in a share `level` of rows.

        Returns:
            A table of the kind that came, with the columns `interval_low` and `interval_high`.

        Raises:
            InvalidValue: for a model of labels, or a level that is not between 0 and 1.
            TooFewRows: if the model was measured on too few rows for the level.
        """
        answer = self._answer(data)
        columns = interval_columns(self.opened, answer, level=level)
        return frame_like(data, columns, ids=answer.ids)

    def predict_set(self, data: Any, *, level: float = 0.9) -> list[list[Label]]:
        """Return for every row the labels among which the truth is in a share `level` of rows.

        Returns:
            A list for each row, the most probable label first; empty where none is likely enough.

        Raises:
            InvalidValue: for a regression model, or a level that is not between 0 and 1.
            TooFewRows: if the model was measured on too few rows for the level.
        """
        answer = self._answer(data)
        return label_sets(self.opened, answer, level=level)

    def _answer(self, data: Any, *, is_strict: bool = True) -> Answer:
        """Answer for a table; called by what the user calls, at whose line a warning points."""
        answer = self.project.predicting.predict(self.opened, data, is_strict=is_strict)
        unseen = [each for each in answer.flags if each.kind is FlagKind.UNSEEN_CATEGORY]
        n_answered = answer.n_rows - answer.n_failed
        most = tuple(each for each in unseen if 2 * each.n_rows > n_answered >= _TELLING_ROWS)
        if most:
            warnings.warn(ValuesNotSeen(most, n_answered), stacklevel=3)
        return answer

    def predict_row(self, row: Mapping[str, Any]) -> RowPrediction:
        """Answer for one row in microseconds: column name to value."""
        return self.opened.predictor.predict_row(row)

    def evaluate(
        self,
        data: Any,
        *,
        metric: str | None = None,
        threshold: float | None = None,
        sensitive: str | Sequence[str] = (),
    ) -> Evaluation:
        """Measure the model on rows with a truth, beside the baseline, with 95 % intervals.

        Metric and threshold are the model's own unless others are named. `fairness` of the answer
        tells how the groups of each `sensitive` column fare, which need not be an input.
        """
        columns = (sensitive,) if isinstance(sensitive, str) else tuple(sensitive)
        return self.project.predicting.evaluate(
            self.opened, data, metric=metric, threshold=threshold, sensitive=columns
        )

    def explain(self, data: Any, *, label: Label | None = None) -> list[Explanation]:
        """Say for every row what each column moved the answer by (Shapley values).

        Args:
            data: a path, a pandas, polars or Arrow table, a dict of columns, a list of dicts, or
                one row as a dict of cells.
            label: class whose score is explained; left out: the one that is answered.

        Returns:
            An explanation a row: `base` plus every `amount` is `score`.

        Raises:
            InvalidValue: if a label is named and the model predicts a number.
            UnknownKey: if the model answers no such label.
            UnsupportedPackage: if the package has no reference rows.
        """
        blocks = self.project.predicting.read(self.opened, rows_of(data))
        return list(self.opened.explainer.explain(blocks, label=label))

    def explain_overall(self) -> Overall:
        """Say how far each column moves answers on average, over some reference rows.

        Raises:
            UnsupportedPackage: if the package has no reference rows.
        """
        return self.opened.explainer.overall()

    def explain_picture(
        self,
        picture: str | Path | bytes,
        *,
        label: Label | None = None,
        out: str | Path | None = None,
    ) -> Saliency:
        """Say where in a picture the model looks: what covering each part moves the answer by.

        Args:
            picture: a file, or its bytes.
            label: class whose probability is explained; left out: the one that is answered.
            out: JPEG file for a grey copy of the picture, red where the model looks.

        Raises:
            UsageError: if the model takes more than one picture, or has no such label.
            UnreadablePicture: if it is no picture that can be read.
            StoreError: if the copy cannot be written.
        """
        given = picture if isinstance(picture, bytes) else Path(picture)
        target = None if out is None else Path(out)
        return explain_picture(self.opened.predictor, given, label=label, out=target)

    def eject(
        self, out: str | Path, *, data: str | Path | None = None, member: str | None = None
    ) -> Ejected:
        """Write a script that trains the model again without this library, and run it once.

        Args:
            out: folder, which must not exist or be empty.
            data: where the file of the training is now; None for where it was then.
            member: of an AutoML blend, the one that the script is to train.

        Raises:
            UsageError: if the model is a blend, or its training did what no script repeats.
            NotFound: if the data are not there.
            ParityExceeded: if the script does not give the metric; nothing is written then.
            StoreError: if the folder cannot be written.
        """
        return self.project.ejecting.eject(
            self.opened.reference or self.path,
            out=Path(out),
            progress=Silence(),
            data=None if data is None else Path(data),
            member=member,
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
