"""What the fields of a training's configuration may hold, whichever door it came by."""

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, fields
from numbers import Real
from typing import Any

from modelyard.domain.automl import KNOWN_AS, SERVE
from modelyard.domain.columns import ColumnKind
from modelyard.domain.configs import (
    BALANCED,
    CALIBRATIONS,
    CARD_KEYS,
    NONE,
    ColumnPreparation,
    TrainingConfig,
)
from modelyard.domain.errors import InvalidValue, UnknownKey, UsageError
from modelyard.domain.fixes import RECOMMENDED, Fix
from modelyard.domain.names import check_name
from modelyard.domain.tasks import Task
from modelyard.kit.matching import known_names

# What random generators and algorithms take alike: 32 bits without a sign.
MAX_SEED = 2**32 - 1
MIN_FOLDS, MAX_FOLDS = 2, 100
MIN_TIME_LIMIT_S, MIN_MEMORY_MB = 1.0, 50
MAX_TRIALS, MAX_REPEATS, MAX_POINTS = 10_000, 100, 100


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: Any) -> bool:
    return not isinstance(value, bool) and isinstance(value, Real) and math.isfinite(value)


def _is_seed(value: Any) -> bool:
    return _is_whole(value) and 0 <= value <= MAX_SEED


def _is_folds(value: Any) -> bool:
    return _is_whole(value) and (value == 0 or MIN_FOLDS <= value <= MAX_FOLDS)


def _is_within(low: int, high: int) -> Callable[[Any], bool]:
    return lambda value: _is_whole(value) and low <= value <= high


def _is_texts(value: Any) -> bool:
    return isinstance(value, tuple | frozenset) and all(_is_text(each) for each in value)


def _is_tokens(value: Any) -> bool:
    return isinstance(value, tuple) and all(isinstance(each, str) for each in value)


def _is_shares(value: Any) -> bool:
    parts = [getattr(value, name, None) for name in ("train", "validation", "test")]
    return all(_is_number(part) for part in parts)


def _is_class_weight(value: Any) -> bool:
    if isinstance(value, str):
        return value in {BALANCED, NONE}
    return isinstance(value, Mapping) and all(
        _is_text(label) and _is_number(weight) and weight > 0 for label, weight in value.items()
    )


def _is_threshold(value: Any) -> bool:
    return 0 < value < 1 if _is_number(value) else _is_text(value)


def _is_card(value: Any) -> bool:
    return isinstance(value, Mapping) and all(
        key in CARD_KEYS and _is_text(each) for key, each in value.items()
    )


def _is_mapping_to(kind: type) -> Callable[[Any], bool]:
    def check(value: Any) -> bool:
        return isinstance(value, Mapping) and all(
            _is_text(key) and isinstance(each, kind) for key, each in value.items()
        )

    return check


# What may be chosen for one column.
_CHOICES = tuple(each.name for each in fields(ColumnPreparation))


def _is_choices(value: Any) -> bool:
    return isinstance(value, Mapping) and all(
        _is_text(name) and isinstance(words, Mapping) and _is_choice(words)
        for name, words in value.items()
    )


def _is_choice(words: Mapping[Any, Any]) -> bool:
    return all(key in _CHOICES and _is_text(word) for key, word in words.items())


@dataclass(frozen=True)
class _Rule:
    """What one field may hold; `may_be_none` where leaving it out is a choice of its own."""

    field: str
    is_allowed: Callable[[Any], bool]
    allowed: str
    may_be_none: bool = False


