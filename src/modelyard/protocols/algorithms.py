"""An algorithm fits a model to a matrix of prepared features."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from modelyard.domain.columns import ColumnKind
from modelyard.domain.losses import Loss
from modelyard.domain.tasks import Task
from modelyard.domain.weights import WeightsPlace
from modelyard.protocols.progress import Progress, Silence

FloatArray = npt.NDArray[np.float64]
Pixels = npt.NDArray[np.uint8]

# What the cells of a table hold; a picture is a file of its own.
CELLS = frozenset(ColumnKind) - {ColumnKind.IMAGE, ColumnKind.SEQUENCE}
# Hyperparameters by which an algorithm says how large it wants pictures, in pixels.
IMAGE_HEIGHT, IMAGE_WIDTH = "image_height", "image_width"
# Those by which it says how much it wants of a text or a sequence.
MAX_ITEMS, MAX_WORDS = "max_length", "vocabulary_size"


@dataclass(frozen=True)
class Parameter:
    """One hyperparameter: its default, what is allowed, and where a search looks.

    Attributes:
        default: a bool, int, float, str or None.
        minimum, maximum: allowed range of numbers, both included; None means open.
        choices: allowed words; empty means any.
        search_low, search_high, is_log: where tuning looks; None means that it is not tuned.
        is_tuned: whether words or truth values are tuned; false where they do not make a model
            better or worse, or go with few of the tasks.
        help: one sentence.
    """

    name: str
    default: bool | int | float | str | None
    help: str
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    search_low: float | None = None
    search_high: float | None = None
    is_log: bool = False
    is_tuned: bool = True


@dataclass(frozen=True)
class Needs:
    """What an algorithm wants done to its features.

    Attributes:
        takes_missing: NaN may stay.
        normalize: "standard", "robust" or "none".
        categorical_encoding: "one_hot" or "ordinal".
        wants_validation: validation rows stop the fit early.
        takes_weight: rows may count for more or for less; where not, weights are refused.
        text: "tf_idf", or "token_ids" where it reads words in their order.
    """

    takes_missing: bool
    normalize: str
    categorical_encoding: str
    wants_validation: bool = False
    takes_weight: bool = True
    text: str = "tf_idf"


@dataclass(frozen=True)
class Span:
    """Columns of the matrix that are one text or one sequence: the number of items, then the items.

    Attributes:
        column: that they are made of.
        start: the column of the matrix that says how many items there are.
        length: most of them, which the next columns are; 0 behind the last one.
        n_ids: how many ids an item may be, with 0 for none; 0 where items measure.
    """

    column: str
    start: int
    length: int
    n_ids: int

    @property
    def stop(self) -> int:
        """The first column of the matrix behind it."""
        return self.start + 1 + self.length


@dataclass(frozen=True)
class Members:
    """What an ensemble combines: an algorithm whose features are the scores of others.

    Attributes:
        keys: algorithms that it combines where the user names none; those that cannot do the task
            are passed over.
        needs_scores: whether it learns from scores of rows that its members were not taught, in
            folds as many as its parameter `folds` says; where not, members are fitted once.
        takes_weights: whether the user may give each member a weight.
    """

    keys: tuple[str, ...]
    needs_scores: bool = True
    takes_weights: bool = False


@dataclass(frozen=True)
class Start:
    """Hyperparameters that do well on many tables: where an automatic search begins.

    Attributes:
        rank: among the starts of all algorithms; lower ones are tried first.
        cost: of a fit, measured by that of LightGBM with its defaults on the same rows.
        parameters: over the defaults of the card.
        preparation: words by the role of transforms, where they are not those that it needs.
        reason: why it is worth a try, with its source.
        tasks: that it is meant for; empty for all of the algorithm.
        most_rows: of a table that it is meant for; None for any.
        least_categories: of some column of a table that it is meant for.
    """

    rank: int
    cost: float
    reason: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    preparation: Mapping[str, str] = field(default_factory=dict)
    tasks: frozenset[Task] = frozenset()
    most_rows: int | None = None
    least_categories: int = 0


class Family(StrEnum):
    """How an algorithm sees a table: what does well on it says what the table is like.

    Attributes:
        LINEAR: a weighted sum of the features, each alone and straight.
        TREES: questions one after the other, which see bends and features that act together.
        OTHER: neither.
    """

    LINEAR = "linear"
    TREES = "trees"
    OTHER = "other"


@dataclass(frozen=True)
class AlgorithmCard:
    """Facts about an algorithm.

    Attributes:
        key, title, summary: for users.
        tasks: what it can do.
        parameters: its hyperparameters.
        needs: how its features are to be prepared.
        extra: pip extra that it needs, None for the base install.
        source: the paper or book, with the page where there is one.
        is_baseline: whether every model is measured against this one; true for one algorithm.
        libraries: distributions that fit it, whose versions a package records.
        modules: that a fit imports and that take long; AutoML has them loaded before the first fit.
        is_graph_faster: whether its graph answers many rows faster than its library; what only
            needs answers, as importance does, then asks the graph.
        members: of an ensemble, whose `needs` then say nothing: each member has its own.
        starts: with which it takes part in AutoML; none means that it does not.
        family: how it sees a table.
        has_estimator: whether its models are `HasEstimator`: one of scikit-learn answers for them.
        fits_each_class: whether a fit does its work once for each class.
        kinds: of columns that it takes. One that takes pictures has the parameters `IMAGE_HEIGHT`
            and `IMAGE_WIDTH`, and its models are `SeesPictures`; one that reads texts or sequences
            in order has `MAX_ITEMS` and `MAX_WORDS`.
        wants: kinds of which it asks for a column, any of them; empty where it asks for none.
        losses: that it makes small, of regressions; the first where another is asked for.
    """

    key: str
    title: str
    summary: str
    tasks: frozenset[Task]
    parameters: tuple[Parameter, ...]
    needs: Needs
    source: str
    extra: str | None = None
    is_baseline: bool = False
    fits_each_class: bool = False
    libraries: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    is_graph_faster: bool = False
    members: Members | None = None
    starts: tuple[Start, ...] = ()
    family: Family = Family.OTHER
    has_estimator: bool = False
    kinds: frozenset[ColumnKind] = CELLS
    wants: frozenset[ColumnKind] = frozenset()
    losses: tuple[Loss, ...] = (Loss.SQUARED_ERROR,)

    @property
    def takes_tables(self) -> bool:
        """Whether it takes whatever the cells of a table hold, and asks for nothing else."""
        return self.kinds >= CELLS and not self.wants

    def suits(self, kinds: Collection[ColumnKind]) -> bool:
        """Return whether it takes columns of all these kinds, and finds one that it asks for."""
        return self.kinds >= set(kinds) and (not self.wants or not self.wants.isdisjoint(kinds))

    def loss_for(self, wanted: Loss) -> Loss:
        """Return what it is taught to make small: what is asked for, where it knows that."""
        return wanted if wanted in self.losses else self.losses[0]

    @property
    def takes_pictures(self) -> bool:
        """Whether it takes a column of pictures, and nothing beside it."""
        is_asked_for = not self.wants or ColumnKind.IMAGE in self.wants
        return ColumnKind.IMAGE in self.kinds and is_asked_for


@dataclass(frozen=True)
class FitInput:
    """Prepared training rows.

    Attributes:
        X: (n, k) float64; NaN for missing only where the card takes it. Of an ensemble the scores
            of its members side by side, member by member, without rows where it needs none.
        y: (n,) float64 for regression, else int64 class codes 0 .. n_classes - 1.
        feature_names: k names.
        task, n_classes: n_classes is 0 for regression.
        parameters: every parameter of the card, validated; of an ensemble also `members`, for
            each a mapping of `name`, `parameters` and `weight`.
        X_validation, y_validation: rows to stop early by, or None.
        weight: (n,) float64 above zero, or None for equal weights.
        weight_validation: of the validation rows; None where `weight` is None, or without rows.
        rng: all randomness.
        n_threads: cores to use.
        pictures: (n, height, width, 3) of each column of pictures; they may lie in a file that is
            read as it is asked for.
        pictures_validation: of the validation rows.
        spans: columns of the matrix that are read in order, where the card asks for them.
        scratch: folder for what a fit that is stopped goes on from; None for nowhere.
        weights: where files of weights are that a network may begin with; None for nowhere.
        loss: what a regression is to make small, one of those on the card.
    """

    X: FloatArray
    y: npt.NDArray[Any]
    feature_names: tuple[str, ...]
    task: Task
    n_classes: int
    parameters: Mapping[str, Any]
    rng: np.random.Generator
    X_validation: FloatArray | None = None
    y_validation: npt.NDArray[Any] | None = None
    weight: FloatArray | None = None
    weight_validation: FloatArray | None = None
    n_threads: int = 1
    progress: Progress = field(default_factory=Silence)
    pictures: tuple[Pixels, ...] = ()
    pictures_validation: tuple[Pixels, ...] = ()
    spans: tuple[Span, ...] = ()
    scratch: Path | None = None
    weights: WeightsPlace | None = None
    loss: Loss = Loss.SQUARED_ERROR


class FittedModel(Protocol):
    """A trained model in memory, before it is packaged."""

    @property
    def parameters(self) -> Mapping[str, Any]:
        """Every hyperparameter with its final value, e.g. the trees that early stopping left."""
        ...

    def scores(self, X: FloatArray) -> FloatArray:
        """Return (n, n_classes) probabilities, or (n, 1) values for regression, by the library."""
        ...

    def to_onnx(self) -> bytes:
        """Return a graph: input `features` double (n, k), output `scores` double, as `scores`."""
        ...


@runtime_checkable
class SeesPictures(Protocol):
    """A trained model that sees pictures beside the matrix."""

    def scores_seeing(self, X: FloatArray, pictures: tuple[Pixels, ...]) -> FloatArray:
        """Return the scores of rows, as `scores` does.

        Args:
            X: (n, k), without columns where there are pictures alone.
            pictures: (n, height, width, 3) uint8 of each column of pictures, which the graph takes
                as `pictures_0`, `pictures_1` and so on.
        """
        ...


@runtime_checkable
class Rounded(Protocol):
    """A model whose weights and values were rounded after its training."""

    @property
    def unrounded(self) -> FittedModel:
        """The model as it was trained."""
        ...


@runtime_checkable
class HasEstimator(Protocol):
    """A trained model that an estimator of scikit-learn answers for."""

    def to_sklearn(self) -> Any:
        """Return the estimator, which takes the same features and answers the same."""
        ...


class Algorithm(Protocol):
    """Fits models."""

    @property
    def card(self) -> AlgorithmCard:
        """Facts about the algorithm."""
        ...

    def fit(self, training: FitInput) -> FittedModel:
        """Fit a model; equal input and seed give an equal model."""
        ...
