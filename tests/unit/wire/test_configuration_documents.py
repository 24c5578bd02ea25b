"""A configuration that is written for the platform is read there as it was."""

import json

import pytest

from modelyard.domain.automl import AutoMLConfig
from modelyard.domain.columns import ColumnKind
from modelyard.domain.configs import PreparationConfig, ReadOptions, SearchConfig, TrainingConfig
from modelyard.domain.sequence_layouts import SequenceLayout
from modelyard.domain.splits import Shares
from modelyard.domain.tasks import Task
from modelyard.wire.configuration_documents import document_of
from modelyard.wire.configurations import training_config
from modelyard.wire.sections import PlatformConfiguration

FULL = TrainingConfig(
    target="y",
    task=Task.BINARY,
    algorithm="logistic-regression",
    parameters={"C": 0.5},
    drop=("id",),
    sensitive=("sex",),
    learning_curve=True,
    group="house",
    time="at",
    weight="w",
    class_weight={"yes": 2.0},
    n_folds=5,
    search=SearchConfig("random", n_trials=7, space={"C": [0.1, 1.0]}),
    metric="log-loss",
    calibrate="sigmoid",
    threshold=0.4,
    costs={"false_positive": 2.0},
    seed=3,
    accepted=frozenset({"leakage-copy"}),
    fixes={"all": "recommended"},
    shares=Shares(0.6, 0.2, 0.2),
    preparation=PreparationConfig(
        normalize="standard", dates="cyclic", columns={"zip": {"normalize": "none"}}
    ),
    read=ReadOptions(
        encoding="cp1250",
        decimal=",",
        header=False,
        missing_tokens=("x",),
        kinds={"zip": ColumnKind.CATEGORY},
        sequences=SequenceLayout.of(
            {"wide": {"shake": "t_*"}, "long": {"id": "m", "time": "at", "values": ["heat"]}}
        ),
    ),
    name="churn",
    tags={"stage": "draft"},
    card={"owner": "Ada"},
    keep_estimator=True,
)


@pytest.mark.parametrize(
    "config",
    [
        TrainingConfig(target="y"),
        FULL,
        TrainingConfig(
            target="y",
            algorithm="blending",
            automl=AutoMLConfig(time_limit_s=60, n_trials=3, algorithms=("lightgbm",)),
            shares=Shares(0.9, 0.0, 0.1),
        ),
    ],
    ids=["usual", "full", "automl"],
)
def test_a_configuration_is_read_as_it_was_written(config: TrainingConfig) -> None:
    document = json.dumps(document_of(config))
    back = training_config(PlatformConfiguration.model_validate_json(document), None)
    assert back.to_dict() == config.to_dict()
