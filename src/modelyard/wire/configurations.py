"""Reads the YAML configuration of a training, and says in JSON Schema what one may hold."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from modelyard.domain.approaches import AUTO, Approach, Wanted, approach_of, usual_for
from modelyard.domain.columns import ColumnKind
from modelyard.domain.configs import PreparationConfig, ReadOptions, SearchConfig, TrainingConfig
from modelyard.domain.errors import InvalidValue
from modelyard.domain.names import check_name
from modelyard.domain.plain import to_plain
from modelyard.domain.sequence_layouts import SequenceLayout
from modelyard.domain.tasks import Task
from modelyard.kit.addresses import scheme_of
from modelyard.wire.network_sections import PictureSection, layers_told
from modelyard.wire.problems import explain
from modelyard.wire.schema_files import read_data_schema
from modelyard.wire.sections import (
    AutoMLSection,
    Configuration,
    ModelyardSection,
    PlatformConfiguration,
    PreprocessingSection,
    SearchSection,
    TableSection,
)
from modelyard.wire.yaml_files import read_yaml


@dataclass(frozen=True)
class RunRequest:
    """A training as a configuration file asks for it.

    Attributes:
        config: what to do; it holds the parsed schema.
        data: the data file, absolute; or the address of a database, as it is written.
        output: folder for the package, absolute; None: the project folder alone.
        schema: the schema's file, absolute; None where there is none.
        checkpoints: folder for what a training that is stopped goes on from, absolute; None: that
            of the project.
    """

    config: TrainingConfig
    data: Path | str
    output: Path | None
    schema: Path | None
    checkpoints: Path | None = None


def read_configuration(path: Path) -> RunRequest:
    """Read a YAML configuration; paths in it are relative to it.

    Raises:
        NotFound: if it, or the schema that it names, does not exist.
        UnknownKey: if it has a key that is not known, with the nearest right one.
        InvalidValue: if a value is missing, of the wrong type or not allowed.
        UsageError: if it is no YAML mapping.
    """
    document = read_yaml(path)
    try:
        configuration = Configuration.model_validate(document.values)
    except ValidationError as error:
        raise explain(error, Configuration, path=path, document=document) from error
    tabular, image = configuration.data.tabular, configuration.data.image
    schema = None if tabular is None else _beside(path, tabular.schema_)
    return RunRequest(
        config=training_config(configuration, read_data_schema(schema) if schema else None),
        data=_data(path, "".join(each.path for each in (tabular, image) if each is not None)),
        output=_beside(path, configuration.modelyard.output),
        schema=schema,
        checkpoints=_beside(path, configuration.training.checkpoint.path),
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
    data, ours = _data_of(configuration), configuration.modelyard
    approach = _approach(configuration)
    return TrainingConfig(
        target=data.target_column,
        task=Task(ours.task) if ours.task else None,
        algorithm=approach.algorithm,
        parameters=to_plain(_parameters(configuration, data), "modelyard.parameters"),
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
        shares=data.shares(approach.shares),
        read=_read_options(ours),
        preparation=_preparation(data, ours),
        schema=schema,
        name=check_name(ours.name) if ours.name else None,
        tags=ours.tags,
        card=ours.card.words(),
        keep_estimator=ours.keep_estimator,
    )


def _data_of(configuration: Configuration | PlatformConfiguration) -> PictureSection | TableSection:
    """Return the section of the data.

    Raises:
        InvalidValue: if the model is to take another kind of data.
    """
    data = configuration.data
    found = data.image or data.tabular
    kind = "image" if data.image else "tabular"
    if found is None or configuration.model.type not in {None, kind}:
        raise InvalidValue(
            f"model.type is '{configuration.model.type}', but the data is under data.{kind}.",
            fix="Leave model.type out.",
            sample=str(configuration.model.type),
        )
    return found


def _parameters(
    configuration: Configuration | PlatformConfiguration, data: PictureSection | TableSection
) -> dict[str, Any]:
    """Return the hyperparameters of all sections; those under modelyard come last, and count."""
    seen = data.parameters() if isinstance(data, PictureSection) else {}
    trained = configuration.training.parameters()
    ours = configuration.modelyard.parameters
    return {**seen, **layers_told(configuration.model.architecture), **trained, **ours}


def _read_options(ours: ModelyardSection) -> ReadOptions:
    return ReadOptions(
        encoding=ours.encoding,
        delimiter=ours.delimiter,
        decimal=ours.decimal,
        header=ours.header,
        missing_tokens=None if ours.missing_tokens is None else tuple(ours.missing_tokens),
        kinds={name: ColumnKind(kind) for name, kind in ours.kinds.items()},
        sequences=SequenceLayout.of(ours.sequences.model_dump(exclude_none=True)),
    )


def _preparation(data: PictureSection | TableSection, ours: ModelyardSection) -> PreparationConfig:
    preprocessing = PreprocessingSection()
    if isinstance(data, TableSection):
        preprocessing = data.preprocessing
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
    ours = configuration.modelyard
    are_pictures = isinstance(_data_of(configuration), PictureSection)
    name = configuration.model.name or usual_for(ours.kinds.values(), are_pictures=are_pictures)
    if ours.automl is None and name != AUTO:
        return Approach(name, None if ours.search is None else _search(ours.search))
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
            "refits_full": section.refit_full,
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


def _beside(path: Path, text: str | None) -> Path | None:
    return None if text is None else _place(path, text)


def _data(path: Path, text: str) -> Path | str:
    return _place(path, text) if scheme_of(text) is None else text


def _place(path: Path, text: str) -> Path:
    return (path.parent / Path(text).expanduser()).resolve()
