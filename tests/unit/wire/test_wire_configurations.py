"""A YAML configuration becomes exactly the training that it asks for, or says where it is wrong."""

import json
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from modelyard.domain.columns import ColumnKind
from modelyard.domain.configs import PreparationConfig, ReadOptions, TrainingConfig
from modelyard.domain.errors import InvalidValue, ModelyardError, NotFound, UnknownKey, UsageError
from modelyard.domain.splits import Shares
from modelyard.domain.tasks import Task
from modelyard.engine.splitting import require_rows
from modelyard.wire.configurations import RunRequest, configuration_schema, read_configuration
from modelyard.wire.problems import dotted_keys
from modelyard.wire.sections import Configuration, TabularSection

MINIMAL = "data: {tabular: {path: iris.csv, target_column: species}}\n"
Read = Callable[[str], RunRequest]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Return a function that writes a configuration and reads it."""

    def write_and_read(text: str) -> RunRequest:
        path = tmp_path / "config.yaml"
        path.write_text(text, encoding="utf-8")
        return read_configuration(path)

    return write_and_read


def test_a_path_and_a_target_are_enough(read: Read, tmp_path: Path) -> None:
    request = read(MINIMAL)
    assert request == RunRequest(
        TrainingConfig(target="species"), tmp_path / "iris.csv", output=None, schema=None
    )


def test_every_key_arrives_where_it_belongs(read: Read, tmp_path: Path) -> None:
    (tmp_path / "row.json").write_text('{"type": "object"}')
    request = read("""
data:
  tabular:
    path: data/x.csv
    schema: row.json
    target_column: y
    train_split: 0.5
    validation_split: 0.25
    test_split: 0.25
    preprocessing: {normalize: true, handle_missing: most-frequent, categorical_encoding: One-Hot}
model: {type: tabular, name: Random_Forest}
modelyard:
  name: my-model
  task: regression
  parameters: {max_depth: null, rate: 1e-3, deep: [1, {a: true}]}
  drop: [a, b]
  group: patient
  time: day
  cv: 5
  metric: log_loss
  seed: 7
  accept: ["leakage:a"]
  missing_tokens: ["", "-"]
  kinds: {zip: category}
  encoding: latin-1
  delimiter: ";"
  decimal: ","
  tags: {team: blue}
  output: out
