"""The recipe that is fitted is the one that an algorithm and its user asked for."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import polars as pl
import pytest

from modelyard.catalog import Catalog
from modelyard.domain.columns import Column, ColumnKind
from modelyard.domain.configs import PreparationConfig
from modelyard.domain.errors import InvalidValue
from modelyard.domain.tables import Table
from modelyard.engine.preparing import Prepared, blocks_of, fit_recipe, rows_of
from modelyard.protocols.algorithms import Needs
from modelyard.protocols.transforms import Lesson
from modelyard.runtime.recipes import Recipe

LINEAR = Needs(takes_missing=False, normalize="standard", categorical_encoding="one_hot")
TREES = Needs(takes_missing=True, normalize="none", categorical_encoding="ordinal")


@pytest.fixture
def table() -> Table:
    frame = pl.DataFrame(
        {
            "age": [20.0, None, 40.0, 60.0],
            "seen": [datetime(2020, 1, 2, tzinfo=UTC)] * 3 + [None],
            "sex": ["m", "f", "m", None],
            "sex=m": [1.0, 2.0, 3.0, 4.0],
        },
        schema_overrides={"seen": pl.Datetime("us")},
    )
    kinds = (ColumnKind.NUMERIC, ColumnKind.DATETIME, ColumnKind.CATEGORY, ColumnKind.NUMERIC)
    columns = tuple(Column(n, k) for n, k in zip(frame.columns, kinds, strict=True))
    return Table(frame, columns)


def _fit(table: Table, needs: Needs, **preparation: str) -> Recipe:
    return _prepared(table, needs, PreparationConfig(**preparation)).recipe


def _prepared(table: Table, needs: Needs, preparation: PreparationConfig) -> Prepared:
    return fit_recipe(
        blocks_of(table),
        table.columns,
        needs=needs,
        preparation=preparation,
        transforms=Catalog().transforms(),
        lesson=Lesson(np.random.default_rng(0), np.arange(table.n_rows) % 2, ("no", "yes")),
    )


def _matrix(table: Table, recipe: Recipe) -> dict[str, np.ndarray]:
    features = recipe.apply(blocks_of(table))
    return {name: features[:, at] for at, name in enumerate(recipe.features)}


def test_a_linear_algorithm_gets_numbers_without_gaps_at_one_scale(table: Table) -> None:
    made = _matrix(table, _fit(table, LINEAR))
    assert not any(np.isnan(values).any() for values in made.values())
    assert made["age"].mean() == pytest.approx(0)
    assert made["age"].std() == pytest.approx(1)


def test_a_gap_leaves_a_trace_for_an_algorithm_that_takes_none(table: Table) -> None:
    made = _matrix(table, _fit(table, LINEAR))
    flags = [values for name, values in made.items() if name.startswith("age") and name != "age"]
    assert len(flags) == 1
    assert len(set(flags[0].tolist())) == 2


def test_trees_keep_their_gaps_and_their_scale(table: Table) -> None:
    made = _matrix(table, _fit(table, TREES))
    assert made["age"].tolist()[0] == 20.0
    assert np.isnan(made["age"][1])


def test_a_made_column_never_hides_a_raw_one_of_its_name(table: Table) -> None:
    recipe = _fit(table, LINEAR, normalize="none")
    made = _matrix(table, recipe)
    assert len(set(recipe.features)) == len(recipe.features)
    assert made["sex=m"].tolist() == [1.0, 2.0, 3.0, 4.0]


def test_made_columns_never_hide_each_other() -> None:
    words = {
        "a": ["b=c", "(missing)", None, "x", "(missing)'"],
        "a=b": ["c", "c", "d", "d", "c"],
    }
    frame = pl.DataFrame(words)
    table = Table(frame, tuple(Column(name, ColumnKind.CATEGORY) for name in words))
    recipe = _fit(table, LINEAR)
    assert len(set(recipe.features)) == len(recipe.features) == 5 + 2
    made = recipe.apply(blocks_of(table))
    # Each row has a one for each of its two cells, and no two columns are alike by mistake.
    assert made.sum(axis=1).tolist() == [2.0] * 5
    assert sorted(made.sum(axis=0).tolist()) == [1.0] * 5 + [2.0, 3.0]


def test_the_user_overrules_the_card(table: Table) -> None:
    made = _matrix(table, _fit(table, TREES, handle_missing="mean", categorical_encoding="one_hot"))
    assert made["age"][1] == pytest.approx(40.0)
    assert sum(name.startswith("sex=") for name in made) > 1


def test_ordinal_codes_have_no_gaps_for_an_algorithm_that_takes_none(table: Table) -> None:
    made = _matrix(table, _fit(table, LINEAR, categorical_encoding="ordinal"))
    assert not np.isnan(made["sex"]).any()


@pytest.mark.parametrize("option", ["normalize", "handle_missing", "categorical_encoding"])
def test_an_unknown_word_is_refused_with_those_that_are_known(table: Table, option: str) -> None:
    with pytest.raises(InvalidValue, match=f"{option} must be one of auto"):
        _fit(table, LINEAR, **{option: "wonder"})


def test_a_recipe_reads_back_from_json_as_it_was(table: Table) -> None:
    recipe = _fit(table, LINEAR)
    blocks = blocks_of(table)
    again = Recipe.from_dict(recipe.to_dict())
    assert np.array_equal(again.apply(blocks), recipe.apply(blocks))


def test_each_row_is_prepared_on_its_own(table: Table) -> None:
    recipe, blocks = _fit(table, LINEAR), blocks_of(table)
    batch = recipe.apply(blocks)
    for at in range(table.n_rows):
        single = recipe.apply(rows_of(blocks, np.array([at])))
        assert np.array_equal(single[0], batch[at])


def test_the_documents_word_for_codes_is_known(table: Table) -> None:
    assert _fit(table, LINEAR, categorical_encoding="label") == _fit(
        table, LINEAR, categorical_encoding="ordinal"
    )


def test_one_column_is_prepared_in_its_own_way(table: Table) -> None:
    columns = {"age": {"handle_missing": "constant", "normalize": "none"}}
    made = _matrix(table, _prepared(table, LINEAR, PreparationConfig(columns=columns)).recipe)
    assert made["age"].tolist() == [20.0, 0.0, 40.0, 60.0]
    assert made["sex=m"].mean() == pytest.approx(0)


def test_numbers_made_of_a_date_are_prepared_as_their_date(table: Table) -> None:
    columns = {"seen": {"normalize": "none"}}
    made = _matrix(table, _prepared(table, LINEAR, PreparationConfig(columns=columns)).recipe)
    assert made["seen.days"].tolist() == [18263.0] * 4


def test_an_unknown_word_for_one_column_names_the_column(table: Table) -> None:
    preparation = PreparationConfig(columns={"age": {"normalize": "wonder"}})
    with pytest.raises(InvalidValue, match="normalize of column 'age' must be one of auto"):
        _prepared(table, LINEAR, preparation)


def test_training_rows_of_a_target_encoding_are_not_what_new_rows_get(table: Table) -> None:
    preparation = PreparationConfig(categorical_encoding="target")
    prepared = _prepared(table, LINEAR, preparation)
    at = prepared.recipe.features.index("sex")
    served = prepared.recipe.apply(blocks_of(table))
    assert prepared.taught[:, at].tolist() != served[:, at].tolist()


@pytest.mark.parametrize("needs", [LINEAR, TREES])
def test_training_rows_are_prepared_as_new_rows_where_no_target_is_learned(
    table: Table, needs: Needs
) -> None:
    prepared = _prepared(table, needs, PreparationConfig())
    assert np.array_equal(prepared.taught, prepared.recipe.apply(blocks_of(table)), equal_nan=True)


def test_products_are_made_of_what_was_filled_and_scaled(table: Table) -> None:
    made = _matrix(table, _fit(table, LINEAR, engineered_features="polynomial"))
    assert made["age^2"].tolist() == pytest.approx((made["age"] ** 2).tolist())
    assert "age*seen.days" in made


def test_words_are_filled_where_the_word_for_gaps_fills_words(table: Table) -> None:
    made = _matrix(table, _fit(table, LINEAR, handle_missing="most_frequent"))
    assert made["sex is missing"].tolist() == [0.0, 0.0, 0.0, 1.0]
    assert made["sex=m'"].tolist() == [1.0, 0.0, 1.0, 1.0]


@pytest.mark.parametrize("needs", [LINEAR, TREES])
def test_free_text_is_read(needs: Needs) -> None:
    frame = pl.DataFrame({"note": ["red wine", "red beer", None, "white wine"]})
    table = Table(frame, (Column("note", ColumnKind.TEXT),))
    made = _matrix(table, _fit(table, needs))
    assert made["note: red"].tolist() == pytest.approx([0.5**0.5, 1.0, 0.0, 0.0])


def test_measures_of_texts_are_never_multiplied() -> None:
    frame = pl.DataFrame({"x": [1.0, 2.0, 3.0], "note": ["red WINE", "9 beers", "white wine"]})
    table = Table(frame, (Column("x", ColumnKind.NUMERIC), Column("note", ColumnKind.TEXT)))
    made = _matrix(table, _fit(table, TREES, engineered_features="polynomial"))
    assert {name for name in made if "*" in name or "^" in name} == {"x^2"}
    assert "note.characters" in made


def test_texts_are_measured_and_scaled_as_numbers_unless_they_are_read_in_order() -> None:
    frame = pl.DataFrame({"note": ["red WINE", "9 beers", None, "white wine"]})
    table = Table(frame, (Column("note", ColumnKind.TEXT),))
    plain = _matrix(table, _fit(table, TREES))
    assert plain["note.characters"].tolist() == [8.0, 7.0, 0.0, 10.0]
    assert plain["note.words"].tolist() == [2.0, 2.0, 0.0, 2.0]
    assert plain["note.capitals"].tolist() == [0.5, 0.0, 0.0, 0.0]
    assert plain["note.digits"].tolist() == pytest.approx([0.0, 1 / 7, 0.0, 0.0])
    scaled = _matrix(table, _fit(table, LINEAR))
    assert scaled["note.characters"].mean() == pytest.approx(0.0)
    in_order = _matrix(table, _fit(table, replace(TREES, text="token_ids")))
    assert not any(name.startswith("note.") for name in in_order)


@pytest.mark.parametrize("encoding", ["one_hot", "ordinal", "target", "frequency", "hashing"])
def test_every_encoding_leaves_no_gap_for_an_algorithm_that_takes_none(
    table: Table, encoding: str
) -> None:
    prepared = _prepared(table, LINEAR, PreparationConfig(categorical_encoding=encoding))
    assert not np.isnan(prepared.taught).any()
    assert not np.isnan(prepared.recipe.apply(blocks_of(table))).any()
