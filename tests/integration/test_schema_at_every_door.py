"""A data schema refuses a row in the same words, whether it comes in a table or alone."""

from typing import Any

import pytest
from rows import number, table, truth

import modelyard
from modelyard.domain.errors import ModelyardError, SchemaViolation
from modelyard.workbench.models import Model

SCHEMA = {
    "type": "object",
    "properties": {
        "size": {"type": "number", "maximum": 100},
        "rooms": {"type": "integer"},
        "sold": {"type": "string", "pattern": "^20"},
        "heated": {"type": "boolean"},
        "town": {"enum": ["a", "b", "c"]},
        "y": {"enum": ["yes", "no"]},
    },
    "required": ["size", "town"],
}
GOOD = {"size": 3.5, "rooms": 2, "sold": "2024-01-05", "heated": "true", "town": "a"}
BAD: tuple[dict[str, Any], ...] = (
    {"size": 101},
    {"size": "101"},
    {"size": None},
    {"size": ""},
    {"rooms": 2.5},
    {"sold": "1999-01-05"},
    {"town": "z"},
    {"town": None},
)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    """Return a model whose package holds the schema."""
    place = tmp_path_factory.mktemp("schema")
    path = place / "homes.csv"
    path.write_text(
        table(
            lambda at: (
                number(at),
                str(at % 4),
                f"20{at % 20 + 10}-01-{at % 28 + 1:02}",
                "true" if at % 3 else "false",
                "abc"[at % 3],
                "yes" if truth(at) else "no",
            ),
            header=("size", "rooms", "sold", "heated", "town", "y"),
        )
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MODELYARD_HOME", str(place / "home"))
        patch.setenv("MODELYARD_KEYS", str(place / "keys"))
        trained = modelyard.train(path, target="y", algorithm="dummy", schema=SCHEMA)
        return modelyard.load(trained.path)


def refusal(call: Any) -> dict[str, Any]:
    with pytest.raises(SchemaViolation) as caught:
        call()
    return caught.value.to_dict()


@pytest.mark.parametrize("change", BAD, ids=str)
def test_one_row_is_refused_as_in_a_table(model: Model, change: dict[str, Any]) -> None:
    row = {**GOOD, **change}
    told = refusal(lambda: model.predict([row]))
    assert refusal(lambda: model.predict_row(row)) == told
    assert refusal(lambda: model.opened.predictor.predict_rows([row])) == told
    assert (told["row"], told["column"]) == (1, next(iter(change)))


def test_the_row_that_breaks_the_schema_is_named(model: Model) -> None:
    rows = [GOOD, {**GOOD, "town": "z"}]
    told = refusal(lambda: model.opened.predictor.predict_rows(rows))
    assert told == refusal(lambda: model.predict(rows))
    assert told["row"] == 2


def test_a_row_that_fulfils_the_schema_is_answered(model: Model) -> None:
    for row in (GOOD, {**GOOD, "rooms": None, "heated": None, "size": "7"}):
        assert model.predict_row(row).value == model.predict([row])[0]


def test_a_column_that_is_missing_is_not_a_matter_of_the_schema(model: Model) -> None:
    with pytest.raises(ModelyardError, match="town"):
        model.predict_row({name: value for name, value in GOOD.items() if name != "town"})
