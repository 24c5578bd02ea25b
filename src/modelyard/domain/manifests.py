"""The manifest of a model package: what a model is, what it takes, and what was measured of it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from modelyard.domain.columns import ColumnKind, InputColumn
from modelyard.domain.errors import UnsupportedPackage
from modelyard.domain.members import MemberRecord
from modelyard.domain.tasks import Label, Task

FORMAT_VERSION = 1


@dataclass(frozen=True)
class Parity:
    """How closely the package predicts what the trained model predicts.

    Attributes:
        n_rows_batch, n_rows_single: rows that were compared as a batch and row by row.
        n_flips: rows whose label differs and is not an exact tie.
        n_ties: rows whose label differs where the best two probabilities are equal.
        max_difference: largest absolute difference of a probability (classification), or of a
            value in units of max(|y|, sd y) (regression).
    """

    n_rows_batch: int
    n_rows_single: int
    n_flips: int
    n_ties: int
    max_difference: float


@dataclass(frozen=True)
class PackagedFile:
    """What the manifest says about one file beside it."""

    sha256: str
    size_bytes: int


@dataclass(frozen=True)
class Manifest:
    """Everything about a packaged model that is not an array.

    Attributes:
        name: of the model.
        task, target, labels: what is answered; `labels` in the order of the probabilities, empty
            for regression.
        algorithm, parameters: what was trained, every hyperparameter with its final value.
        inputs: columns that the model takes, in order.
        metrics: key to {value, low, high, baseline} on the test rows; `metric` names the deciding.
        target_column: how the target was read, so that a truth is read the same way later.
        missing_tokens: texts that mean missing, in a file as in a request.
        decimal: mark of numbers that are written as text.
        threshold: share at or above which the positive class (the second label) is answered.
        threshold_by: by what it was chosen and on how many rows, empty where it was given.
        costs: of more than two labels, what an answer (column) costs where another is true (row).
        calibration: the map from the graph's probabilities to those that are answered, or None.
        calibrated: why the probabilities are mapped or not, and what that gained in log loss.
        coverage: of intervals or sets on test rows: level, share, size and share_empty.
        seed, n_rows: of the training.
        data_sha256: of the training data; `data_location` as the user named it.
        versions: library to version.
        parity: measured before publishing.
        created_at: ISO 8601, UTC.
        files: file name within the package to what it must be.
        members: of an ensemble, also those that were left out, with the reason.
        group_column, time_column: what bound and ordered the rows in the split, and how they are
            read; an evaluation draws by them where they are.
        weight: column of row weights that the training used; an evaluation uses it where it is.
        card: what only people know of the model: intended use, limitations, owner.
        leaderboard: of AutoML: what competed, and what the model is made of.
        search: for hyperparameters: how it was done, and the scores of its best trials and of the
            default parameters on folds; None where there was none.
        extra: facts that later versions may add.
    """

    name: str
    task: Task
    target: str
    labels: tuple[Label, ...]
    algorithm: str
    parameters: Mapping[str, Any]
    inputs: tuple[InputColumn, ...]
    metric: str
    metrics: Mapping[str, Mapping[str, float]]
    seed: int
    n_rows: int
    data_sha256: str
    data_location: str
    versions: Mapping[str, str]
    parity: Parity
    created_at: str
    files: Mapping[str, PackagedFile]
    target_column: InputColumn | None = None
    missing_tokens: tuple[str, ...] = ()
    decimal: str = "."
    threshold: float = 0.5
    threshold_by: str = ""
    costs: tuple[tuple[float, ...], ...] = ()
    calibration: Mapping[str, Any] | None = None
    calibrated: Mapping[str, Any] | None = None
    coverage: tuple[Mapping[str, float], ...] = ()
    group_column: InputColumn | None = None
    time_column: InputColumn | None = None
    weight: str | None = None
    members: tuple[MemberRecord, ...] = ()
    search: Mapping[str, Any] | None = None
    leaderboard: Mapping[str, Any] | None = None
    format_version: int = FORMAT_VERSION
    extra: Mapping[str, Any] | None = None
    card: Mapping[str, str] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the manifest as plain JSON values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> Self:
        """Read what `to_dict` wrote.

        Raises:
            UnsupportedPackage: if the format is newer than this version, or a field is missing.
        """
        version = raw.get("format_version")
        if not isinstance(version, int) or not 1 <= version <= FORMAT_VERSION:
            raise UnsupportedPackage(
                f"The package has format version {version!r}; this Modelyard reads versions 1 to "
                f"{FORMAT_VERSION}.",
                fix="Upgrade Modelyard.",
            )
        try:
            known = {name: raw[name] for name in cls.__dataclass_fields__ if name in raw}
            known["task"] = Task(raw["task"])
            known["labels"] = tuple(raw["labels"])
            known["inputs"] = tuple(_input_from_dict(column) for column in raw["inputs"])
            for role in ("target_column", "group_column", "time_column"):
                column = raw.get(role)
                known[role] = None if column is None else _input_from_dict(column)
            known["files"] = {name: _file_from_dict(file) for name, file in raw["files"].items()}
            known["missing_tokens"] = tuple(raw.get("missing_tokens", ()))
            known["parity"] = Parity(**raw["parity"])
            known["costs"] = tuple(tuple(row) for row in raw.get("costs", ()))
            known["coverage"] = tuple(raw.get("coverage", ()))
            known["members"] = tuple(MemberRecord(**each) for each in raw.get("members", ()))
            return cls(**known)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise UnsupportedPackage(f"The package's manifest is incomplete: {error}.") from error


def _file_from_dict(raw: Mapping[str, Any]) -> PackagedFile:
    return PackagedFile(str(raw["sha256"]), int(raw["size_bytes"]))


def _input_from_dict(raw: Mapping[str, Any]) -> InputColumn:
    known = {name: raw[name] for name in InputColumn.__dataclass_fields__ if name in raw}
    known["kind"] = ColumnKind(raw["kind"])
    for name in ("true_words", "false_words", "categories", "missing_words"):
        known[name] = tuple(raw.get(name, ()))
    return InputColumn(**known)
