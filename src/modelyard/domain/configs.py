"""What a user asks of a training, whichever door they came through."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Self

from modelyard.domain.automl import AutoMLConfig
from modelyard.domain.columns import ColumnKind
from modelyard.domain.plain import to_plain
from modelyard.domain.sequence_layouts import SequenceLayout
from modelyard.domain.splits import Shares
from modelyard.domain.tasks import Task

# A word, or the weight of each class by the text of its label; classes that are left out weigh 1.
ClassWeight = str | Mapping[str, float]
BALANCED, NONE, AUTO = "balanced", "none", "auto"
# What only people know of a model. Source: Mitchell et al.: Model Cards for Model Reporting (2019).
CARD_KEYS = ("intended_use", "limitations", "owner")
CALIBRATIONS = (AUTO, NONE, "sigmoid", "isotonic", "temperature")


@dataclass(frozen=True)
class ReadOptions:
    """How a table is to be read; None means: find out and state it.

    Attributes:
        encoding, delimiter, decimal: of a text file.
        missing_tokens: replaces the default list of cells that mean missing.
        kinds: column name to kind, over what would be found.
        missing_in: column name to cells that mean missing in it, beside the tokens of the table.
        date_formats: column name to the strptime format of its dates.
        sequences: what of the table becomes columns of sequences.
        sets_aside: whether a row of another width than the header is set aside, where the file's
            other rows can be told from it; it refuses the file elsewhere.
        header: whether the first line of a text file names the columns, as is taken where nobody
            says so; without it they are called column_1, column_2 and so on.
    """

    encoding: str | None = None
    delimiter: str | None = None
    decimal: str | None = None
    missing_tokens: tuple[str, ...] | None = None
    kinds: Mapping[str, ColumnKind] = field(default_factory=dict)
    missing_in: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    date_formats: Mapping[str, str] = field(default_factory=dict)
    sequences: SequenceLayout = field(default_factory=SequenceLayout)
    sets_aside: bool = False
    header: bool | None = None


@dataclass(frozen=True)
class FileDialect:
    """How a text file to predict is written; None means: find out, or as in the training.

    What means missing and of which kind a column is, the model knows from its training.
    """

    encoding: str | None = None
    delimiter: str | None = None
    decimal: str | None = None
    header: bool | None = None

    @classmethod
    def of(cls, read: ReadOptions) -> Self:
        """Return how a text file is written that is read so."""
        return cls(read.encoding, read.delimiter, read.decimal, read.header)

    @property
    def words(self) -> tuple[str, ...]:
        """How the command line is told of it."""
        named = {"encoding": self.encoding, "delimiter": self.delimiter, "decimal": self.decimal}
        words = [part for name, value in named.items() if value for part in (f"--{name}", value)]
        if self.header is not None:
            words.append("--header" if self.header else "--no-header")
        return tuple(words)


@dataclass(frozen=True)
class ColumnPreparation:
    """How a column is prepared; "auto" is what the algorithm's card asks for.

    Each field is the role of transforms on the shelf, and its words are theirs.

    Attributes:
        normalize: "auto", "none", or for example "standard", "minmax", "robust", "quantile".
        handle_missing: "auto", "drop" (rows), or for example "median", "nearest".
        categorical_encoding: "auto", or for example "one_hot", "ordinal", "target".
        dates: "auto", "parts" or "cyclic".
        engineered_features: "none", "polynomial" or "interactions".
    """

    normalize: str = "auto"
    handle_missing: str = "auto"
    categorical_encoding: str = "auto"
    dates: str = "auto"
    engineered_features: str = "none"


@dataclass(frozen=True)
class PreparationConfig(ColumnPreparation):
    """How the columns of a table are prepared.

    Attributes:
        columns: column name to its own words by the name of their field, over those of the table.
    """

    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def of(self, column: str) -> ColumnPreparation:
        """Return how one column is prepared."""
        words = {each.name: getattr(self, each.name) for each in fields(ColumnPreparation)}
        return ColumnPreparation(**{**words, **self.columns.get(column, {})})


@dataclass(frozen=True)
class SearchConfig:
    """How hyperparameters are searched for.

    Attributes:
        search_type: key of a searcher, e.g. "grid", "random", "bayesian".
        n_trials: most trials, the one of the default parameters included; None means 30, or as
            many as the time allows where it is limited; of a grid always all its points.
        time_limit_s: seconds after which no further fold is fitted; None for no limit.
        n_folds, n_repeats: every trial is scored on the same folds, dealt so often.
        n_points: of a grid, values of each range.
        space: hyperparameter to where it is searched, as `engine.tuning.spaces` reads it; empty
            for all that the algorithm's card gives a place for.
    """

    search_type: str
    n_trials: int | None = None
    time_limit_s: float | None = None
    n_folds: int = 5
    n_repeats: int = 1
    n_points: int = 3
    space: Mapping[str, Any] = field(default_factory=dict)


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
        weight: column that says how much each row counts, in the fit and in every metric; a row of
            weight zero is left out.
        class_weight: "none", "balanced", or a weight by the label's text: how much the rows of a
            class count in the fit, not in the metrics.
        sensitive: columns by whose groups the model is measured; one that is dropped as well is no
            feature, and is measured by all the same.
        learning_curve: whether to fit on fewer rows as well, to see what more would bring.
        n_folds: folds of cross-validation over the training and validation rows, 0 for none.
        search: for hyperparameters, before the training; None for none.
        automl: looks for the best model within a budget instead of training one algorithm, which is
            then the one that combines the candidates; None for not.
        metric: key of the metric that decides; None means the task's default.
        calibrate: "auto", "none", or the one method that may map probabilities.
        threshold: of two labels: a number, the key of a metric that is to be best, or "costs";
            None means 0.5, or costs where there are any.
        costs: of wrong answers: "false_positive" and "false_negative", or the true label to the
            answered label to a number.
        seed: of everything random.
        accepted: names of findings that the user accepts.
        fixes: name of a finding (its code, `code:column` or "all") or of a column to the fix that
            is to be applied, as `domain.fixes` spells it.
        shares: of the three parts.
        schema: JSON Schema of one row, already parsed; None for none.
        name: of the model in the registry; None means: from the data's file name.
        tags: free labels of the run.
        card: what a model card says beside the figures, by the keys of `CARD_KEYS`.
        keep_estimator: whether the package keeps the estimator of scikit-learn, for an export.
    """

    target: str
    task: Task | None = None
    algorithm: str = "lightgbm"
    parameters: Mapping[str, Any] = field(default_factory=dict)
    drop: tuple[str, ...] = ()
    group: str | None = None
    time: str | None = None
    weight: str | None = None
    class_weight: ClassWeight = NONE
    sensitive: tuple[str, ...] = ()
    learning_curve: bool = False
    n_folds: int = 0
    search: SearchConfig | None = None
    automl: AutoMLConfig | None = None
    metric: str | None = None
    calibrate: str = AUTO
    threshold: float | str | None = None
    costs: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 0
    accepted: frozenset[str] = frozenset()
    fixes: Mapping[str, str] = field(default_factory=dict)
    shares: Shares = field(default_factory=Shares)
    read: ReadOptions = field(default_factory=ReadOptions)
    preparation: PreparationConfig = field(default_factory=PreparationConfig)
    schema: Mapping[str, Any] | None = None
    name: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    card: Mapping[str, str] = field(default_factory=dict)
    keep_estimator: bool = False

    @property
    def named_columns(self) -> tuple[str, ...]:
        """The columns that must be there: the target first, those to be left out as well."""
        others = (*self.drop, *self.sensitive, *self.preparation.columns)
        return (self.target, *others, *filter(None, (self.group, self.time, self.weight)))

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
        known["sensitive"] = tuple(raw.get("sensitive", ()))
        known["accepted"] = frozenset(raw.get("accepted", ()))
        known["shares"] = Shares(**raw.get("shares", {}))
        if known.get("search") is not None:
            known["search"] = SearchConfig(**known["search"])
        if known.get("automl") is not None:
            automl = known["automl"]
            known["automl"] = AutoMLConfig(**{**automl, "algorithms": tuple(automl["algorithms"])})
        known["read"] = _read_options_from(raw.get("read", {}))
        known["preparation"] = PreparationConfig(**raw.get("preparation", {}))
        return cls(**known)


def _read_options_from(raw: Mapping[str, Any]) -> ReadOptions:
    known = dict(raw)
    if known.get("missing_tokens") is not None:
        known["missing_tokens"] = tuple(known["missing_tokens"])
    known["kinds"] = {name: ColumnKind(kind) for name, kind in raw.get("kinds", {}).items()}
    known["missing_in"] = {name: tuple(cells) for name, cells in raw.get("missing_in", {}).items()}
    known["sequences"] = SequenceLayout.of(raw.get("sequences", {}))
    return ReadOptions(**known)
