"""Every form of a request is answered alike, and what is odd about it is said."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelyard.domain.columns import ColumnKind, InputColumn
from modelyard.domain.errors import (
    InvalidValue,
    MalformedBody,
    MissingColumns,
    NotFound,
    UnknownKey,
    UnparseableValue,
    UnsupportedPackage,
)
from modelyard.runtime.blocks import Blocks
from modelyard.runtime.reading import InputReader
from modelyard.serving.batches import (
    MOST_ERRORS,
    PIECE_ROWS,
    ColumnLists,
    RowList,
    predict_batch,
)
from modelyard.serving.queries import Query, read_query
from modelyard.serving.shelf import Shelf

Post = Callable[..., Any]
Rows = list[dict[str, Any]]


def _columns(rows: Rows) -> dict[str, list[Any]]:
    return {name: [row[name] for row in rows] for name in rows[0]}


def test_every_form_answers_what_the_package_answered_when_it_was_made(
    post: Post, recorded: Mapping[str, Any]
) -> None:
    rows, labels = recorded["rows"], recorded["labels"]
    for row, value, chances in zip(
        rows, recorded["values"], recorded["probabilities"], strict=True
    ):
        answer = post("/predict", {"row": row})
        assert answer["prediction"] == value
        told = [answer["probabilities"][label] for label in labels]
        assert told == pytest.approx(chances, abs=1e-12)
    for path, body in (
        ("/predict-batch", {"rows": rows}),
        ("/predict-batch", {"columns": _columns(rows)}),
        ("/predict/tabular", {"features": [list(row.values()) for row in rows]}),
    ):
        answer = post(path, body)
        assert answer["predictions"] == recorded["values"]
        for told, chances in zip(answer["probabilities"], recorded["probabilities"], strict=True):
            assert told == pytest.approx(chances, abs=1e-12)
        assert answer["labels"] == labels
        assert answer["errors"] == []


def test_the_order_of_columns_does_not_matter(post: Post, rows: Rows) -> None:
    turned = dict(reversed(rows[0].items()))
    one, other = post("/predict", {"row": rows[0]}), post("/predict", {"row": turned})
    assert one["probabilities"] == other["probabilities"]


def test_numbers_may_come_as_texts(post: Post, rows: Rows) -> None:
    spelled = {name: str(cell) for name, cell in rows[0].items() if cell is not None}
    one, other = post("/predict", {"row": rows[0]}), post("/predict", {"row": rows[0] | spelled})
    assert one["probabilities"] == other["probabilities"]


def test_a_column_too_much_is_ignored_and_named(post: Post, rows: Rows) -> None:
    plain = post("/predict", {"row": rows[0]})
    more = post("/predict", {"row": rows[0] | {"rogue": 1}})
    assert more["ignored_columns"] == ["rogue"]
    assert more["probabilities"] == plain["probabilities"]
    assert "ignored_columns" not in plain
    told = post("/predict-batch", {"rows": [rows[0], rows[0] | {"rogue": 1}, rows[0] | {"r": 2}]})
    assert told["ignored_columns"] == ["rogue", "r"]


def test_what_training_never_saw_is_flagged(post: Post, rows: Rows) -> None:
    odd = rows[0] | {"island": "Atlantis", "bill_length_mm": 1e6, "body_mass_g": None}
    flags = post("/predict", {"row": odd})["flags"]
    assert {flag["column"]: flag["kind"] for flag in flags} == {
        "island": "unseen-category",
        "bill_length_mm": "out-of-range",
        "body_mass_g": "missing-value",
    }
    assert post("/predict-batch", {"rows": [rows[0], odd]})["flags"][0]["rows"] == [2]


def test_a_missing_column_is_named(post: Post, rows: Rows) -> None:
    short = {name: cell for name, cell in rows[0].items() if name != "island"}
    with pytest.raises(MissingColumns, match="island"):
        post("/predict", {"row": short})
    with pytest.raises(MissingColumns, match="island"):
        post("/predict-batch", {"columns": _columns([short])})


def test_a_name_in_another_unicode_form_is_told_apart() -> None:
    wanted = InputReader([InputColumn("gr\u00f6\u00dfe", ColumnKind.NUMERIC)], ())
    with pytest.raises(MissingColumns, match=r"looks alike .* send the name in the form NFC"):
        wanted.read_row({"gro\u0308\u00dfe": 1})
    with pytest.raises(MissingColumns, match="The nearest that came is"):
        wanted.read_row({"gr\u00f6sse": 1})


def test_a_cell_that_does_not_fit_is_named_by_row_and_column(post: Post, rows: Rows) -> None:
    with pytest.raises(UnparseableValue) as caught:
        post("/predict", {"row": rows[0] | {"body_mass_g": "heavy"}})
    assert (caught.value.row, caught.value.column, caught.value.sample) == (
        1,
        "body_mass_g",
        "heavy",
    )


@pytest.mark.parametrize("form", ["rows", "columns"])
def test_one_bad_row_of_a_batch_fails_alone(post: Post, rows: Rows, form: str) -> None:
    many = (rows * 200)[:1000]
    bad = [*many[:776], many[776] | {"body_mass_g": "heavy"}, *many[777:]]
    body = {"rows": bad} if form == "rows" else {"columns": _columns(bad)}
    good, answer = post("/predict-batch", {"rows": many}), post("/predict-batch", body)
    [error] = answer["errors"]
    assert (error["row"], error["column"], error["code"]) == (
        777,
        "body_mass_g",
        "unparseable-value",
    )
    assert "row 777" in error["detail"]
    assert answer["predictions"][776] is answer["probabilities"][776] is None
    # A vector of another length may differ in the last bit of an exponential.
    for at in (*range(776), *range(777, 1000)):
        assert answer["probabilities"][at] == pytest.approx(good["probabilities"][at], abs=1e-12)
    with pytest.raises(UnparseableValue, match="row 777"):
        post("/predict-batch", body, "strict=true")


def test_a_batch_without_a_good_row_is_refused(post: Post, rows: Rows) -> None:
    with pytest.raises(UnparseableValue, match="row 1 "):
        post("/predict-batch", {"rows": [row | {"body_mass_g": "heavy"} for row in rows]})


@given(st.sets(st.integers(0, 63), max_size=20))
def test_exactly_the_bad_rows_fail(shelf: Shelf, rows: Rows, bad: set[int]) -> None:
    predictor = shelf.models["penguins"].predictor
    many = [rows[at % len(rows)] | ({"year": "?!"} if at in bad else {}) for at in range(64)]
    batch = predict_batch(predictor, RowList(many))
    assert {each.row - 1 for each in batch.errors} == bad
    assert batch.failed == bad
    answered = [at for piece in batch.pieces for at in piece.positions]
    assert answered == [at for at in range(64) if at not in bad]


class _Counted:
    """Rows that count how often they are read."""

    def __init__(self, rows: Any, reads: list[int]) -> None:
        self._rows, self._reads = rows, reads
        self.n_rows, self.ignored = rows.n_rows, rows.ignored

    def read(self, reader: InputReader) -> Blocks:
        self._reads.append(self.n_rows)
        return cast("Blocks", self._rows.read(reader))

    def part(self, start: int, stop: int) -> "_Counted":
        return _Counted(self._rows.part(start, stop), self._reads)

    def chosen(self, positions: Sequence[int]) -> "_Counted":
        return _Counted(self._rows.chosen(positions), self._reads)


def test_what_is_wrong_with_all_rows_is_found_at_once(shelf: Shelf, rows: Rows) -> None:
    short = {name: cells for name, cells in _columns(rows * 100).items() if name != "island"}
    reads: list[int] = []
    with pytest.raises(MissingColumns, match="The input lacks 'island'"):
        predict_batch(
            shelf.models["penguins"].predictor, _Counted(ColumnLists(short, len(rows) * 100), reads)
        )
    assert len(reads) == 1


def test_bad_rows_of_every_column_are_parted_in_one_turn(shelf: Shelf, rows: Rows) -> None:
    predictor = shelf.models["penguins"].predictor
    numbers = ("bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g", "year")
    many = [
        rows[0] | ({numbers[at % 5]: "?!"} if at % 2 else {}) for at in range(2 * MOST_ERRORS + 50)
    ]
    reads: list[int] = []
    batch = predict_batch(predictor, _Counted(RowList(many), reads))
    assert [n_rows for n_rows in reads if n_rows > 1] == [len(many), len(many) // 2]
    assert len(batch.errors) == MOST_ERRORS
    assert batch.failed == set(range(1, len(many), 2))


def test_bad_rows_beyond_the_first_thousand_are_counted(post: Post, rows: Rows) -> None:
    n_bad = MOST_ERRORS + 7
    many = [rows[0], *[rows[0] | {"year": "?!"}] * n_bad, rows[0]]
    answer = post("/predict-batch", {"rows": many})
    assert (answer["n_failed"], len(answer["errors"])) == (n_bad, MOST_ERRORS)
    assert [at for at, each in enumerate(answer["predictions"]) if each is not None] == [
        0,
        n_bad + 1,
    ]


def test_rows_that_lack_a_column_fail_alone(post: Post, rows: Rows) -> None:
    short = {name: cell for name, cell in rows[0].items() if name != "year"}
    answer = post("/predict-batch", {"rows": [rows[0], short, rows[0], short | {"rogue": 1}]})
    assert [(each["row"], each["code"]) for each in answer["errors"]] == [
        (2, "missing-columns"),
        (4, "missing-columns"),
    ]
    assert "Row 2 lacks 'year'" in answer["errors"][0]["detail"]


def test_rows_beyond_one_piece_keep_their_order_and_their_numbers(shelf: Shelf, rows: Rows) -> None:
    predictor = shelf.models["penguins"].predictor
    many = [rows[0]] * (PIECE_ROWS + 5)
    many[PIECE_ROWS + 2] = rows[0] | {"year": "?!"}
    many[PIECE_ROWS + 3] = rows[0] | {"island": "Atlantis"}
    batch = predict_batch(predictor, RowList(many))
    assert [each.row for each in batch.errors] == [PIECE_ROWS + 3]
    assert [(flag.column, flag.rows) for flag in batch.flags(predictor)] == [
        ("island", (PIECE_ROWS + 4,))
    ]


def test_no_rows_are_answered_by_no_answers(post: Post, rows: Rows) -> None:
    empty = {name: [] for name in rows[0]}
    for body in ({"rows": []}, {"columns": empty}, {"columns": {}}):
        answer = post("/predict-batch", body)
        assert (answer["predictions"], answer["n_rows"]) == ([], 0)
    assert post("/predict/tabular", {"features": []})["predictions"] == []


@pytest.mark.parametrize(
    ("path", "body", "place"),
    [
        ("/predict", [], "$"),
        ("/predict", {}, "$"),
        ("/predict", {"rows": []}, "$"),
        ("/predict", {"row": [1]}, "$.row"),
        ("/predict-batch", {"rows": {}}, "$.rows"),
        ("/predict-batch", {"rows": [{}, 5]}, "$.rows[1]"),
        ("/predict-batch", {"rows": [], "columns": {}}, "$"),
        ("/predict-batch", {"columns": []}, "$.columns"),
        ("/predict-batch", {"columns": {"a": 1}}, "$.columns.a"),
        ("/predict-batch", {"columns": {"a": [1], "b": [1, 2]}}, "$.columns.b"),
        ("/predict/tabular", {"features": [1]}, "$.features[0]"),
        ("/predict/tabular", {"features": [[1]]}, "$.features[0]"),
    ],
)
def test_a_body_of_another_form_is_refused_with_its_place(
    post: Post, path: str, body: Any, place: str
) -> None:
    with pytest.raises(MalformedBody) as caught:
        post(path, body)
    assert caught.value.path == place
    assert caught.value.fix


def test_reasons_sum_up_to_the_score(post: Post, rows: Rows) -> None:
    told = post("/predict", {"row": rows[0]}, "explain=2")["explanation"]
    assert len(told["contributions"]) == 2
    amounts = sum(each["amount"] for each in told["contributions"])
    assert told["base"] + amounts + told["others"] == pytest.approx(told["score"], abs=1e-9)
    assert all("error" in each for each in told["contributions"])
    many = post("/predict-batch", {"rows": rows[:2]}, "explain=2")["explanations"]
    assert many[0] == told


def test_too_many_rows_are_not_explained(post: Post, rows: Rows) -> None:
    with pytest.raises(InvalidValue, match="At most 100 rows"):
        post("/predict-batch", {"rows": (rows * 101)[:101]}, "explain=1")


def test_labels_have_no_intervals_and_an_old_package_no_sets(post: Post, rows: Rows) -> None:
    with pytest.raises(InvalidValue, match="no intervals"):
        post("/predict", {"row": rows[0]}, "interval=90")
    with pytest.raises(UnsupportedPackage, match="before intervals and sets"):
        post("/predict", {"row": rows[0]}, "sets=90")


def test_a_model_of_tables_says_that_it_takes_no_picture(post: Post) -> None:
    with pytest.raises(NotFound, match="not one picture"):
        post("/predict/image", b"")


def test_an_address_says_what_is_asked_for() -> None:
    assert read_query(b"") == Query()
    assert read_query(b"interval=90&explain=3&strict=true") == Query(0.9, None, 3, is_strict=True)
    assert read_query(b"sets=99.5") == Query(sets=0.995)


@pytest.mark.parametrize(
    "query",
    [
        b"interval=0",
        b"sets=1",
        b"sets=100",
        b"interval=x",
        b"interval=nan",
        b"explain=0",
        b"strict=maybe",
    ],
)
def test_an_option_out_of_its_range_is_refused(query: bytes) -> None:
    with pytest.raises(InvalidValue, match="came"):
        read_query(query)


@pytest.mark.parametrize(
    ("given", "meant"), [("0.95", "95"), ("0.005", "90"), ("0.01", "90"), ("0.9999999", "90")]
)
def test_a_share_is_no_percentage(given: str, meant: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        read_query(f"interval={given}".encode())
    assert f"'{given}' came. For example: ?interval={meant}." in str(caught.value)


@pytest.mark.parametrize("query", [b"sets=90&sets=50", b"strict=true&%73trict=true"])
def test_an_option_that_comes_twice_is_refused(query: bytes) -> None:
    with pytest.raises(InvalidValue, match="came twice"):
        read_query(query)


def test_an_option_that_does_not_exist_is_refused_with_the_nearest() -> None:
    with pytest.raises(UnknownKey) as caught:
        read_query(b"intervall=90")
    assert "Did you mean 'interval'?" in str(caught.value)
