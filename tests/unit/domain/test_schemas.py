"""A data schema means what JSON Schema says, and refuses what it does not know."""

import json

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelyard.domain.errors import InvalidValue, UnknownKey
from modelyard.domain.schemas import DataSchema

CUSTOMER = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "https://example.org/customer.json",
    "title": "Customer",
    "description": "One row of the churn table.",
    "type": "object",
    "properties": {
        "age": {"type": "integer", "minimum": 18, "exclusiveMaximum": 120, "title": "Age"},
        "plan": {"type": "string", "enum": ["basic", "plus"], "default": "basic"},
        "zip": {"type": "string", "pattern": "^[0-9]{5}$", "minLength": 5, "maxLength": 5},
        "spent": {"type": ["number", "null"], "exclusiveMinimum": 0, "maximum": 1e6},
        "country": {"const": "NO"},
        "churned": {"type": "boolean", "examples": [True]},
    },
    "required": ["age", "plan"],
    "additionalProperties": False,
}
GOOD = {"age": 30, "plan": "plus", "zip": "01234", "spent": None, "country": "NO", "churned": True}

_names = st.sampled_from(["a", "b", "c"])
_cells = (
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.floats(-3, 3).map(lambda x: round(x * 2) / 2)
    | st.text("ab1é", max_size=3)
)
_types = st.sampled_from(["string", "number", "integer", "boolean", "null"])
_rules = st.fixed_dictionaries(
    {},
    optional={
        "type": _types | st.lists(_types, min_size=1, max_size=3, unique=True),
        "enum": st.lists(_cells, min_size=1, max_size=4),
        "const": _cells,
        "minimum": st.integers(-2, 2),
        "maximum": st.integers(-2, 2),
        "exclusiveMinimum": st.integers(-2, 2) | st.floats(-2, 2),
        "exclusiveMaximum": st.integers(-2, 2),
        "minLength": st.integers(0, 2),
        "maxLength": st.integers(0, 2),
        "pattern": st.sampled_from(["a", "^b", "1$", "^a+$"]),
        "description": st.just("a note"),
    },
)
_schemas = st.fixed_dictionaries(
    {"type": st.just("object"), "properties": st.dictionaries(_names, _rules, max_size=3)},
    optional={
        "required": st.lists(_names, unique=True, max_size=3),
        "additionalProperties": st.booleans(),
        "title": st.just("a title"),
    },
)
_rows = st.dictionaries(_names, _cells, max_size=3)


def _without_open_gaps(row, raw):
    """Return the row as plain JSON Schema must see it: None that no rule speaks of is absent."""
    rules = raw["properties"]
    return {
        name: value
        for name, value in row.items()
        if value is not None or jsonschema.Draft202012Validator(rules.get(name, {})).is_valid(None)
    }


@given(_schemas, _rows)
def test_verdict_on_a_row_is_that_of_the_reference_validator(raw, row):
    reference = jsonschema.Draft202012Validator(raw)
    is_valid = reference.is_valid(_without_open_gaps(row, raw))
    if raw.get("additionalProperties") is False:
        is_valid = is_valid and set(row) <= set(raw["properties"])
    assert (DataSchema.from_json(raw).check_row(row) == []) is is_valid


@given(_schemas, _rows)
def test_written_schema_gives_the_same_verdict(raw, row):
    schema = DataSchema.from_json(raw)
    written = json.loads(json.dumps(schema.to_json()))
    jsonschema.Draft202012Validator.check_schema(written)
    assert DataSchema.from_json(written).check_row(row) == schema.check_row(row)


