"""Reads the YAML configuration of a training, and says in JSON Schema what one may hold."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from modelyard.domain.approaches import AUTO, Approach, Wanted, approach_of
from modelyard.domain.columns import ColumnKind
from modelyard.domain.configs import PreparationConfig, ReadOptions, SearchConfig, TrainingConfig
from modelyard.domain.errors import InvalidValue
from modelyard.domain.names import check_name
from modelyard.domain.plain import to_plain
from modelyard.domain.tasks import Task
from modelyard.kit.addresses import scheme_of
from modelyard.wire.problems import explain
from modelyard.wire.schema_files import read_data_schema
from modelyard.wire.sections import (
    AutoMLSection,
    Configuration,
    ModelyardSection,
    PlatformConfiguration,
    PreprocessingSection,
    SearchSection,
)
from modelyard.wire.yaml_files import read_yaml

# Keys of networks and images, which the documents name and this version does not have yet.
_NETWORK_KEYS = ("data.image", "model.architecture", "training")


@dataclass(frozen=True)
class RunRequest:
    """A training as a configuration file asks for it.

    Attributes:
        config: what to do; it holds the parsed schema.
        data: the data file, absolute; or the address of a database, as it is written.
        output: folder for the package, absolute; None: the project folder alone.
        schema: the schema's file, absolute; None where there is none.
    """

    config: TrainingConfig
    data: Path | str
    output: Path | None
    schema: Path | None


def read_configuration(path: Path) -> RunRequest:
    """Read a YAML configuration; paths in it are relative to it.

    Raises:
        NotFound: if it, or the schema that it names, does not exist.
        UnknownKey: if it has a key that is not known, with the nearest right one.
        InvalidValue: if a value is missing, of the wrong type or not allowed, or belongs to
            networks.
        UsageError: if it is no YAML mapping.
    """
    document = read_yaml(path)
    _refuse_network_keys(document.values, path=path, lines=document.lines)
    try:
        configuration = Configuration.model_validate(document.values)
    except ValidationError as error:
        raise explain(error, Configuration, path=path, document=document) from error
    tabular = configuration.data.tabular
    schema = _beside(path, tabular.schema_)
    return RunRequest(
        config=training_config(configuration, read_data_schema(schema) if schema else None),
        data=_data(path, tabular.path),
        output=_beside(path, configuration.modelyard.output),
        schema=schema,
    )


def configuration_schema() -> dict[str, Any]:
    """Return the JSON Schema of a configuration, for editors."""
    schema = Configuration.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def training_config(
    configuration: Configuration | PlatformConfiguration, schema: Mapping[str, Any] | None
) -> TrainingConfig:
    """Return what a configuration asks for.

    Args:
        configuration: as it was validated.
        schema: JSON Schema of one row, already parsed; None for none.

    Raises:
        UsageError: if it asks for AutoML and for a search.
        InvalidValue: if the name of the model is not allowed.
    """
    tabular, ours = configuration.data.tabular, configuration.modelyard
    approach = _approach(configuration)
    return TrainingConfig(
        target=tabular.target_column,
        task=Task(ours.task) if ours.task else None,
        algorithm=approach.algorithm,
        parameters=to_plain(ours.parameters, "modelyard.parameters"),
        drop=tuple(ours.drop),
        sensitive=tuple(ours.sensitive),
        learning_curve=ours.learning_curve,
        group=ours.group,
        time=ours.time,
        weight=ours.weight,
        class_weight=ours.class_weight,
        n_folds=ours.cv,
        search=approach.search,
        automl=approach.automl,
        metric=ours.metric,
        calibrate=ours.calibrate,
        threshold=ours.threshold,
        costs=to_plain(ours.costs, "modelyard.costs"),
        seed=ours.seed,
        accepted=frozenset(ours.accept),
        fixes=ours.fixes,
        shares=tabular.shares(approach.shares),
        read=_read_options(ours),
        preparation=_preparation(tabular.preprocessing, ours),
        schema=schema,
        name=check_name(ours.name) if ours.name else None,
        tags=ours.tags,
        card=ours.card.words(),
        keep_estimator=ours.keep_estimator,
    )


def _read_options(ours: ModelyardSection) -> ReadOptions:
    return ReadOptions(
        encoding=ours.encoding,
        delimiter=ours.delimiter,
        decimal=ours.decimal,
        missing_tokens=None if ours.missing_tokens is None else tuple(ours.missing_tokens),
        kinds={name: ColumnKind(kind) for name, kind in ours.kinds.items()},
    )


def _preparation(preprocessing: PreprocessingSection, ours: ModelyardSection) -> PreparationConfig:
    return PreparationConfig(
        normalize=preprocessing.normalize,
        handle_missing=preprocessing.handle_missing,
        categorical_encoding=preprocessing.categorical_encoding,
        dates=ours.dates,
        engineered_features=ours.engineered_features,
        columns={name: chosen.words() for name, chosen in ours.columns.items()},
    )


def _approach(configuration: Configuration | PlatformConfiguration) -> Approach:
    """Return the approach of a configuration; in a file, the section says it.

    Raises:
        UsageError: if it asks for AutoML and for a search.
    """
    model, ours = configuration.model, configuration.modelyard
    if ours.automl is None and model.name != AUTO:
        return Approach(model.name, None if ours.search is None else _search(ours.search))
    section = ours.automl or AutoMLSection()
    wanted = Wanted(
        algorithm=AUTO,
        search_type=None if ours.search is None else ours.search.type,
        budget={"n_trials": section.trials, "time_limit_s": section.time_limit},
        search={},
        automl={
            "memory_limit_mb": section.memory_limit,
            "serve": section.serve,
            "algorithms": tuple(section.only),
            "is_deterministic": section.deterministic,
        },
    )
    return approach_of(wanted, asks_search="modelyard.search")


def _search(section: SearchSection) -> SearchConfig:
    return SearchConfig(
        search_type=section.type,
        n_trials=section.trials,
        time_limit_s=section.time_limit,
        n_folds=section.folds,
        n_repeats=section.repeats,
        n_points=section.points,
        space=to_plain(section.space, "modelyard.search.space"),
    )


def _refuse_network_keys(
    values: Mapping[str, Any], *, path: Path, lines: Mapping[str, int]
) -> None:
    """Say it clearly where the documents know a key that this version does not have yet."""
    found = [key for key in lines if any(_is_within(key, known) for known in _NETWORK_KEYS)]
    model = values.get("model")
    if isinstance(model, Mapping) and model.get("type") == "image":
        found.append("model.type")
    if not found:
        return
    # The innermost key of the first branch: `training.epochs` says more than `training`.
    key = next((each for each in found if not any(_is_below(it, each) for it in found)), found[0])
    raise InvalidValue(
        f"{path}, line {lines[key]}: {key} belongs to networks, which this version does not have "
        "yet.",
        fix="Remove it, or use a tabular algorithm; its parameters go under modelyard.parameters.",
        sample=key,
    )


def _is_within(key: str, section: str) -> bool:
    return key == section or _is_below(key, section)


def _is_below(key: str, section: str) -> bool:
    return key.startswith(f"{section}.")


def _beside(path: Path, text: str | None) -> Path | None:
    return None if text is None else _place(path, text)


def _data(path: Path, text: str) -> Path | str:
    return _place(path, text) if scheme_of(text) is None else text


def _place(path: Path, text: str) -> Path:
    return (path.parent / Path(text).expanduser()).resolve()
