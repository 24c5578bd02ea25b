"""The sections of a YAML configuration: which keys there are, of which type, with which defaults.

`data` and `model` have the keys that the product's documents give; what is ours alone stands under
`modelyard`.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    JsonValue,
    WithJsonSchema,
    model_validator,
)

from modelyard.domain.configs import SearchConfig, TrainingConfig
from modelyard.domain.values import cell_text
from modelyard.wire.network_sections import ImageSection, PictureSection, TrainingSection
from modelyard.wire.strict_sections import Section, SplitSection, Text

_DEFAULTS = TrainingConfig(target="")
_SEARCH = SearchConfig(search_type="")


def _word(synonyms: Mapping[Any, str]) -> BeforeValidator:
    """Read a word however its parts are joined, and the words that other tools use for it."""

    def read(value: Any) -> Any:
        if isinstance(value, str):
            value = value.strip().lower().replace("-", "_")
        return synonyms.get(value, value) if isinstance(value, bool | str) else value

    return BeforeValidator(read)


def _to_key(value: str) -> str:
    return value.strip().lower().replace("_", "-")


def _check_folds(value: int) -> int:
    if value == 1:
        raise ValueError("must be 0 (no cross-validation) or at least 2")
    return value


def _with_text_keys(value: Any) -> Any:
    """Read labels that YAML takes for numbers or truth values as the texts of such labels."""
    if not isinstance(value, Mapping):
        return value
    return {cell_text(key): weight for key, weight in value.items()}


ComponentKey = Annotated[Text, AfterValidator(_to_key)]
# Which words there are is settled where the transforms are known; here they are spelled alike.
Normalize = Annotated[
    Text,
    _word({True: "standard", False: "none"}),
    WithJsonSchema({"type": ["boolean", "string"], "examples": [True, "auto", "standard"]}),
]
HandleMissing = Annotated[
    Text,
    _word({}),
    WithJsonSchema({"type": "string", "examples": ["auto", "mean", "median", "most_frequent"]}),
]
CategoricalEncoding = Annotated[
    Text,
    _word({}),
    WithJsonSchema({"type": "string", "examples": ["auto", "one_hot", "ordinal", "target"]}),
]
Dates = Annotated[
    Text, _word({}), WithJsonSchema({"type": "string", "examples": ["auto", "parts", "cyclic"]})
]
EngineeredFeatures = Annotated[
    Text,
    _word({False: "none"}),
    WithJsonSchema({"type": "string", "examples": ["none", "polynomial", "interactions"]}),
]
ClassWeights = Annotated[
    Literal["balanced", "none"] | dict[str, Annotated[float, Field(gt=0)]],
    BeforeValidator(_with_text_keys),
]
Kind = Literal[
    "numeric",
    "integer",
    "boolean",
    "category",
    "datetime",
    "text",
    "identifier",
    "image",
    "sequence",
]


class PreprocessingSection(Section):
    """How columns are prepared."""

    normalize: Normalize = Field(
        default="auto",
        description="Scale numbers: standard, minmax, robust, quantile, quantile_normal or none; "
        "auto: as the algorithm needs.",
    )
    handle_missing: HandleMissing = Field(
        default="auto",
        description="Gaps: mean, median, most_frequent, constant, nearest or drop (rows); auto: as "
        "needed.",
    )
    categorical_encoding: CategoricalEncoding = Field(
        default="auto",
        description="Categories: one_hot, ordinal (label), target, frequency or hashing; auto: as "
        "the algorithm needs.",
    )


class ColumnSection(Section):
    """How one column is prepared, over what stands for the whole table."""

    normalize: Normalize | None = Field(default=None, description="As for the table.")
    handle_missing: HandleMissing | None = Field(default=None, description="As for the table.")
    categorical_encoding: CategoricalEncoding | None = Field(
        default=None, description="As for the table."
    )
    dates: Dates | None = Field(default=None, description="As for the table.")
    engineered_features: EngineeredFeatures | None = Field(
        default=None, description="As for the table."
    )

    def words(self) -> dict[str, str]:
        """Return what is chosen."""
        return self.model_dump(exclude_none=True)


class TableSection(SplitSection):
    """What of a table is to be predicted, and which rows train, validate and test."""

    target_column: Text = Field(description="The column to predict.")
    preprocessing: PreprocessingSection = Field(default_factory=PreprocessingSection)


class TabularSection(TableSection):
    """The table, and which rows train, validate and test."""

    path: Text = Field(
        description="The data file, relative to this file; or the address of a database."
    )
    schema_: Text | None = Field(
        default=None, alias="schema", description="JSON Schema of one row, relative to this file."
    )


def _require_one_sort(data: "DataSection | UploadedSection") -> None:
    if (data.tabular is None) == (data.image is None):
        raise ValueError("must have tabular or image, one of them")


class DataSection(Section):
    """What to learn from: a table, or pictures."""

    tabular: TabularSection | None = Field(default=None, description="A table.")
    image: ImageSection | None = Field(default=None, description="Pictures.")

    @model_validator(mode="after")
    def _require_one(self) -> Self:
        _require_one_sort(self)
        return self


class ModelSection(Section):
    """What to train."""

    type: Literal["tabular", "image"] | None = Field(
        default=None, description="Kind of data that the model takes; as the data is."
    )
    name: ComponentKey | None = Field(
        default=None,
        description="Key of the algorithm; lightgbm, or small-cnn for pictures.",
    )
    architecture: dict[str, JsonValue] = Field(
        default={}, description="Of a network: hyperparameters of its layers, e.g. dropout."
    )


class CardSection(Section):
    """What only people know of a model, for its card."""

    intended_use: Text | None = Field(default=None, description="Who is to use it, and for what.")
    limitations: Text | None = Field(default=None, description="Where it must not be used.")
    owner: Text | None = Field(default=None, description="Whom to ask about it.")

    def words(self) -> dict[str, str]:
        """Return what is said."""
        return self.model_dump(exclude_none=True)


class SearchSection(Section):
    """How hyperparameters are searched for, before the training."""

    type: ComponentKey = Field(default="bayesian", description="grid, random or bayesian.")
    trials: Annotated[int, Field(ge=1, le=10_000)] | None = Field(
        default=None, description="Most trials; 30, or as many as the time limit allows."
    )
    time_limit: Annotated[float, Field(gt=0)] | None = Field(
        default=None, description="Seconds after which no further fold is fitted."
    )
    folds: Annotated[int, Field(ge=2, le=100)] = Field(
        default=_SEARCH.n_folds, description="Folds that score every trial."
    )
    repeats: Annotated[int, Field(ge=1, le=100)] = Field(
        default=_SEARCH.n_repeats, description="How often the folds are dealt anew."
    )
    points: Annotated[int, Field(ge=2, le=100)] = Field(
        default=_SEARCH.n_points, description="Of a grid: values of each range."
    )
    space: dict[str, JsonValue] = Field(
        default={},
        description="Hyperparameter to a range such as 8..64, to values, or to auto; by default "
        "all that the algorithm gives a range for.",
    )


class AutoMLSection(Section):
    """How long to look for the best model, and what it may cost to serve."""

    time_limit: Annotated[float, Field(ge=1)] | None = Field(
        default=None,
        description="Seconds, from reading to the package; 60 where there are no trials.",
    )
    trials: Annotated[int, Field(ge=1, le=10_000)] | None = Field(
        default=None, description="Most candidates; as many as the time allows."
    )
    memory_limit: Annotated[int, Field(ge=50)] | None = Field(
        default=None,
        description="Megabytes that everything may hold while fits run, data and libraries "
        "included, on Linux; by default half of the machine's, or container's, beside what the "
        "process holds.",
    )
    serve: Literal["fast", "balanced", "best"] = Field(
        default="balanced", description="What its answers may cost."
    )
    only: list[ComponentKey] = Field(
        default=[], description="Algorithms that compete; by default all that are installed."
    )
    refit_full: bool = Field(
        default=True, description="Fit what was measured once more on all rows, for the package."
    )
    deterministic: bool = Field(
        default=False, description="With trials and no time limit: two runs end alike."
    )


class LongSection(Section):
    """Rows that are one item of a sequence each."""

    id: Text = Field(description="Column that says which row of sequences an item belongs to.")
    time: Text = Field(description="Column of numbers or dates that orders the items.")
    values: list[Text] = Field(
        min_length=1, description="Columns of items, each of which becomes a sequence."
    )


class SequencesSection(Section):
    """What of the table becomes sequences."""

    wide: dict[str, Text | list[Text]] = Field(
        default={},
        description="Name of a sequence to the columns of its items, in their order, or to their "
        "pattern: t_* for t_0, t_1 and so on.",
    )
    long: LongSection | None = Field(
        default=None,
        description="Rows that are gathered to one for each id: id, time and values name columns.",
    )


class ModelyardSection(Section):
    """Everything else that decides what a training does."""

    name: Text | None = Field(
        default=None, description="Of the model; by default of the data file."
    )
    task: Literal["binary", "multiclass", "regression"] | None = Field(
        default=None, description="By default found from the target."
    )
    parameters: dict[str, JsonValue] = Field(default={}, description="Of the algorithm, by name.")
    drop: list[Text] = Field(default=[], description="Columns to leave out.")
    dates: Dates = Field(
        default="auto", description="Dates: parts or cyclic (parts and circles); auto: parts."
    )
    engineered_features: EngineeredFeatures = Field(
        default="none",
        description="More columns from numbers: polynomial (squares and products), interactions "
        "(products) or none.",
    )
    columns: dict[str, ColumnSection] = Field(
        default={}, description="Preparation of single columns: the five words by column."
    )
    sensitive: list[Text] = Field(
        default=[], description="Columns by whose groups the model is measured."
    )
    learning_curve: bool = Field(
        default=False, description="Fit on fewer rows as well, to see what more would bring."
    )
    group: Text | None = Field(default=None, description="Column whose values stay in one part.")
    time: Text | None = Field(
        default=None, description="Column that orders the rows: later ones test."
    )
    weight: Text | None = Field(
        default=None, description="Column of row weights, in the fit and in every metric."
    )
    class_weight: ClassWeights = Field(
        default="none",
        description="In the fit: none, balanced, or a weight for each label; 1 where it has none.",
    )
    cv: Annotated[int, Field(ge=0, le=100), AfterValidator(_check_folds)] = Field(
        default=_DEFAULTS.n_folds, description="Folds of cross-validation, 0 for none."
    )
    search: SearchSection | None = Field(
        default=None, description="Search for hyperparameters first."
    )
    automl: AutoMLSection | None = Field(
        default=None, description="Let algorithms compete, and blend the best."
    )
    metric: ComponentKey | None = Field(default=None, description="Key of the metric that decides.")
    calibrate: Literal["auto", "none", "sigmoid", "isotonic", "temperature"] = Field(
        default="auto",
        description="Map probabilities where that is proven to help; or the one method to try.",
    )
    threshold: Annotated[float, Field(gt=0, lt=1)] | ComponentKey | None = Field(
        default=None, description="Of two labels: a number, a metric to be best by, or costs."
    )
    costs: dict[str, JsonValue] = Field(
        default={}, description="Of wrong answers: by kind, or by true and answered label."
    )
    seed: Annotated[int, Field(ge=0, lt=2**32)] = Field(
        default=_DEFAULTS.seed, description="Of everything random."
    )
    accept: list[Text] = Field(default=[], description="Findings to accept, by name.")
    fixes: dict[str, Text] = Field(
        default={}, description="Finding (code, code:column or all) or column to the fix to apply."
    )
    missing_tokens: list[str] | None = Field(default=None, description="Cells that mean missing.")
    kinds: dict[str, Kind] = Field(default={}, description="Kind of a column, over what is found.")
    sequences: SequencesSection = Field(default_factory=SequencesSection)
    encoding: Text | None = Field(default=None, description="Of the file; by default found.")
    delimiter: Text | None = Field(default=None, description="Of the file; by default found.")
    decimal: Literal[".", ","] | None = Field(default=None, description="Mark; by default found.")
    header: bool | None = Field(
        default=None, description="Whether the first line names the columns; it is taken to."
    )
    tags: dict[str, str] = Field(default={}, description="Free labels of the run.")
    card: CardSection = Field(default_factory=CardSection)
    keep_estimator: bool = Field(
        default=False, description="Keep the estimator of scikit-learn, for an export as skops."
    )
    output: Text | None = Field(
        default=None, description="Folder for the package, relative to this file."
    )


class UploadedSection(Section):
    """What to learn from, where that is a dataset of the platform."""

    tabular: TableSection | None = Field(default=None, description="A table.")
    image: PictureSection | None = Field(default=None, description="Pictures.")

    @model_validator(mode="after")
    def _require_one(self) -> Self:
        _require_one_sort(self)
        return self


class Configuration(Section):
    """Configuration of a Modelyard training."""

    data: DataSection
    model: ModelSection = Field(default_factory=ModelSection)
    training: TrainingSection = Field(default_factory=TrainingSection)
    modelyard: ModelyardSection = Field(default_factory=ModelyardSection)


class PlatformConfiguration(Section):
    """Configuration of a training on a dataset of the platform, which names no files."""

    data: UploadedSection
    model: ModelSection = Field(default_factory=ModelSection)
    training: TrainingSection = Field(default_factory=TrainingSection)
    modelyard: ModelyardSection = Field(default_factory=ModelyardSection)

    @model_validator(mode="after")
    def _write_no_file(self) -> Self:
        if self.modelyard.output is not None:
            raise ValueError("must not have modelyard.output: the package is kept as a model")
        if self.training.checkpoint.path is not None:
            raise ValueError("must not have training.checkpoint.path: it is kept with the job")
        return self
