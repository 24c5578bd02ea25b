"""What a report says about making a model again makes it again: the same configuration."""

import shlex
import shutil
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from rows import number, table, truth

import modelyard
from modelyard.domain.automl import COMBINED_BY, AutoMLConfig
from modelyard.domain.configs import PreparationConfig, ReadOptions, SearchConfig, TrainingConfig
from modelyard.domain.splits import Shares
from modelyard.services.reproducing import OPTIONS as SAID
from modelyard.services.reproducing import python_call, shell_command
from modelyard.workbench.models import Model

ODD = table(
    lambda at: (
        number(at).replace(".", ","),
        "?" if at % 9 == 0 else "abc"[at % 3],
        f"0{at % 4}",
        f"2024-01-{at % 28 + 1:02}",
        str(at % 10),
        "sì" if truth(at) else "no",
    ),
    header=("x x", "c", "zip", "day", "team", "y"),
    delimiter=";",
)
OPTIONS: tuple[Any, ...] = (
    {"algorithm": "dummy"},
    {
        "algorithm": "logistic-regression",
        "task": "binary",
        "parameters": {"C": 0.5},
        "drop": ["day", "team"],
        "n_folds": 2,
        "metric": "accuracy",
        "seed": 7,
        "shares": (0.5, 0.25, 0.25),
        "handle_missing": "median",
        "normalize": "none",
        "categorical_encoding": "ordinal",
        "encoding": "utf-8",
        "delimiter": ";",
        "decimal": ",",
        "header": True,
        "missing_tokens": ["?", "", "--"],
        "kinds": {"zip": "category"},
        "name": "again",
        "tags": {"team": "blue sea", "half": "it's"},
    },
    {
        "algorithm": "logistic-regression",
        "dates": "cyclic",
        "engineered_features": "interactions",
        "columns": {"x x": {"normalize": "robust"}, "c": {"categorical_encoding": "target"}},
    },
    {"algorithm": "dummy", "group": "team", "accept": ["leakage-copy", "leakage-single:x x"]},
    {"algorithm": "logistic-regression", "weight": "team", "class_weight": {"sì": 2.5, "no": 1}},
    {"algorithm": "logistic-regression", "class_weight": "balanced"},
    {
        "algorithm": "dummy",
        "time": "day",
        "schema": {
            "type": "object",
            "properties": {"team": {"type": "integer", "minimum": 0}},
            "required": ["team"],
        },
    },
    pytest.param(
        {"n_trials": 1, "only": ["logistic-regression", "extra-trees"], "serve": "fast"},
        marks=pytest.mark.processes,
    ),
)
# As users ask for AutoML, and what the report says of it.
ASKED = (
    (AutoMLConfig(), "--time-limit 60.0"),
    (AutoMLConfig(time_limit_s=20.0, serve="best"), "--time-limit 20.0 --serve best"),
    (
        AutoMLConfig(time_limit_s=None, n_trials=6, is_deterministic=True),
        "--trials 6 --deterministic",
    ),
    (
        AutoMLConfig(time_limit_s=9.0, n_trials=6, algorithms=("ridge", "lightgbm")),
        "--trials 6 --time-limit 9.0 --only ridge,lightgbm",
    ),
)


@pytest.fixture
def model(request: pytest.FixtureRequest, put) -> Model:
    """Return a model that was trained with the options of the test."""
    return modelyard.train(put("odd table.csv", ODD), target="y", **request.param)


@pytest.mark.parametrize("model", OPTIONS, indirect=True)
def test_the_command_of_the_report_trains_alike(model, done, tmp_path: Path) -> None:
    config = TrainingConfig.from_dict(model.run.config)
    if config.schema is not None:
        shutil.copy(model.path / "schema.json", tmp_path)
    words = shlex.split(shell_command(config, model.run.data_location), comments=True)
    assert words[0] == "modelyard"
    again = done(*words[1:])
    assert done("runs", "show", again["run"])["config"] == model.run.config


