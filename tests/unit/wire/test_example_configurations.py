"""The examples that ship are right: each loads, and its data fits its schema."""

import csv
from pathlib import Path

import jsonschema
import pytest
import yaml

from modelyard.catalog import Catalog, pick
from modelyard.domain.pictures import LABEL_COLUMN
from modelyard.wire.configurations import configuration_schema, read_configuration
from modelyard.wire.problems import dotted_keys
from modelyard.wire.schema_files import read_data_schema
from modelyard.wire.sections import Configuration

EXAMPLES = Path(__file__).parents[3] / "examples"
CONFIGS = sorted((EXAMPLES / "configs").glob("*.yaml"))


def _header(path: Path) -> list[str]:
    with path.open(encoding="utf-8", newline="") as stream:
        return next(csv.reader(stream))


def test_there_are_ten_configurations_and_two_schemas() -> None:
    assert len(CONFIGS) == 10
    assert len(list((EXAMPLES / "schemas").glob("*.json"))) == 2


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_an_example_names_data_columns_and_components_that_exist(path: Path) -> None:
    request = read_configuration(path)
    is_folder = Path(request.data).is_dir()
    header = ["image", LABEL_COLUMN] if is_folder else _header(Path(request.data))
    assert request.config.target in header
    assert set(request.config.drop) <= set(header)
    assert set(request.config.read.kinds) <= set(header)
    card = pick(Catalog().algorithms(), request.config.algorithm, shelf="algorithms").card
    assert set(request.config.parameters) <= {each.name for each in card.parameters}
    if request.config.metric is not None:
        pick(Catalog().metrics(), request.config.metric, shelf="metrics")


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_an_example_fits_the_schema_that_editors_get(path: Path) -> None:
    given = yaml.safe_load(path.read_text(encoding="utf-8"))
    # A key without a value counts as not given; an editor is told so by the reader alone.
    jsonschema.validate(given, configuration_schema())


def test_the_examples_have_every_key_between_them() -> None:
    """A training names an algorithm or lets AutoML find one, of rows, pictures or sequences."""
    found = set()
    for name in ("everything.yaml", "automl.yaml", "vision.yaml", "readings_long.yaml"):
        text = (EXAMPLES / "configs" / name).read_text(encoding="utf-8")
        found |= _dotted(yaml.safe_load(text))
    assert set(dotted_keys(Configuration)) <= found


@pytest.mark.parametrize(
    ("schema", "data"), [("iris.json", "iris.csv"), ("penguins.json", "penguins.csv")]
)
def test_an_example_schema_describes_its_data(schema: str, data: str) -> None:
    rules = read_data_schema(EXAMPLES / "schemas" / schema)
    jsonschema.Draft202012Validator.check_schema(rules)
    assert list(rules["properties"]) == _header(EXAMPLES / "data" / data)
    with (EXAMPLES / "data" / data).open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            cells = {name: _value(text, rules["properties"][name]) for name, text in row.items()}
            jsonschema.validate(cells, rules)


def _value(text: str, rule: dict[str, object]) -> object:
    if text in {"", "NA"}:
        return None
    return text if "string" in str(rule["type"]) else float(text)


def _dotted(values: object, prefix: str = "") -> set[str]:
    if not isinstance(values, dict):
        return set()
    inner = (_dotted(value, f"{prefix}{key}.") for key, value in values.items())
    return {f"{prefix}{key}" for key in values}.union(*inner)