_RULES = (
    _Rule("target", _is_text, "the name of a column"),
    _Rule(
        "task", lambda value: isinstance(value, Task), f"one of {', '.join(Task)}", may_be_none=True
    ),
    _Rule("algorithm", _is_text, "the key of an algorithm"),
    _Rule("parameters", _is_mapping_to(object), "hyperparameters by name"),
    _Rule("drop", _is_texts, "names of columns"),
    _Rule("sensitive", _is_texts, "names of columns"),
    _Rule("learning_curve", lambda value: isinstance(value, bool), "true or false"),
    _Rule("group", _is_text, "the name of a column", may_be_none=True),
    _Rule("time", _is_text, "the name of a column", may_be_none=True),
    _Rule("weight", _is_text, "the name of a column", may_be_none=True),
    _Rule("class_weight", _is_class_weight, "balanced, none, or a weight above zero for a label"),
    _Rule("n_folds", _is_folds, f"0, or a whole number from {MIN_FOLDS} to {MAX_FOLDS}"),
    _Rule("metric", _is_text, "the key of a metric", may_be_none=True),
    _Rule("calibrate", lambda value: value in CALIBRATIONS, f"one of {', '.join(CALIBRATIONS)}"),
    _Rule(
        "threshold",
        _is_threshold,
        "a number between 0 and 1, the key of a metric, or costs",
        may_be_none=True,
    ),
    _Rule("costs", _is_mapping_to(object), "costs by name or by label"),
    _Rule("seed", _is_seed, f"a whole number from 0 to {MAX_SEED}"),
    _Rule("accepted", _is_texts, "names of findings"),
    _Rule("fixes", _is_mapping_to(str), "fixes by the names of findings or columns"),
    _Rule("shares", _is_shares, "three numbers, for training, validation and test"),
    _Rule("read.encoding", _is_text, "the name of an encoding", may_be_none=True),
    _Rule("read.delimiter", _is_text, "one character", may_be_none=True),
    _Rule("read.decimal", _is_text, "'.' or ','", may_be_none=True),
    _Rule("read.header", lambda value: isinstance(value, bool), "true or false", may_be_none=True),
    _Rule("read.missing_tokens", _is_tokens, "texts that mean missing", may_be_none=True),
    _Rule("read.kinds", _is_mapping_to(ColumnKind), "kinds by the names of columns"),
    _Rule("preparation.normalize", _is_text, "a word"),
    _Rule("preparation.handle_missing", _is_text, "a word"),
    _Rule("preparation.categorical_encoding", _is_text, "a word"),
    _Rule("preparation.dates", _is_text, "a word"),
    _Rule("preparation.engineered_features", _is_text, "a word"),
    _Rule(
        "preparation.columns",
        _is_choices,
        "for each column a mapping from " + ", ".join(_CHOICES) + " to a word",
    ),
    _Rule(
        "schema",
        lambda value: isinstance(value, Mapping),
        "a JSON Schema, parsed",
        may_be_none=True,
    ),
    _Rule("name", _is_text, "a name", may_be_none=True),
    _Rule("tags", _is_mapping_to(str), "labels: texts by names that are texts"),
    _Rule("card", _is_card, f"texts by {', '.join(CARD_KEYS)}"),
    _Rule("keep_estimator", lambda value: isinstance(value, bool), "true or false"),
)

_SEARCH_RULES = (
    _Rule("search.search_type", _is_text, "the key of a searcher"),
    _Rule(
        "search.n_trials",
        _is_within(1, MAX_TRIALS),
        f"a whole number from 1 to {MAX_TRIALS}",
        may_be_none=True,
    ),
    _Rule(
        "search.time_limit_s",
        lambda value: _is_number(value) and value > 0,
        "a number of seconds above 0",
        may_be_none=True,
    ),
    _Rule(
        "search.n_folds",
        _is_within(MIN_FOLDS, MAX_FOLDS),
        f"a whole number from {MIN_FOLDS} to {MAX_FOLDS}",
    ),
    _Rule(
        "search.n_repeats", _is_within(1, MAX_REPEATS), f"a whole number from 1 to {MAX_REPEATS}"
    ),
    _Rule("search.n_points", _is_within(2, MAX_POINTS), f"a whole number from 2 to {MAX_POINTS}"),
    _Rule("search.space", _is_mapping_to(object), "ranges or values by hyperparameter"),
)

_AUTOML_RULES = (
    _Rule(
        "automl.time_limit_s",
        lambda value: _is_number(value) and value >= MIN_TIME_LIMIT_S,
        f"a number of seconds from {MIN_TIME_LIMIT_S:g}",
        may_be_none=True,
    ),
    _Rule(
        "automl.n_trials",
        _is_within(1, MAX_TRIALS),
        f"a whole number from 1 to {MAX_TRIALS}",
        may_be_none=True,
    ),
    _Rule(
        "automl.memory_limit_mb",
        lambda value: _is_whole(value) and value >= MIN_MEMORY_MB,
        f"a whole number of megabytes from {MIN_MEMORY_MB}",
        may_be_none=True,
    ),
    _Rule("automl.serve", lambda value: value in SERVE, f"one of {', '.join(SERVE)}"),
    _Rule("automl.algorithms", _is_texts, "keys of algorithms"),
    _Rule("automl.searcher", _is_text, "the key of a searcher"),
    _Rule("automl.executor", _is_text, "the key of an executor"),
    _Rule("automl.refits_full", lambda value: isinstance(value, bool), "true or false"),
    _Rule("automl.is_deterministic", lambda value: isinstance(value, bool), "true or false"),
)