def test_good_row_breaks_nothing():
    assert DataSchema.from_json(CUSTOMER).check_row(GOOD) == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"age": 17}, "Column 'age' must be at least 18, but 17 came."),
        ({"age": 120}, "Column 'age' must be below 120, but 120 came."),
        ({"age": 30.5}, "Column 'age' must be a whole number, but 30.5 came."),
        ({"age": True}, "Column 'age' must be a whole number, but true came."),
        ({"age": None}, "Column 'age' must be filled in."),
        ({"plan": "gold"}, "Column 'plan' must be 'basic' or 'plus', but 'gold' came."),
        ({"zip": 1234}, "Column 'zip' must be text, but 1234 came."),
        ({"zip": "123"}, "Column 'zip' must have 5 characters at least, but '123' came."),
        ({"zip": "123456"}, "Column 'zip' must have 5 characters at most, but '123456' came."),
        ({"zip": "1234x"}, "Column 'zip' must match the pattern '^[0-9]{5}$', but '1234x' came."),
        ({"spent": 0}, "Column 'spent' must be above 0, but 0 came."),
        ({"spent": 2e6}, "Column 'spent' must be at most 1000000.0, but 2000000.0 came."),
        ({"spent": "much"}, "Column 'spent' must be a number or empty, but 'much' came."),
        ({"country": "SE"}, "Column 'country' must be 'NO', but 'SE' came."),
        ({"churned": 1}, "Column 'churned' must be true or false, but 1 came."),
        ({"colour": "red"}, "Column 'colour' is not in the schema."),
    ],
)
def test_broken_rule_is_told_with_what_was_expected_and_what_came(change, told):
    assert DataSchema.from_json(CUSTOMER).check_row(GOOD | change) == [told]


def test_absent_required_column_is_named():
    assert DataSchema.from_json(CUSTOMER).check_row({"age": 30}) == ["Column 'plan' is missing."]


def test_missing_cell_counts_as_absent_where_the_column_is_not_required():
    assert DataSchema.from_json(CUSTOMER).violations("zip", None) is None


def test_column_without_a_rule_may_hold_anything():
    schema = DataSchema.from_json({"required": ["x"]})
    assert schema.violations("x", None) is None
    assert schema.check_row({"x": [1], "y": "z"}) == []


def test_rule_that_excludes_every_value_says_so():
    schema = DataSchema.from_json({"properties": {"n": {"enum": [1, 2], "const": 3}}})
    assert "excludes them all" in str(schema.violations("n", 1))


def test_long_list_of_allowed_values_is_cut_short():
    schema = DataSchema.from_json({"properties": {"n": {"enum": list(range(50))}}})
    assert schema.violations("n", 99) == "must be 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 or 40 more"


@pytest.mark.parametrize(
    ("raw", "keyword", "hint"),
    [
        ({"properties": {"a": {"minimun": 1}}}, "minimun", "Did you mean 'minimum'?"),
        ({"properties": {"a": {"format": "date"}}}, "format", "Supported: "),
        ({"propertys": {}}, "propertys", "Did you mean 'properties'?"),
        ({"allOf": []}, "allOf", "Supported: "),
    ],
)
def test_unsupported_keyword_is_refused_by_name_with_the_supported_ones(raw, keyword, hint):
    with pytest.raises(UnknownKey, match=f"keyword '{keyword}'") as caught:
        DataSchema.from_json(raw)
    assert hint in str(caught.value.fix)
    assert caught.value.sample == keyword


@pytest.mark.parametrize(
    "raw",
    [
        {"type": "array"},
        {"properties": ["a"]},
        {"properties": {"a": "string"}},
        {"properties": {"a": {"type": "text"}}},
        {"properties": {"a": {"type": 3}}},
        {"properties": {"a": {"enum": "abc"}}},
        {"properties": {"a": {"minimum": "0"}}},
        {"properties": {"a": {"exclusiveMinimum": True}}},
        {"properties": {"a": {"minLength": -1}}},
        {"properties": {"a": {"maxLength": 1.5}}},
        {"properties": {"a": {"pattern": "("}}},
        {"properties": {"a": {"pattern": 7}}},
        {"required": "a"},
        {"required": [1]},
        {"additionalProperties": {"type": "string"}},
    ],
)
def test_keyword_with_an_impossible_value_is_refused(raw):
    with pytest.raises(InvalidValue, match="In the data schema"):
        DataSchema.from_json(raw)


def test_schema_of_some_columns_forgets_the_others():
    schema = DataSchema.from_json(CUSTOMER).only(["plan", "zip"])
    assert schema.check_row({"plan": "plus"}) == []
    assert schema.check_row({"zip": "01234"}) == ["Column 'plan' is missing."]


def test_notes_survive_writing():
    assert DataSchema.from_json(CUSTOMER).to_json() == CUSTOMER