@pytest.mark.parametrize("model", OPTIONS, indirect=True)
def test_the_python_of_the_report_trains_alike(model) -> None:
    config = TrainingConfig.from_dict(model.run.config)
    memory: dict[str, Any] = {}
    exec(python_call(config, model.run.data_location), memory)  # noqa: S102 -- our own text, as its reader runs it
    assert memory["model"].run.config == model.run.config


def test_a_file_without_a_header_is_trained_on_and_measured_at_every_door(put, done) -> None:
    bare = put("bare.csv", ODD.split("\n", 1)[1])
    model = modelyard.train(
        bare, target="column_6", algorithm="logistic-regression", header=False, delimiter=";"
    )
    config = TrainingConfig.from_dict(model.run.config)
    words = shlex.split(shell_command(config, model.run.data_location))
    assert "--no-header" in words
    again = done(*words[1:])
    assert done("runs", "show", again["run"])["config"] == model.run.config
    measured = done("evaluate", again["model"], str(bare), "--no-header", "--delimiter", ";")
    assert measured["n_rows"] == len(ODD.splitlines()) - 1


def test_a_model_of_a_file_without_a_header_says_how_it_is_asked(put, cli, tmp_path: Path) -> None:
    bare = put("bare.csv", ODD.split("\n", 1)[1])
    dialect = ["--no-header", "--delimiter", ";"]
    few = ["--algorithm", "logistic-regression", "--name", "bare"]
    trained = cli("train", str(bare), "--target", "column_6", *few, *dialect)
    assert trained.code == 0
    lines = [line for line in trained.out.splitlines() if "modelyard predict" in line]
    told = shlex.split(lines[-1])
    out_file = tmp_path / "answers.csv"
    asked = [{"NEW.csv": str(bare), "predictions.csv": str(out_file)}.get(w, w) for w in told[1:]]
    assert cli(*asked).code == 0
    assert len(out_file.read_text().splitlines()) == len(ODD.splitlines())


@pytest.mark.parametrize("command", ["predict {model}", "evaluate {model}", "train"])
def test_columns_that_only_a_file_without_a_header_has_are_asked_for_with_the_way_out(
    put, cli, done, command: str
) -> None:
    bare = put("bare.csv", ODD.split("\n", 1)[1])
    few = ["--target", "column_6", "--algorithm", "logistic-regression", "--delimiter", ";"]
    done("train", str(bare), "--name", "bare", "--no-header", *few)
    name, *place = command.format(model="bare").split()
    more = few if name == "train" else few[-2:]
    refused = cli(name, *place, str(bare), *more)
    assert refused.code == 3
    assert "say so with --no-header" in refused.err


@pytest.mark.parametrize("model", OPTIONS[1:2], indirect=True)
def test_the_report_shows_every_option_that_was_given(model) -> None:
    page = (model.path / "report.html").read_text(encoding="utf-8")
    assert "--split 0.5,0.25,0.25" in page
    assert "--handle-missing median" in page
    assert "--seed 7" in page
    assert "shares=(0.5, 0.25, 0.25)" in page


@pytest.mark.parametrize(("automl", "said"), ASKED)
def test_automl_is_asked_for_by_its_budget_and_names_no_algorithm(automl, said) -> None:
    shares = Shares(train=0.9, validation=0.0, test=0.1)
    config = TrainingConfig("y", algorithm=COMBINED_BY, automl=automl, shares=shares)
    assert shell_command(config, "d.csv") == f"modelyard train d.csv --target y {said} --seed 0"
    assert "algorithm" not in python_call(config, "d.csv")


def test_every_field_of_a_configuration_is_said_or_excused() -> None:
    # The target is said first; the others no training is given: some are what its fixes decide.
    excused = {"target", "automl.searcher", "automl.executor"}
    excused |= {"read.missing_in", "read.date_formats", "read.sets_aside"}
    sections: dict[str, type] = {
        "automl": AutoMLConfig,
        "preparation": PreparationConfig,
        "read": ReadOptions,
        "search": SearchConfig,
    }
    paths = set()
    for each in fields(TrainingConfig):
        inner = fields(sections[each.name]) if each.name in sections else ()
        paths |= {f"{each.name}.{field.name}" for field in inner} or {each.name}
    assert {option.path for option in SAID} == paths - excused