# Fields that users know by another name.
_SHOWN = {
    "n_folds": "n_folds (--cv)",
    "accepted": "accept",
    "read.missing_tokens": "missing tokens",
    **{f"automl.{field}": name for field, name in KNOWN_AS.items()},
    **{f"{of}.n_trials": "n_trials (--trials)" for of in ("search", "automl")},
    **{f"{of}.time_limit_s": "time_limit_s (--time-limit)" for of in ("search", "automl")},
    "automl.memory_limit_mb": "memory_limit_mb (--memory-limit)",
    "search.n_folds": "search_folds",
    "search.n_repeats": "search_repeats",
    "search.n_points": "grid_points",
}


def check_config(config: TrainingConfig, codes: Collection[str]) -> None:
    """Refuse a configuration with a field that cannot be, before anything is read or kept.

    Whether the columns, the keys and the words exist is said where they are looked up.

    Args:
        config: as a door made it of what the user gave.
        codes: of all findings that the checks can report.

    Raises:
        InvalidValue: naming the field, what came and what is allowed.
        UnknownKey: if a finding is accepted that no check reports, with the nearest.
        UsageError: if a column that the training needs is to be dropped, or the column of weights
            has another use.
    """
    for rule in (*_RULES, *_rules_of_approach(config)):
        value: Any = config
        for part in rule.field.split("."):
            value = getattr(value, part)
        if not (rule.is_allowed(value) or (value is None and rule.may_be_none)):
            raise _refused(rule, value)
    if config.name is not None:
        check_name(config.name)
    _refuse_needed(config)
    _refuse_endless(config)
    _refuse_beside_automl(config)
    _refuse_weight_twice(config)
    _refuse_unknown_findings(config, codes)
    for text in config.fixes.values():
        if text != RECOMMENDED:
            Fix.read(text)


def _rules_of_approach(config: TrainingConfig) -> tuple[_Rule, ...]:
    return (
        *(_SEARCH_RULES if config.search is not None else ()),
        *(_AUTOML_RULES if config.automl is not None else ()),
    )


def _refuse_endless(config: TrainingConfig) -> None:
    automl = config.automl
    if automl is None:
        return
    if config.parameters:
        raise UsageError(
            f"AutoML chooses the hyperparameters; {', '.join(sorted(config.parameters))} came.",
            fix="Name an algorithm for them, or leave them out.",
        )
    if automl.is_deterministic and (automl.n_trials is None or automl.time_limit_s is not None):
        raise UsageError(
            "Two runs end alike only where a number of trials ends them, not the time.",
            fix="Give a number of trials, 20 for example, and no time limit.",
        )


def _refuse_beside_automl(config: TrainingConfig) -> None:
    automl = config.automl
    if automl is None:
        return
    if config.n_folds:
        raise UsageError(
            "AutoML scores every candidate on folds already; a cross-validation beside it has "
            "nothing to judge.",
            fix="Leave the folds out, or name an algorithm for them.",
        )
    if config.learning_curve and automl.time_limit_s is not None:
        raise UsageError(
            "A learning curve fits the best candidate fifteen times more, which a time limit has "
            "no room for.",
            fix="Leave it out: under a time limit half and a quarter of the rows are tried where "
            "that takes little. For all five shares give a number of trials and no time limit.",
        )


def _refused(rule: _Rule, value: Any) -> InvalidValue:
    name = _SHOWN.get(rule.field, rule.field.rpartition(".")[2])
    return InvalidValue(
        f"The option {name} must be {rule.allowed}; {value!r} ({type(value).__name__}) came.",
        fix=f"Correct {name}, or leave it out.",
        sample=repr(value),
    )


def _refuse_needed(config: TrainingConfig) -> None:
    needed = {
        "target": config.target,
        "group": config.group,
        "time": config.time,
        "weight": config.weight,
    }
    for use, column in needed.items():
        if column is not None and column in config.drop:
            raise UsageError(
                f"'{column}' is the {use} column and is to be dropped as well.",
                fix="Take it out of the columns to drop.",
                column=column,
            )


def _refuse_weight_twice(config: TrainingConfig) -> None:
    uses = {"target": config.target, "group": config.group, "time": config.time}
    for use, column in uses.items():
        if config.weight is not None and column == config.weight:
            raise UsageError(
                f"'{column}' is the weight column and the {use} column as well.",
                fix="Name another column of weights.",
                column=column,
            )


def _refuse_unknown_findings(config: TrainingConfig, codes: Collection[str]) -> None:
    for name in sorted(config.accepted):
        # A finding on one column is named `code:column`.
        code = name.partition(":")[0]
        if code not in codes:
            raise UnknownKey(
                f"There is no finding '{name}' to accept.",
                fix=known_names(code, sorted(codes)),
                sample=name,
            )
