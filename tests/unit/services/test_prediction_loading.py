"""What serving processes have written down is in the table once, however often loading is cut."""

import json
import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from modelyard.domain.logged_predictions import LoggedPrediction, PredictionQuery, SegmentPlace
from modelyard.kit.segments import SegmentWriter, framed
from modelyard.services.prediction_loading import RECORDS_TOGETHER, PredictionLoader
from modelyard.services.prediction_rows import predictions_of
from modelyard.serving.records import Record, encode_record
from modelyard.store.databases import Database, open_database
from modelyard.store.predictions import Predictions
from modelyard.store.serving_files import ServingFiles

AT = datetime(2026, 1, 1, tzinfo=UTC)


def _record(number: int, rows: Any = None, answer: Any = None) -> Record:
    rows = rows or {"row": {"number": number}}
    answer = answer or {
        "prediction": "yes",
        "probabilities": {"no": 0.25, "yes": 0.75},
        "flags": [],
    }
    return Record(
        id=f"p-{number}",
        at=AT,
        model="churn-eu",
        reference="churn@3",
        sha256="ab" * 32,
        subject="key:1",
        request_id="r",
        rows=msgspec.Raw(json.dumps(rows).encode()),
        answer=msgspec.Raw(json.dumps(answer).encode()),
    )


def _append(writer: SegmentWriter, numbers: range) -> None:
    for number in numbers:
        writer.append(framed(encode_record(_record(number))))
    writer.sync()


class _StopsOnce(Predictions):
    """Predictions whose database is gone in the middle of loading."""

    is_broken = False

    def load(
        self, predictions: Sequence[LoggedPrediction], *, before: SegmentPlace, after: SegmentPlace
    ) -> bool:
        if before.offset and self.is_broken:
            raise OSError("the connection was lost")
        return super().load(predictions, before=before, after=after)


@pytest.fixture
def database() -> Iterator[Database]:
    opened = open_database("sqlite://")
    yield opened
    opened.close()


@pytest.fixture
def predictions(database: Database) -> _StopsOnce:
    return _StopsOnce(database.of("local"))


@pytest.fixture
def loader(predictions: _StopsOnce, tmp_path: Path) -> PredictionLoader:
    return PredictionLoader(predictions, ServingFiles(tmp_path))


@pytest.fixture
def writer(loader: PredictionLoader) -> SegmentWriter:
    return SegmentWriter.create(loader.files.log_of("churn-eu") / "s-1.log")


def test_a_segment_is_loaded_while_it_grows(
    loader: PredictionLoader, writer: SegmentWriter
) -> None:
    _append(writer, range(3))
    assert loader.load() == 3
    _append(writer, range(3, 5))
    assert loader.load() == 2
    assert loader.load() == 0
    assert writer.path.exists()


def test_a_segment_goes_when_its_writer_has_ended_and_all_of_it_is_loaded(
    loader: PredictionLoader, writer: SegmentWriter
) -> None:
    _append(writer, range(3))
    writer.close()
    assert loader.load() == 3
    assert not writer.path.exists()
    assert loader.load() == 0


def test_a_segment_that_could_not_be_deleted_is_not_loaded_again(
    loader: PredictionLoader, writer: SegmentWriter
) -> None:
    _append(writer, range(3))
    kept = writer.path.read_bytes()
    writer.close()
    loader.load()
    writer.path.write_bytes(kept)
    assert loader.load() == 0
    assert loader.predictions.count() == 3
    assert not writer.path.exists()


def test_loading_that_was_cut_goes_on_where_it_was(
    loader: PredictionLoader, predictions: _StopsOnce, writer: SegmentWriter
) -> None:
    n_records = 2 * RECORDS_TOGETHER + 1
    _append(writer, range(n_records))
    writer.close()
    predictions.is_broken = True
    loader.load()
    assert predictions.count() == RECORDS_TOGETHER
    predictions.is_broken = False
    assert loader.load() == n_records - RECORDS_TOGETHER
    assert predictions.count() == n_records


