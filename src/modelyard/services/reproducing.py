"""Writes a training as the command, and as the Python call, that make the same model again."""

import json
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from modelyard.domain.approaches import AUTO, Wanted, approach_of
from modelyard.domain.automl import AutoMLConfig
from modelyard.domain.configs import SearchConfig, TrainingConfig
from modelyard.runtime.packages import SCHEMA


@dataclass(frozen=True)
class _Option:
    """One field of the configuration, as the command line and as Python call it.

    Attributes:
        path: within the configuration's plain values, dotted.
        flag: of `modelyard train`.
        keyword: of `modelyard.train`.
    """

    path: str
    flag: str
    keyword: str


OPTIONS = (
    _Option("task", "--task", "task"),
    _Option("algorithm", "--algorithm", "algorithm"),
    _Option("parameters", "--set", "parameters"),
    _Option("drop", "--drop", "drop"),
    _Option("sensitive", "--sensitive", "sensitive"),
    _Option("learning_curve", "--learning-curve", "learning_curve"),
    _Option("group", "--group", "group"),
    _Option("time", "--time", "time"),
    _Option("weight", "--weight", "weight"),
    _Option("class_weight", "--class-weight", "class_weight"),
    _Option("n_folds", "--cv", "n_folds"),
    _Option("automl.n_trials", "--trials", "n_trials"),
    _Option("automl.time_limit_s", "--time-limit", "time_limit_s"),
    _Option("automl.memory_limit_mb", "--memory-limit", "memory_limit_mb"),
    _Option("automl.serve", "--serve", "serve"),
    _Option("automl.algorithms", "--only", "only"),
    _Option("automl.refits_full", "--refit-full", "refit_full"),
    _Option("automl.is_deterministic", "--deterministic", "deterministic"),
    _Option("search.search_type", "--search", "search_type"),
    _Option("search.n_trials", "--trials", "n_trials"),
    _Option("search.time_limit_s", "--time-limit", "time_limit_s"),
    _Option("search.n_folds", "--search-folds", "search_folds"),
    _Option("search.n_repeats", "--search-repeats", "search_repeats"),
    _Option("search.n_points", "--grid-points", "grid_points"),
    _Option("search.space", "--space", "space"),
    _Option("shares", "--split", "shares"),
    _Option("preparation.handle_missing", "--handle-missing", "handle_missing"),
    _Option("preparation.normalize", "--normalize", "normalize"),
    _Option("preparation.categorical_encoding", "--categorical-encoding", "categorical_encoding"),
    _Option("preparation.dates", "--dates", "dates"),
    _Option("preparation.engineered_features", "--engineered-features", "engineered_features"),
    _Option("preparation.columns", "--column", "columns"),
    _Option("metric", "--metric", "metric"),
    _Option("calibrate", "--calibrate", "calibrate"),
    _Option("threshold", "--threshold", "threshold"),
    _Option("costs", "--cost", "costs"),
    _Option("seed", "--seed", "seed"),
    _Option("accepted", "--accept", "accept"),
    _Option("fixes", "--fix", "fixes"),
    _Option("schema", "--schema", "schema"),
    _Option("name", "--name", "name"),
    _Option("tags", "--tag", "tags"),
    _Option("card", "--card", "card"),
    _Option("keep_estimator", "--keep-estimator", "keep_estimator"),
    _Option("read.missing_tokens", "--missing", "missing_tokens"),
    _Option("read.kinds", "--kind", "kinds"),
    _Option("read.sequences", "--sequences", "sequences"),
    _Option("read.encoding", "--encoding", "encoding"),
    _Option("read.delimiter", "--delimiter", "delimiter"),
    _Option("read.decimal", "--decimal", "decimal"),
    _Option("read.header", "--header", "header"),
)
# Said even where it is the default: it is what makes two trainings alike.
_ALWAYS = "seed"


def changed_options(config: TrainingConfig) -> dict[str, Any]:
    """Return what the user asked for beyond the defaults, by Python's keyword, as plain values."""
    return {option.keyword: value for option, value in _chosen(config) if option.path != "schema"}


def shell_command(config: TrainingConfig, location: str) -> str:
    """Return the command that trains again; a data schema is the package's own file.

    Args:
        config: of the training.
        location: of the data, empty for an object in memory.
    """
    words = ["modelyard", "train", location or "DATA", "--target", config.target]
    for option, value in _chosen(config):
        if isinstance(value, bool):
            words.append(option.flag if value else option.flag.replace("--", "--no-", 1))
            continue
        for text in [SCHEMA] if option.path == "schema" else _texts(option, value):
            words += [option.flag, text]
    note = "" if config.schema is None else f"# {SCHEMA} lies in the package\n"
    return f"{note}{shlex.join(words)}"


def python_call(config: TrainingConfig, location: str) -> str:
    """Return the Python lines that train again.

    Args:
        config: of the training.
        location: of the data, empty for an object in memory.
    """
    given = [repr(location) if location else "data", f"target={config.target!r}"]
    for option, value in _chosen(config):
        shown = tuple(value.values()) if option.path == "shares" else value
        given.append(f"{option.keyword}={shown!r}")
    lines = "".join(f"    {each},\n" for each in given)
    return f"import modelyard\n\nmodel = modelyard.train(\n{lines})"


def _chosen(config: TrainingConfig) -> Iterator[tuple[_Option, Any]]:
    default, plain = _unsaid(config).to_dict(), config.to_dict()
    for option in OPTIONS:
        value = _at(plain, option.path)
        if option.path == _ALWAYS or value != _at(default, option.path):
            yield option, value


def _unsaid(config: TrainingConfig) -> TrainingConfig:
    """Return the configuration of which nothing is said: what differs from it was asked for."""
    if config.automl is None:
        # Which searcher is always said where there is a search.
        search = None if config.search is None else SearchConfig(search_type="")
        return TrainingConfig(target=config.target, search=search)
    # A budget is always said: it is what asks for AutoML, which names the algorithm and the shares.
    wanted = Wanted(AUTO, None, budget={}, search={}, automl={})
    approach = approach_of(wanted, asks_search="")
    return TrainingConfig(
        target=config.target,
        algorithm=approach.algorithm,
        automl=AutoMLConfig(time_limit_s=None),
        shares=approach.shares,
    )


def _at(plain: dict[str, Any], path: str) -> Any:
    """Return the value at a dotted path, None where a section on the way is not there."""
    value: Any = plain
    for part in path.split("."):
        value = None if value is None else value[part]
    return value


def _texts(option: _Option, value: Any) -> list[str]:
    """Return the values to give the option one after another."""
    if option.path == "shares":
        return [",".join(str(share) for share in value.values())]
    if option.path == "preparation.columns":
        chosen = ((name, each) for name, words in value.items() for each in words.items())
        return [f"{name}:{key}={word}" for name, (key, word) in chosen]
    if option.path == "search.space":
        return [f"{key}={_where(each)}" for key, each in value.items()]
    if option.path == "automl.algorithms":
        return [",".join(value)]
    if isinstance(value, dict) and option.path != "read.sequences":
        return [f"{key}={_word(each)}" for key, each in value.items()]
    return [_word(each) for each in value] if isinstance(value, list) else [_word(value)]


def _where(value: Any) -> str:
    return ",".join(_word(each) for each in value) if isinstance(value, list) else _word(value)


def _word(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
