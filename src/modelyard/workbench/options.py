"""What `train` may be told in Python, and the configuration that it stands for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any, TypedDict

import numpy as np

from modelyard.domain.approaches import Approach, Wanted, approach_of, usual_for
from modelyard.domain.columns import ColumnKind
from modelyard.domain.configs import PreparationConfig, ReadOptions, TrainingConfig
from modelyard.domain.errors import InvalidValue, UnknownKey
from modelyard.domain.fixes import RECOMMENDED
from modelyard.domain.sequence_layouts import SequenceLayout
from modelyard.domain.splits import Shares
from modelyard.domain.tasks import Task
from modelyard.domain.values import cell_text
from modelyard.kit.matching import known_names

_PLAIN = frozenset(field.name for field in fields(TrainingConfig)) - {
    "target",
    "accepted",
    "fixes",
    "read",
    "preparation",
    "search",
    "algorithm",
    "automl",
}
_PREPARATION = frozenset(field.name for field in fields(PreparationConfig))
# Options that a search and AutoML take alike.
_BUDGET = {"n_trials": "n_trials", "time_limit_s": "time_limit_s"}
# Option of AutoML to its field.
_AUTOML = {
    "memory_limit_mb": "memory_limit_mb",
    "serve": "serve",
    "only": "algorithms",
    "refit_full": "refits_full",
    "deterministic": "is_deterministic",
}
# Option of a search to its field.
_SEARCH = {
    "search_folds": "n_folds",
    "search_repeats": "n_repeats",
    "grid_points": "n_points",
    "space": "space",
}
# What fixes decide is no option of its own.
_READ = frozenset(field.name for field in fields(ReadOptions)) - {"missing_in", "date_formats"}


class TrainOptions(TypedDict, total=False):
    """What `train` takes beside data and target; whatever is left out has its default.

    Attributes:
        task: "binary", "multiclass" or "regression"; left out: found from the target.
        algorithm: key of an algorithm, e.g. "lightgbm", "random-forest", "logistic-regression"; or
            "auto" for AutoML, which a budget alone asks for as well; left out: "lightgbm", or
            "small-cnn" for pictures.
        parameters: hyperparameters by name, over the algorithm's defaults.
        drop: columns to leave out.
        sensitive: columns by whose groups the model is measured, dropped ones as well.
        learning_curve: fit on fewer rows as well, to see what more would bring.
        group: column whose values must not straddle the split.
        time: column to order the rows by; later rows test what earlier rows taught.
        n_folds: folds of a cross-validation, 0 for none.
        search_type: "grid", "random" or "bayesian" to search for hyperparameters first.
        n_trials: of a search or of AutoML, at most; else as many as the time allows.
        time_limit_s: seconds for AutoML, from reading to the package; with a search, those after
            which it fits no further fold.
        memory_limit_mb: most that this process and the fits of AutoML may hold together.
        serve: of AutoML: "fast", "balanced" or "best": what its answers may cost.
        only: of AutoML: algorithms that compete.
        refit_full: of AutoML: fit what was measured once more on all rows, for the package; it
            does by default.
        deterministic: of AutoML: with n_trials, two runs end alike.
        search_folds, search_repeats: folds that score every trial, and how often they are dealt.
        grid_points: of a grid, values of each range.
        space: hyperparameter to "8..64", "0.01..1 log", a list of values, or "auto"; left out: all
            that the algorithm gives a range for.
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
        header: False where the first line of a text file is a row: columns are column_1 and so on.
        missing_tokens: cells that mean missing, instead of the default list.
        kinds: column to kind, e.g. {"zip": "category"}.
        sequences: items that become sequences: {"wide": {"vibration": "t_*"}} of columns, or
            {"long": {"id": ..., "time": ..., "values": [...]}} of rows.
        schema: JSON Schema of one row, parsed.
        name: of the model in the registry.
        tags: free labels of the run.
        card: what only people know of the model: "intended_use", "limitations" and "owner".
        keep_estimator: keep the estimator of scikit-learn in the package, for an export as skops.
    """

    task: str | None
    algorithm: str | None
    parameters: Mapping[str, Any]
    drop: str | Sequence[str]
    sensitive: str | Sequence[str]
    learning_curve: bool
    group: str | None
    time: str | None
    weight: str | None
    class_weight: str | Mapping[Any, float]
    n_folds: int
    search_type: str | None
    n_trials: int | None
    time_limit_s: float | None
    memory_limit_mb: int | None
    serve: str | None
    only: str | Sequence[str]
    refit_full: bool
    deterministic: bool
    search_folds: int
    search_repeats: int
    grid_points: int
    space: Mapping[str, Any]
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
    header: bool | None
    missing_tokens: Sequence[str] | None
    kinds: Mapping[str, str]
    sequences: Mapping[str, Any]
    schema: Mapping[str, Any] | None
    name: str | None
    tags: Mapping[str, str]
    card: Mapping[str, str]
    keep_estimator: bool


def config_of(
    target: str, options: Mapping[str, Any], *, are_pictures: bool = False
) -> TrainingConfig:
    """Return the configuration that a target and options stand for.

    Args:
        target: column to predict.
        options: see `TrainOptions`.
        are_pictures: whether the data are a folder or an archive of pictures.

    Raises:
        UnknownKey: if there is no such option, with the nearest one.
        InvalidValue: if a value is of no form that the option takes.
    """
    approaching = _BUDGET.keys() | _AUTOML.keys() | _SEARCH.keys() | {"algorithm", "search_type"}
    known = _PLAIN | _PREPARATION | _READ | approaching | {"accept", "fixes"}
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
    for name in ("drop", "sensitive"):
        if name in chosen:
            chosen[name] = _words(chosen[name])
    approach = _approach(options, are_pictures=are_pictures)
    chosen.setdefault("shares", approach.shares)
    return TrainingConfig(
        target=target,
        algorithm=approach.algorithm,
        search=approach.search,
        automl=approach.automl,
        accepted=frozenset(_words(options.get("accept", ()))),
        fixes=_fixes(options.get("fixes", ())),
        preparation=PreparationConfig(
            **{name: options[name] for name in options if name in _PREPARATION}
        ),
        read=_read_options({name: options[name] for name in options if name in _READ}),
        **chosen,
    )


def _approach(options: Mapping[str, Any], *, are_pictures: bool) -> Approach:
    """Read whether one algorithm, a search or AutoML is asked for."""

    def given(fields: Mapping[str, str]) -> dict[str, Any]:
        return {field: _own(options.get(name)) for name, field in fields.items()}

    automl = given(_AUTOML)
    if automl["algorithms"] is not None:
        automl["algorithms"] = _words(automl["algorithms"])
    kinds = options.get("kinds")
    said = kinds.values() if isinstance(kinds, Mapping) else ()
    wanted = Wanted(
        algorithm=options.get("algorithm"),
        usual=usual_for(map(str, said), are_pictures=are_pictures),
        search_type=options.get("search_type"),
        budget=given(_BUDGET),
        search=given(_SEARCH),
        automl={**automl, "is_deterministic": automl["is_deterministic"] or None},
        spelled={name: option for option, name in (_SEARCH | _AUTOML).items()},
    )
    return approach_of(wanted, asks_search='search_type="bayesian"')


def _fixes(given: Any) -> Mapping[str, str]:
    """Return fixes by their place; one that is only named is the recommended one."""
    return given if isinstance(given, Mapping) else dict.fromkeys(_words(given), RECOMMENDED)


def _read_options(given: Mapping[str, Any]) -> ReadOptions:
    chosen = dict(given)
    if chosen.get("missing_tokens") is not None:
        chosen["missing_tokens"] = _words(chosen["missing_tokens"])
    if isinstance(chosen.get("kinds"), Mapping):
        chosen["kinds"] = {name: ColumnKind.called(kind) for name, kind in chosen["kinds"].items()}
    if isinstance(chosen.get("sequences"), Mapping):
        chosen["sequences"] = SequenceLayout.of(chosen["sequences"])
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