def test_two_who_load_at_once_load_each_record_once(
    loader: PredictionLoader, writer: SegmentWriter, database: Database
) -> None:
    _append(writer, range(3))
    place = loader.predictions.place(writer.path.name)
    rows = list(predictions_of(_record(0), "churn-eu"))
    # The other one has read the place before this one moved it.
    assert loader.load() == 3
    other = Predictions(database.of("local"))
    assert not other.load(rows, before=place, after=SegmentPlace(writer.path.name, 99))
    assert other.count() == 3


def test_a_record_that_was_torn_is_kept_aside_and_the_whole_ones_are_loaded(
    loader: PredictionLoader, writer: SegmentWriter
) -> None:
    _append(writer, range(3))
    os.write(writer._descriptor, framed(encode_record(_record(3)))[:-1])
    os.close(writer._descriptor)
    assert loader.load() == 3
    assert [path.name for path in writer.path.parent.iterdir()] == ["s-1.torn"]
    assert loader.load() == 0


def test_a_segment_that_cannot_be_read_holds_up_no_other(
    loader: PredictionLoader, writer: SegmentWriter
) -> None:
    _append(writer, range(3))
    strange = SegmentWriter.create(writer.path.with_name("s-0.log"))
    strange.append(framed(b'{"of": "a later version"}'))
    strange.sync()
    assert loader.load() == 3
    assert strange.path.exists()


def test_segments_of_other_tenants_are_not_looked_at(
    loader: PredictionLoader, tmp_path: Path
) -> None:
    elsewhere = ServingFiles(tmp_path / "tenants" / "acme")
    _append(SegmentWriter.create(elsewhere.log_of("churn-eu") / "s-2.log"), range(2))
    assert loader.load() == 0


def test_one_row_becomes_one_prediction_with_what_was_told_of_it(
    loader: PredictionLoader, writer: SegmentWriter
) -> None:
    _append(writer, range(1))
    loader.load()
    told = loader.predictions.get("p-0")
    assert (told.deployment, told.model, told.subject) == ("churn-eu", "churn@3", "key:1")
    assert (told.features, told.prediction, told.confidence) == ({"number": 0}, "yes", 0.75)
    assert told.details == {}


@pytest.mark.parametrize(
    "rows",
    [{"rows": [{"a": 1}, {"a": "bad"}, {"a": 3}]}, {"columns": {"a": [1, "bad", 3]}}],
)
def test_each_row_of_many_that_has_an_answer_becomes_a_prediction(rows: Any) -> None:
    answer: dict[str, Any] = {
        "predictions": [True, None, False],
        "labels": [False, True],
        "probabilities": [[0.25, 0.75], None, [0.9, 0.1]],
        "sets": [[True], None, [False, True]],
    }
    answer["inference_time_ms"] = 1.5
    first, third = predictions_of(_record(7, rows, answer), "churn-eu")
    # Of the request, so that its rows count as one.
    assert (first.request_ms, third.request_ms) == (1.5, None)
    assert (first.id, third.id) == ("p-7-1", "p-7-3")
    assert (first.features, third.features) == ({"a": 1}, {"a": 3})
    assert (first.prediction, first.confidence) == (True, 0.75)
    assert third.probabilities == {"False": 0.9, "True": 0.1}
    assert third.details == {"prediction_set": [False, True]}


def test_a_number_has_no_probability_and_keeps_its_interval() -> None:
    answer = {"prediction": 4.5, "flags": [], "interval": {"level": 90, "low": 4, "high": 5}}
    (told,) = predictions_of(_record(1, {"row": {"a": 1}}, answer), "price")
    assert (told.prediction, told.confidence, told.probabilities) == (4.5, None, None)
    assert told.details == {"interval": {"level": 90, "low": 4, "high": 5}}


def test_a_page_of_loaded_predictions_is_of_the_deployment(
    loader: PredictionLoader, writer: SegmentWriter
) -> None:
    _append(writer, range(2))
    loader.load()
    page = loader.predictions.page(PredictionQuery(deployment="churn-eu"))
    assert [each.id for each in page.items] == ["p-1", "p-0"]
