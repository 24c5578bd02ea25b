"""Writes a training configuration as the document that the platform reads; the way back is there.

`wire.configurations` reads it, and a test holds the two together.
"""

from typing import Any

from modelyard.domain.approaches import AUTO
from modelyard.domain.configs import PreparationConfig, ReadOptions, TrainingConfig
from modelyard.domain.plain import to_plain
from modelyard.wire.yaml_files import write_yaml

# Under the same name on both sides.
_ALIKE = (
    "task",
    "parameters",
    "drop",
    "sensitive",
    "learning_curve",
    "group",
    "time",
    "weight",
    "class_weight",
    "metric",
    "calibrate",
    "threshold",
    "costs",
    "seed",
    "fixes",
    "name",
    "tags",
    "card",
    "keep_estimator",
)
_DIALECT = ("encoding", "delimiter", "decimal", "header", "missing_tokens", "kinds", "sequences")


def document_of(config: TrainingConfig) -> dict[str, Any]:
    """Return a configuration as plain JSON values; its schema travels beside it."""
    preparation = config.preparation
    ours = _named(config, _ALIKE) | _named(config.read, _DIALECT) | _prepared(preparation)
    ours |= {"cv": config.n_folds, "accept": sorted(config.accepted)} | _approach(config)
    return {
        "data": {
            "tabular": {
                "target_column": config.target,
                "train_split": config.shares.train,
                "validation_split": config.shares.validation,
                "test_split": config.shares.test,
                "preprocessing": {
                    "normalize": preparation.normalize,
                    "handle_missing": preparation.handle_missing,
                    "categorical_encoding": preparation.categorical_encoding,
                },
            }
        },
        "model": {"name": AUTO if config.automl else config.algorithm},
        "modelyard": {name: value for name, value in ours.items() if value is not None},
    }


def spelled(config: TrainingConfig, *, path: str) -> str:
    """Return the YAML of a configuration file, without what it would say anyway.

    Args:
        config: of the training.
        path: of the data file.
    """
    # The algorithm is said even where it is the usual one, which another version may change.
    usual = document_of(TrainingConfig(target="", algorithm=""))
    told = _beyond(document_of(config), usual)
    told["data"]["tabular"] = {"path": path, **told["data"]["tabular"]}
    return write_yaml(told)


def _beyond(told: Any, usual: Any) -> Any:
    """Return what a mapping says beyond another one."""
    if not isinstance(told, dict) or not isinstance(usual, dict):
        return told
    return {
        name: _beyond(value, usual.get(name))
        for name, value in told.items()
        if value != usual.get(name)
    }


def _named(record: TrainingConfig | ReadOptions, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: to_plain(getattr(record, name), name) for name in names}


def _prepared(preparation: PreparationConfig) -> dict[str, Any]:
    return {
        "dates": preparation.dates,
        "engineered_features": preparation.engineered_features,
        "columns": to_plain(preparation.columns, "columns"),
    }


def _approach(config: TrainingConfig) -> dict[str, Any]:
    if (automl := config.automl) is not None:
        told = {
            "time_limit": automl.time_limit_s,
            "trials": automl.n_trials,
            "memory_limit": automl.memory_limit_mb,
            "serve": automl.serve,
            "only": list(automl.algorithms),
            "refit_full": automl.refits_full,
            "deterministic": automl.is_deterministic,
        }
        return {"automl": {name: value for name, value in told.items() if value is not None}}
    if (search := config.search) is not None:
        told = {
            "type": search.search_type,
            "trials": search.n_trials,
            "time_limit": search.time_limit_s,
            "folds": search.n_folds,
            "repeats": search.n_repeats,
            "points": search.n_points,
            "space": to_plain(search.space, "space"),
        }
        return {"search": {name: value for name, value in told.items() if value is not None}}
    return {}
