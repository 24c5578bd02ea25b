"""What a package says is true of the rows that taught, and what is proved is what is served."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelyard.catalog import Catalog
from modelyard.domain.columns import ColumnKind
from modelyard.domain.configs import PreparationConfig, TrainingConfig
from modelyard.domain.errors import ParityExceeded
from modelyard.domain.predictions import FlagKind
from modelyard.domain.tables import RawTable, SourceFacts
from modelyard.engine.kinds.typing import conform
from modelyard.engine.preparing import blocks_of
from modelyard.engine.publishing.drafting import Draft, draft_package
from modelyard.engine.training import Trained, train
from modelyard.engine.workshop import Workshop
from modelyard.packaging.hashing import content_hash, content_hash_of
from modelyard.packaging.signing import SigningKey
from modelyard.packaging.writing import write_package
from modelyard.protocols.progress import Silence
from modelyard.runtime.packages import MODEL, REFERENCE, REPORT, REPORT_DATA, STATISTICS
from modelyard.runtime.predictor import Predictor

N_ROWS = 120
CATALOG = Catalog()
# Names that libraries give to columns of their own, and that one-hot columns get.
HOSTILE = (
    "count", "n", "len", "literal", "index", "value", "values", "word", "row_nr", "features",
    "scores", "word=m", "sex=m", "sex=(missing)", "sex", "a", "a=b", "__index__", "column_0",
)  # fmt: skip


def _rng() -> np.random.Generator:
    return np.random.default_rng(7)


def _text_frame() -> pl.DataFrame:
    """Return a table as a file holds it: every cell is text."""
    rng = _rng()
    days = [datetime(2020, 1, 1, tzinfo=UTC) + timedelta(days=int(n)) for n in range(N_ROWS)]
    size = rng.normal(100, 20, N_ROWS).round(2)
    columns: dict[str, list[str]] = {
        "size": [str(each) for each in size],
        "rooms": [str(each) for each in rng.integers(1, 40, N_ROWS)],
        "garden": rng.choice(["Yes", "no"], N_ROWS).tolist(),
        "sold": [f"{day:%d.%m.%Y}" for day in days],
        "seen": [day.isoformat()[:10] for day in reversed(days)],
        "town": rng.choice(["Rome", "Oslo", " Bonn"], N_ROWS).tolist(),
        "dear": ["high" if each > 100 else "low" for each in size],
    }
    for name in ("size", "garden", "sold", "town"):
        for at in rng.choice(N_ROWS, 9, replace=False):
            columns[name][at] = "NA"
    return pl.DataFrame(columns)


def _typed_frame() -> pl.DataFrame:
    text = _text_frame().with_columns(pl.all().replace("NA", None))
    return text.with_columns(
        pl.col("size").cast(pl.Float64),
        pl.col("rooms").cast(pl.Int64),
        pl.col("garden") == "Yes",
        pl.col("sold").str.to_datetime("%d.%m.%Y"),
        pl.col("seen").str.to_date("%Y-%m-%d"),
    )


FACTS = SourceFacts("memory", sha256="0" * 64)


def _trained(
    frame: pl.DataFrame,
    *,
    target: str = "dear",
    n_threads: int = 1,
    facts: SourceFacts = FACTS,
    **how: Any,
) -> Trained:
    raw = RawTable(frame, facts)
    every = frozenset(CATALOG.checks())
    config = TrainingConfig(
        target=target, **{"algorithm": "logistic-regression", "accepted": every} | how
    )
    return train(raw, config, workshop=Workshop(CATALOG, lambda: 0.0, Silence(), n_threads))


def _draft(trained: Trained, *, created_at: str = "2026-01-01T00:00:00+00:00") -> Draft:
    return draft_package(trained, name="toy", created_at=created_at)


@pytest.fixture(params=["text", "typed"])
def trained(request: pytest.FixtureRequest) -> Trained:
    return _trained(_text_frame() if request.param == "text" else _typed_frame())


def _rows(columns: dict[str, list[Any]]) -> list[dict[str, Any]]:
    return [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]


def _as_table(draft: Draft, rows: list[dict[str, Any]]) -> RawTable:
    names = [column.name for column in draft.manifest.inputs]
    frame = pl.DataFrame({name: [row[name] for row in rows] for name in names}, strict=False)
    return RawTable(frame, SourceFacts("python", missing_tokens=draft.manifest.missing_tokens))


def test_reference_rows_go_through_both_doors_and_mean_what_they_meant(trained: Trained) -> None:
    draft = _draft(trained)
    predictor = Predictor.reading(draft.manifest, draft.contents)
    # They cross a wire as JSON.
    rows = _rows(json.loads(draft.contents[REFERENCE])["columns"])
    assert len(rows) == len(trained.fitted.taught)
    batch = predictor.predict_blocks(
        blocks_of(conform(_as_table(draft, rows), draft.manifest.inputs))
    )
    single = [predictor.predict_row(row) for row in rows]
    own = trained.fitted.scores(
        blocks_of(trained.table.take(trained.fitted.taught).select(trained.examination.features))
    )
    assert batch.probabilities == pytest.approx(own, abs=1e-12)
    assert [list(each.probabilities.values()) for each in single] == [
        pytest.approx(each, abs=1e-12) for each in own.tolist()
    ]


def test_examples_go_through_both_doors(trained: Trained) -> None:
    draft = _draft(trained)
    inputs = draft.manifest.inputs
    row = json.loads(json.dumps({column.name: column.example for column in inputs}))
    assert None not in row.values()
    predictor = Predictor.reading(draft.manifest, draft.contents)
    batch = predictor.predict_blocks(blocks_of(conform(_as_table(draft, [row]), inputs)))
    assert predictor.predict_row(row).value == batch.values[0]


def test_an_example_is_written_as_its_column_is() -> None:
    text = {
        column.name: column.example for column in _draft(_trained(_text_frame())).manifest.inputs
    }
    assert text["garden"] in {"Yes", "no"}
    assert len(text["sold"]) == len("31.01.2020")
    assert text["sold"][2] == "."
    assert type(text["rooms"]) is int
    typed = {c.name: c.example for c in _draft(_trained(_typed_frame())).manifest.inputs}
    assert type(typed["garden"]) is bool
    assert typed["sold"][4] == typed["seen"][4] == "-"


def test_inputs_tell_what_the_rows_held() -> None:
    trained = _trained(_text_frame())
    size, rooms, garden, _, seen, town = _draft(trained).manifest.inputs
    taught = trained.table.take(trained.fitted.taught)
    assert (size.minimum, size.maximum) == (taught.frame["size"].min(), taught.frame["size"].max())
    assert size.n_missing == taught.frame["size"].null_count() > 0
    assert (rooms.kind, garden.kind) == (ColumnKind.INTEGER, ColumnKind.BOOLEAN)
    assert (garden.minimum, garden.maximum) == (0.0, 1.0)
    assert set(town.categories) == {"Rome", "Oslo", "Bonn"}
    assert seen.kind is ColumnKind.DATETIME
    counts = taught.frame["town"].value_counts()
    assert town.categories[0] == counts.drop_nulls().sort("count")["town"][-1]


def test_facts_are_those_of_the_rows_that_taught() -> None:
    frame = _text_frame()
    trained = _trained(frame, preparation=PreparationConfig(handle_missing="drop"))
    draft = _draft(trained)
    assert all(column.n_missing == 0 for column in draft.manifest.inputs)
    n_taught = len(trained.fitted.taught)
    assert n_taught < len(trained.split.train) + len(trained.split.validation)
    assert json.loads(draft.contents[STATISTICS])["n_rows"] == n_taught
    (columns,) = json.loads(draft.contents[REFERENCE]).values()
    assert {len(cells) for cells in columns.values()} == {n_taught}
    assert not any(None in cells for cells in columns.values())


def test_every_word_that_taught_is_known_however_many_there_are() -> None:
    n_rows, rng = 15_000, _rng()
    frame = pl.DataFrame(
        {
            "word": [f"w{at % 14_000}" for at in range(n_rows)],
            "size": rng.normal(size=n_rows),
            "dear": rng.choice(["a", "b"], n_rows),
        }
    )
    how = {"read": replace(TrainingConfig(target="dear").read, kinds={"word": ColumnKind.CATEGORY})}
    trained = _trained(frame, algorithm="dummy", **how)
    draft = _draft(trained)
    predictor = Predictor.reading(draft.manifest, draft.contents)
    at = trained.examination.features.index("word") - 1
    taught = trained.plan.blocks.strings[trained.fitted.taught, at]
    assert len(set(taught)) > 10_000
    rows = [{"word": word, "size": 0.0} for word in (*sorted(set(taught)), "never", None)]
    flags = {flag.kind: flag for flag in predictor.flags(predictor.reader.read_rows(rows))}
    assert flags[FlagKind.UNSEEN_CATEGORY].sample == ("never",)
    assert flags[FlagKind.UNSEEN_CATEGORY].n_rows == 1


@pytest.mark.parametrize("algorithm", ["lightgbm", "logistic-regression", "random-forest"])
@pytest.mark.parametrize("frame", [_text_frame(), _typed_frame()], ids=["text", "typed"])
def test_odd_cells_are_answered_as_the_model_in_memory_answers(algorithm, frame) -> None:
    trained = _trained(frame, algorithm=algorithm)
    parity = _draft(trained).manifest.parity
    assert parity.n_flips == 0
    assert parity.n_rows_batch == parity.n_rows_single == len(trained.split.test)


def test_a_file_with_decimal_commas_and_a_marking_number_is_proved() -> None:
    frame = _text_frame().with_columns(pl.col("size").str.replace(".", ",", literal=True))
    frame = frame.with_columns(pl.all().replace("NA", "-999"))
    facts = replace(FACTS, decimal=",")
    read = replace(TrainingConfig(target="dear").read, missing_tokens=("-999",))
    parity = _draft(_trained(frame, facts=facts, read=read)).manifest.parity
    assert parity.n_flips == 0
    assert parity.n_rows_single > 0


@pytest.mark.parametrize("algorithm", ["linear-regression", "lightgbm", "random-forest"])
def test_numbers_far_beyond_the_training_are_answered_alike(algorithm: str) -> None:
    parity = _draft(_trained(_text_frame(), target="size", algorithm=algorithm)).manifest.parity
    assert parity.max_difference <= 1e-5
    assert parity.n_rows_single > 0


def test_a_reader_that_reads_otherwise_than_training_is_refused() -> None:
    """The rows go through the reader: a model that is right behind a wrong door does not pass."""
    trained = _trained(_text_frame())
    swapped = tuple(
        replace(column, true_words=column.false_words, false_words=column.true_words)
        for column in trained.plan.columns
    )
    with pytest.raises(ParityExceeded):
        _draft(replace(trained, plan=replace(trained.plan, columns=swapped)))


@pytest.mark.parametrize("algorithm", ["lightgbm", "random-forest", "logistic-regression"])
def test_the_engine_run_twice_gives_the_same_content(algorithm: str) -> None:
    hashes = set()
    for at, n_threads in enumerate((1, 1, 2, 3)):
        trained = _trained(_text_frame(), algorithm=algorithm, n_threads=n_threads)
        draft = _draft(trained, created_at=f"2026-01-0{at + 1}T00:00:00+00:00")
        for name in (REPORT, REPORT_DATA):
            draft = draft.with_file(name, f"made at {at}".encode())
        hashes.add(content_hash(draft.manifest, draft.contents))
    assert len(hashes) == 1


def test_a_package_that_was_written_has_the_content_hash_of_its_draft(
    tmp_path: Path, key: SigningKey
) -> None:
    draft = _draft(_trained(_text_frame())).with_file(REPORT, b"made today")
    written = write_package(tmp_path, draft.manifest, contents=draft.contents, key=key)
    assert written.files
    assert content_hash_of(written) == content_hash(draft.manifest, draft.contents)


def test_the_content_hash_tells_models_and_manifests_apart() -> None:
    draft = _draft(_trained(_text_frame()))
    other = draft.with_file(MODEL, draft.contents[MODEL] + b" ")
    renamed = replace(draft.manifest, name="other")
    hashes = {
        content_hash(draft.manifest, draft.contents),
        content_hash(draft.manifest, other.contents),
        content_hash(renamed, draft.contents),
    }
    assert len(hashes) == 3
    assert MODEL in draft.contents
    assert other.contents is not draft.contents


@settings(max_examples=12)
@given(
    names=st.lists(st.sampled_from(HOSTILE), min_size=4, max_size=4, unique=True),
    algorithm=st.sampled_from(["logistic-regression", "lightgbm"]),
    is_typed=st.booleans(),
)
def test_no_column_name_is_one_too_many(names: list[str], algorithm: str, is_typed: bool) -> None:
    rng = _rng()
    target, *others = names
    columns: dict[str, Any] = {
        others[0]: rng.normal(size=N_ROWS).round(3),
        others[1]: rng.choice(["m", "b", "(missing)", None], N_ROWS),
        others[2]: rng.choice(["b=m", "m", "c", None], N_ROWS),
        target: rng.choice(["yes", "no", "maybe"], N_ROWS),
    }
    frame = pl.DataFrame({name: list(values) for name, values in columns.items()})
    if not is_typed:
        frame = frame.cast(pl.String)
    trained = _trained(frame, target=target, algorithm=algorithm)
    features = trained.fitted.recipe.features
    assert len(set(features)) == len(features)
    draft = _draft(trained)
    assert [column.name for column in draft.manifest.inputs] == others
    assert draft.manifest.parity.n_flips == 0
