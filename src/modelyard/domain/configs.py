"""What a user asks of a training, whichever door they came through."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Self

from modelyard.domain.columns import ColumnKind
from modelyard.domain.plain import to_plain
from modelyard.domain.splits import Shares
from modelyard.domain.tasks import Task


@dataclass(frozen=True)
class ReadOptions:
    """How a table is to be read; None means: find out and state it.

    Attributes:
        encoding, delimiter, decimal: of a text file.
        missing_tokens: replaces the default list of cells that mean missing.
        kinds: column name to kind, over what would be found.
    """

    encoding: str | None = None
    delimiter: str | None = None
    decimal: str | None = None
    missing_tokens: tuple[str, ...] | None = None
    kinds: Mapping[str, ColumnKind] = field(default_factory=dict)


@dataclass(frozen=True)
class FileDialect:
    """How a text file to predict is written; None means: find out, or as in the training.

    What means missing and of which kind a column is, the model knows from its training.
    """

    encoding: str | None = None
    delimiter: str | None = None
    decimal: str | None = None


@dataclass(frozen=True)
class PreparationConfig:
    """How columns are prepared; "auto" is what the algorithm's card asks for.

    Attributes:
        normalize: "auto", "standard" or "none".
        handle_missing: "auto", "mean", "median", "most_frequent", "constant" or "drop" (rows).
        categorical_encoding: "auto", "one_hot" or "ordinal".
    """

    normalize: str = "auto"
    handle_missing: str = "auto"
    categorical_encoding: str = "auto"


@dataclass(frozen=True)
class TrainingConfig:
    """Everything that decides what a training does, apart from the data itself.

    Attributes:
        target: column to predict.
        task: None means: found from the target.
        algorithm: key of an algorithm.
        parameters: hyperparameters over the defaults of the algorithm's card.
        drop: columns to leave out.
        group: column whose values must not straddle the split.
        time: column to order the rows by: later rows test what earlier rows taught.
        n_folds: folds of cross-validation over the training and validation rows, 0 for none.
        metric: key of the metric that decides; None means the task's default.
        seed: of everything random.
        accepted: names of findings that the user accepts.
        shares: of the three parts.
        schema: JSON Schema of one row, already parsed; None for none.
        name: of the model in the registry; None means: from the data's file name.
        tags: free labels of the run.
    """

    target: str
    task: Task | None = None
    algorithm: str = "lightgbm"
    parameters: Mapping[str, Any] = field(default_factory=dict)
    drop: tuple[str, ...] = ()
    group: str | None = None
    time: str | None = None
    n_folds: int = 0
    metric: str | None = None
    seed: int = 0
    accepted: frozenset[str] = frozenset()
    shares: Shares = field(default_factory=Shares)
    read: ReadOptions = field(default_factory=ReadOptions)
    preparation: PreparationConfig = field(default_factory=PreparationConfig)
    schema: Mapping[str, Any] | None = None
    name: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the configuration as plain JSON values, for the store and the manifest.

        Raises:
            InvalidValue: if a parameter or the schema holds a value that JSON has no word for.
        """
        raw = {each.name: getattr(self, each.name) for each in fields(self)}
        raw["accepted"] = sorted(self.accepted)
        return {name: to_plain(value, name) for name, value in raw.items()}

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> Self:
        """Read what `to_dict` wrote; fields that are not there keep their default."""
        known = {name: raw[name] for name in cls.__dataclass_fields__ if name in raw}
        if known.get("task") is not None:
            known["task"] = Task(known["task"])
        known["drop"] = tuple(raw.get("drop", ()))
        known["accepted"] = frozenset(raw.get("accepted", ()))
        known["shares"] = Shares(**raw.get("shares", {}))
        known["read"] = _read_options_from(raw.get("read", {}))
        known["preparation"] = PreparationConfig(**raw.get("preparation", {}))
        return cls(**known)


def _read_options_from(raw: Mapping[str, Any]) -> ReadOptions:
    known = dict(raw)
    if known.get("missing_tokens") is not None:
        known["missing_tokens"] = tuple(known["missing_tokens"])
    known["kinds"] = {name: ColumnKind(kind) for name, kind in raw.get("kinds", {}).items()}
    return ReadOptions(**known)