""")
    assert (request.data, request.output) == (tmp_path / "data" / "x.csv", tmp_path / "out")
    assert request.schema == tmp_path / "row.json"
    assert request.config == TrainingConfig(
        target="y",
        task=Task.REGRESSION,
        algorithm="random-forest",
        parameters={"max_depth": None, "rate": 0.001, "deep": [1, {"a": True}]},
        drop=("a", "b"),
        group="patient",
        time="day",
        n_folds=5,
        metric="log-loss",
        seed=7,
        accepted=frozenset({"leakage:a"}),
        shares=Shares(0.5, 0.25, 0.25),
        read=ReadOptions("latin-1", ";", ",", ("", "-"), {"zip": ColumnKind.CATEGORY}),
        preparation=PreparationConfig("standard", "most_frequent", "one_hot"),
        schema={"type": "object"},
        name="my-model",
        tags={"team": "blue"},
    )


def test_paths_that_are_absolute_stay_so(read: Read) -> None:
    request = read("data: {tabular: {path: /srv/../srv/x.csv, target_column: y}}")
    assert request.data == Path("/srv/x.csv")


def test_shares_but_for_rounding_are_taken_where_they_are_read_and_where_rows_are_dealt(
    read: Read,
) -> None:
    thirds = "train_split: 0.333333, validation_split: 0.333333, test_split: 0.3333335"
    shares = read(f"data: {{tabular: {{path: a.csv, target_column: y, {thirds}}}}}").config.shares
    require_rows(100, shares)


def test_an_address_of_a_database_stays_as_it_is_written(read: Read) -> None:
    address = "postgresql://ann:secret@shop/orders?table=sold"
    request = read(f"data: {{tabular: {{path: '{address}', target_column: y}}}}")
    assert request.data == address


def test_one_column_is_prepared_as_is_written_for_it(read: Read) -> None:
    columns = "{zip: {categorical_encoding: One-Hot, normalize: false}, day: {dates: cyclic}}"
    preparation = read(MINIMAL + f"modelyard:\n  columns: {columns}\n").config.preparation
    assert preparation.columns == {
        "zip": {"categorical_encoding": "one_hot", "normalize": "none"},
        "day": {"dates": "cyclic"},
    }
    assert preparation.of("zip").handle_missing == "auto"


def test_a_key_without_a_value_counts_as_not_given(read: Read) -> None:
    request = read(MINIMAL + "model:\nmodelyard:\n  group:\n  seed:\n  tags:\n")
    assert request.config == TrainingConfig(target="species")


@pytest.mark.parametrize(
    ("word", "meaning"),
    [("true", "standard"), ("false", "none"), ("none", "none"), ("auto", "auto")],
)
def test_normalize_is_a_yes_or_no_or_a_word(read: Read, word: str, meaning: str) -> None:
    text = f"data: {{tabular: {{path: x, target_column: y, preprocessing: {{normalize: {word}}}}}}}"
    assert read(text).config.preparation.normalize == meaning


@pytest.mark.parametrize(
    ("given", "shares"),
    [
        ({}, Shares()),
        ({"train_split": 0.8}, Shares(0.8, 0.0, 0.2)),
        ({"test_split": 0.3}, Shares(0.7, 0.0, 0.3)),
        ({"validation_split": 0.15}, Shares(0.65, 0.15, 0.2)),
        ({"train_split": 0.7, "test_split": 0.2}, Shares(0.7, 0.1, 0.2)),
        ({"train_split": 0.7, "validation_split": 0.1}, Shares(0.7, 0.1, 0.2)),
        ({"validation_split": 0.1, "test_split": 0.2}, Shares(0.7, 0.1, 0.2)),
        ({"train_split": 0.6, "validation_split": 0.2, "test_split": 0.2}, Shares(0.6, 0.2, 0.2)),
    ],
)
def test_a_share_that_is_not_given_is_what_the_others_leave(
    given: dict[str, float], shares: Shares
) -> None:
    section = TabularSection.model_validate({"path": "x", "target_column": "y", **given})
    assert section.shares() == shares


@given(
    st.fixed_dictionaries(
        {},
        optional={
            name: st.floats(0, 1) for name in ("train_split", "validation_split", "test_split")
        },
    )
)
def test_shares_that_are_accepted_always_sum_to_one(given: dict[str, float]) -> None:
    try:
        section = TabularSection.model_validate({"path": "x", "target_column": "y", **given})
    except ValueError:
        return
    shares = section.shares()
    assert shares.train + shares.validation + shares.test == pytest.approx(1, abs=1e-6)
    assert min(shares.train, shares.test) > 0 <= shares.validation


@pytest.mark.parametrize(
    "splits", ["train_split: 0.9, test_split: 0.3", "train_split: 1", "test_split: 1.0"]
)
def test_shares_that_cannot_be_are_refused_as_they_stand(read: Read, splits: str) -> None:
    with pytest.raises(InvalidValue, match=r"data\.tabular must have .* 1 as their sum; as"):
        read(f"data: {{tabular: {{path: x, target_column: y, {splits}}}}}")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("data: {tabular: {path: x, target_colum: y}}", "Did you mean data.tabular.target_column"),
        (MINIMAL + "modelyrd: {seed: 1}", "Did you mean modelyard?"),
        (MINIMAL + "modelyard: {sed: 1}", "no key modelyard.sed. Did you mean modelyard.seed"),
        (MINIMAL + "modelyard: {sed: }", "Did you mean modelyard.seed"),
        (MINIMAL + "model: {parameters: {}}", "Did you mean modelyard.parameters"),
        (MINIMAL + "modelyard: {target: y}", "Did you mean data.tabular.target_column"),
        (
            MINIMAL + "model: {qqqq: 1}",
            "there is no key model.qqqq. Known in model: type, name, architecture.",
        ),
        (
            MINIMAL + "qqqq: 1",
            "there is no key qqqq. Known here: data, model, training, modelyard.",
        ),
    ],
)
def test_an_unknown_key_is_refused_with_the_nearest_right_one(
    read: Read, text: str, words: str
) -> None:
    with pytest.raises(UnknownKey) as caught:
        read(text)
    assert words in str(caught.value)


@given(st.sampled_from(dotted_keys(Configuration)), st.integers(0, 50), st.sampled_from("xqz"))
def test_a_key_with_one_letter_wrong_is_answered_with_the_right_one(
    tmp_path_factory: pytest.TempPathFactory, key: str, place: int, letter: str
) -> None:
    section, _, name = key.rpartition(".")
    wrong = f"{name[: place % len(name)]}{letter}{name[place % len(name) + 1 :]}"
    if wrong == name or len(name) < 5:
        return
    values: dict[str, object] = {wrong: 1}
    for part in reversed(section.split(".") if section else []):
        values = {part: values}
    path = tmp_path_factory.mktemp("wrong") / "config.yaml"
    path.write_text(yaml.safe_dump(values))
    with pytest.raises(UnknownKey, match="Did you mean") as caught:
        read_configuration(path)
    assert f"{key}?" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("data: {}", "data must have tabular or image"),
        ("data: {tabular: {path: x}}", "data.tabular.target_column is required"),
        ("model: {name: dummy}", "data is required"),
        ("data: {tabular: {path: '', target_column: y}}", "data.tabular.path should have at least"),
        (MINIMAL + "modelyard: {seed: -1}", "modelyard.seed should be greater than or equal to 0"),
        (MINIMAL + "modelyard: {seed: 1.5}", "modelyard.seed should be a valid integer; 1.5"),
        (MINIMAL + "modelyard: {seed: '1'}", "'1' (str) came"),
        (MINIMAL + "modelyard: {cv: 1}", "modelyard.cv must be 0 (no cross-validation) or at"),
        (MINIMAL + "modelyard: {cv: true}", "modelyard.cv should be a valid integer; True"),
        (MINIMAL + "modelyard: {drop: year}", "modelyard.drop should be a valid list; 'year'"),
        (MINIMAL + "modelyard: {drop: [2020]}", "modelyard.drop.0 should be a valid string; 2020"),
        (MINIMAL + "modelyard: {missing_tokens: [no]}", 'Put it in quotes: "no".'),
        (MINIMAL + "modelyard: {drop: [007]}", 'Put it in quotes: "007".'),
        ("data: {tabular: {path: x, target_column: No}}", 'Put it in quotes: "No".'),
        ("data: 5", "data should be a mapping of keys to values; 5 (int) came"),
        (MINIMAL + "modelyard: {task: binry}", "should be 'binary', 'multiclass' or 'regression'"),
        (MINIMAL + "modelyard: {kinds: {a: matrix}}", "modelyard.kinds.a should be 'numeric',"),
        (MINIMAL + "modelyard: [1]", "modelyard should be a mapping of keys to values; [1]"),
        (MINIMAL + "modelyard: {parameters: {a: .nan}}", "modelyard.parameters.a must be made of"),
        (
            MINIMAL + "modelyard: {parameters: {a: 2026-01-01}}",
            "modelyard.parameters.a was not a valid JSON",
        ),
        (MINIMAL + "modelyard: {name: a/b}", "A model's name has"),
        (MINIMAL + "model: {type: text}", "model.type should be 'tabular' or 'image'; 'text'"),
        (MINIMAL + f"modelyard: {{task: {'x' * 500}}}", "…"),
    ],
)
def test_a_wrong_value_is_refused_with_its_place_and_what_is_allowed(
    read: Read, text: str, words: str
) -> None:
    with pytest.raises(InvalidValue) as caught:
        read(text)
    assert words in str(caught.value)
    assert len(str(caught.value)) < 700


def test_the_line_of_a_wrong_value_is_named(read: Read) -> None:
    with pytest.raises(InvalidValue, match=r"config\.yaml, line 5: modelyard\.drop\.1 should be"):
        read(MINIMAL + "modelyard:\n  drop:\n    - a\n    - 7\n")


def test_a_missing_key_is_named_with_the_line_of_its_section(read: Read) -> None:
    with pytest.raises(InvalidValue, match=r"line 3: data\.tabular\.target_column is required"):
        read("\ndata:\n  tabular:\n    path: x\n")


IMAGES = "data: {image: {path: shapes}}\n"


def test_pictures_are_trained_on_by_the_small_network_and_their_folders(read: Read) -> None:
    config = read(IMAGES).config
    assert (config.algorithm, config.target, config.parameters) == ("small-cnn", "label", {})


def test_the_keys_of_networks_are_hyperparameters(read: Read) -> None:
    config = read(
        "data: {image: {path: x, image_size: [32, 48], augmentation: {horizontal_flip: true}}}\n"
        "model: {type: image, name: Small_CNN, architecture: {channels: 8}}\n"
        "training: {epochs: 3, learning_rate: 0.01, early_stopping: {patience: 2, monitor: loss},"
        " checkpoint: {enabled: false, save_best: true}}\n"
        "modelyard: {parameters: {epochs: 4}}\n"
    ).config
    assert config.algorithm == "small-cnn"
    assert config.parameters == {
        "image_height": 32,
        "image_width": 48,
        "horizontal_flip": True,
        "channels": 8,
        "epochs": 4,
        "learning_rate": 0.01,
        "patience": 2,
        "monitor": "loss",
        "checkpoints": False,
        "keep_best": True,
    }


def test_checkpoints_are_kept_where_the_file_says(read: Read, tmp_path: Path) -> None:
    told = read(IMAGES + "training: {checkpoint: {path: kept}}\n")
    assert told.checkpoints == tmp_path / "kept"
    assert read(IMAGES).checkpoints is None


DENSE = MINIMAL + "model: {name: real-mlp, architecture: {input_dim: %s, hidden_layers: %s}}\n"


def test_layers_of_a_dense_network_are_a_list_or_a_number(read: Read) -> None:
    assert read(DENSE % ("null", "[128, 64]")).config.parameters == {"layer_sizes": "128,64"}
    assert read(DENSE % ("auto", "2")).config.parameters == {"hidden_layers": 2}


def test_the_number_of_features_is_not_to_be_given(read: Read) -> None:
    with pytest.raises(InvalidValue, match="input_dim is found out from the columns; 4 came"):
        read(DENSE % ("4", "2"))


def test_early_stopping_that_is_not_enabled_has_no_patience(read: Read) -> None:
    config = read(IMAGES + "training: {early_stopping: {enabled: false, patience: 3}}").config
    assert config.parameters == {"patience": 0}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (MINIMAL + "model: {type: image}", "model.type is 'image', but the data is under"),
        (IMAGES + "model: {type: tabular}", "model.type is 'tabular', but the data is under"),
        ("data: {image: {path: x, image_size: [64]}}", "data.image.image_size should have at"),
        ("data: {image: {path: x, image_size: [4, 4]}}", "greater than or equal to 8"),
        ("data: {image: {path: x, augmentation: {normalize: false}}}", "normalize should be True"),
        (
            "data: {image: {path: x}, tabular: {path: x, target_column: y}}",
            "data must have tabular or image, one of them",
        ),
    ],
)
def test_pictures_are_refused_where_they_do_not_go(read: Read, text: str, words: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        read(text)
    assert words in str(caught.value)


def test_words_of_networks_may_be_names_of_columns_and_tags(read: Read) -> None:
    request = read(MINIMAL + "modelyard: {tags: {training: a}, kinds: {data.image: text}}")
    assert request.config.tags == {"training": "a"}


def test_a_schema_that_does_not_exist_is_not_found(read: Read) -> None:
    with pytest.raises(NotFound, match=r"no schema .*row\.json"):
        read("data: {tabular: {path: x, target_column: y, schema: row.json}}")


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from([*"ab", "data", "tabular", "path"]), inner, max_size=3
            )
        ),
        max_leaves=8,
    )
)
def test_any_yaml_at_all_is_read_or_refused_with_an_error_of_ours(
    tmp_path_factory: pytest.TempPathFactory, values: object
) -> None:
    path = tmp_path_factory.mktemp("any") / "config.yaml"
    path.write_text(yaml.safe_dump(values, allow_unicode=True), encoding="utf-8")
    with pytest.raises(ModelyardError) as caught:
        read_configuration(path)
    assert isinstance(caught.value, UsageError)


def test_the_schema_is_json_schema_and_accepts_what_is_read(read: Read) -> None:
    schema = configuration_schema()
    json.dumps(schema)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(yaml.safe_load(MINIMAL), schema)
    with pytest.raises(jsonschema.ValidationError, match="sed"):
        jsonschema.validate(yaml.safe_load(MINIMAL + "modelyard: {sed: 1}"), schema)


def test_the_schema_describes_every_key_that_holds_a_value() -> None:
    definitions = configuration_schema()["$defs"].values()
    fields = [field for each in definitions for field in each.get("properties", {}).items()]
    assert len(fields) > 25
    assert [name for name, field in fields if not {"description", "$ref"} & set(field)] == []
