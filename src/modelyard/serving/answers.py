"""What the server answers, as it is written: for one row, and for many."""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import numpy as np

from modelyard.domain.errors import InvalidValue
from modelyard.domain.predictions import Flag
from modelyard.runtime.blocks import Blocks, Cells
from modelyard.runtime.conformal import FloatArray
from modelyard.serving.batches import Batch, Rows, predict_batch
from modelyard.serving.exchanges import Reply, Work
from modelyard.serving.forms import read_one
from modelyard.serving.queries import Query
from modelyard.serving.reasons import MOST_EXPLAINED, Reasons, explained
from modelyard.serving.shelf import Served

# Under which the answers of a regression are counted.
VALUE = "value"


class Interval(msgspec.Struct):
    """Ends between which the truth lies `level` times in a hundred."""

    level: float
    low: float
    high: float


class RowAnswer(msgspec.Struct, omit_defaults=True):
    """The answer for one row."""

    prediction: Any
    model: str
    version: str
    flags: tuple[Flag, ...]
    inference_time_ms: float
    probabilities: Mapping[str, float] | None = None
    interval: Interval | None = None
    prediction_set: list[Any] | None = None
    explanation: Reasons | None = None
    ignored_columns: tuple[str, ...] = ()


class BatchAnswer(msgspec.Struct, omit_defaults=True):
    """The answers for many rows in their order; a row that has none holds null.

    Attributes:
        errors: of the first thousand such rows.
        n_failed: how many there are.
        files: names of the files that came, one a row.
    """

    predictions: list[Any]
    model: str
    version: str
    n_rows: int
    flags: tuple[Flag, ...]
    errors: list[dict[str, Any]]
    inference_time_ms: float
    n_failed: int = 0
    labels: tuple[Any, ...] = ()
    probabilities: list[Any] | None = None
    intervals: list[Any] | None = None
    sets: list[Any] | None = None
    explanations: list[Any] | None = None
    ignored_columns: tuple[str, ...] = ()
    files: Sequence[str] = ()


class RowRead(msgspec.Struct, frozen=True):
    """One row as its model takes it.

    Attributes:
        row: as it came.
        started, read_at: when its body had come and when it was read, by `time.perf_counter`.
    """

    served: Served
    row: Mapping[str, Any]
    cells: Cells
    started: float
    read_at: float

    @property
    def blocks(self) -> Blocks:
        """The row as the recipe takes it."""
        return self.served.predictor.reader.joined([self.cells])


def read_row(served: Served, body: bytes) -> RowRead:
    """Read the body of a request for one row.

    Raises:
        MalformedBody: if it is of another form.
        DataError: if a cell does not suit the model.
    """
    started = time.perf_counter()
    row = read_one(body)
    predictor = served.predictor
    cells = predictor.reader.read_cells(row)
    if predictor.demands is not None:
        predictor.demands.require(predictor.reader.joined([cells]))
    return RowRead(served, row, cells, started, time.perf_counter())


def row_reply(read: RowRead, scores: list[float], *, query: Query) -> Reply:
    """Return the reply to one row.

    Args:
        read: the row.
        scores: of the row.
        query: what is asked for beside the answer.
    """
    served, predictor = read.served, read.served.predictor
    decided = predictor.decision.row(scores)
    answer = RowAnswer(
        prediction=decided.value,
        model=served.name,
        version=served.version,
        flags=predictor.flagger.row(read.cells),
        inference_time_ms=0.0,
    )
    chances: Mapping[Any, float] = decided.probabilities
    if chances and not served.has_texts_alone:
        chances = dict(zip(served.label_names, chances.values(), strict=True))
    answer.probabilities = chances or None
    if len(read.row) > served.n_inputs:
        answer.ignored_columns = tuple(name for name in read.row if name not in served.taken)
    if query.has_wishes:
        _add_wishes(answer, served, read.blocks, scores=np.array([scores]), query=query)
    predicted = time.perf_counter()
    answer.inference_time_ms = round(1e3 * (predicted - read.started), 4)
    reply = Reply(_ENCODER.encode(answer), headers=beside(answer.ignored_columns))
    counted = {decided.value if decided.probabilities else VALUE: 1}
    read_s, written = read.read_at - read.started, time.perf_counter() - predicted
    reply.work = Work(served.name, 1, counted, read_s, predicted - read.read_at, written)
    return reply


def answer_rows(
    served: Served, rows: Rows, *, query: Query, started: float, files: Sequence[str] = ()
) -> Reply:
    """Answer for many rows.

    Args:
        served: the model.
        rows: in the form in which they came.
        query: what is asked for beside the answers.
        started: when their body had come, by `time.perf_counter`.
        files: names of the files that they came as, if they did.
    """
    read = time.perf_counter()
    batch = predict_batch(served.predictor, rows, is_strict=query.is_strict)
    values, scores = joined(served, batch)
    answer = batch_answer(served, batch, values=values, scores=scores)
    answer.ignored_columns, answer.files = rows.ignored(served.taken), files
    if query.has_wishes:
        _add_wishes_of_many(answer, served, batch, scores=scores, query=query)
    predicted = time.perf_counter()
    answer.inference_time_ms = round(1e3 * (predicted - started), 4)
    reply = Reply(_ENCODER.encode(answer), headers=beside(answer.ignored_columns))
    written = time.perf_counter() - predicted
    counted = classes_of(served, batch, values=values)
    reply.work = Work(served.name, batch.n_rows, counted, read - started, predicted - read, written)
    return reply


def batch_answer(
    served: Served, batch: Batch, *, values: list[Any], scores: FloatArray
) -> BatchAnswer:
    """Return what is answered for many rows without anything beside it, as `joined` gives them."""
    return BatchAnswer(
        predictions=values,
        model=served.name,
        version=served.version,
        n_rows=batch.n_rows,
        flags=batch.flags(served.predictor),
        errors=[each.error.to_dict() | {"row": each.row} for each in batch.errors],
        inference_time_ms=0.0,
        n_failed=len(batch.failed),
        labels=served.manifest.labels,
        probabilities=_with_gaps(scores.tolist(), batch) if served.label_names else None,
    )


def joined(served: Served, batch: Batch) -> tuple[list[Any], FloatArray]:
    """Return the answers with a gap for each bad row, and the scores without gaps."""
    n_scores = len(served.label_names) or 1
    scores = np.concatenate([np.empty((0, n_scores)), *(each.scores for each in batch.pieces)])
    values = served.predictor.decision.rows(scores).values.tolist() if len(scores) else []
    return _with_gaps(values, batch), scores


def classes_of(served: Served, batch: Batch, *, values: list[Any]) -> Mapping[Any, int]:
    """Return how many rows were answered by each label; of a regression all as one."""
    if not served.label_names:
        return {VALUE: batch.n_rows - len(batch.failed)}
    counted = Counter(values)
    counted.pop(None, None)
    return counted


def _with_gaps(values: list[Any], batch: Batch) -> list[Any]:
    if not batch.errors:
        return values
    answered = iter(values)
    return [None if at in batch.failed else next(answered) for at in range(batch.n_rows)]


def _add_wishes(
    answer: RowAnswer, served: Served, blocks: Blocks, *, scores: FloatArray, query: Query
) -> None:
    if query.interval is not None:
        low, high = _intervals(served, scores, query.interval)[0]
        answer.interval = Interval(round(100 * query.interval, 6), low, high)
    if query.sets is not None:
        answer.prediction_set = _sets(served, scores, query.sets)[0]
    if query.explain is not None:
        answer.explanation = explained(served.explainer, [blocks], n_reasons=query.explain)[0]


def _add_wishes_of_many(
    answer: BatchAnswer, served: Served, batch: Batch, *, scores: FloatArray, query: Query
) -> None:
    if query.interval is not None:
        answer.intervals = _with_gaps(_intervals(served, scores, query.interval), batch)
    if query.sets is not None:
        answer.sets = _with_gaps(_sets(served, scores, query.sets), batch)
    if query.explain is not None:
        if batch.n_rows > MOST_EXPLAINED:
            raise InvalidValue(
                f"At most {MOST_EXPLAINED} rows are explained at a time; {batch.n_rows} came.",
                fix="Send fewer rows, or leave explain out.",
            )
        parts = [piece.blocks for piece in batch.pieces]
        told = explained(served.explainer, parts, n_reasons=query.explain)
        answer.explanations = _with_gaps(told, batch)


def _intervals(served: Served, scores: FloatArray, level: float) -> list[Any]:
    if served.label_names:
        raise InvalidValue(
            f"'{served.name}' predicts labels, which have no intervals.",
            fix="Ask for sets: ?sets=90.",
        )
    ends: list[Any] = served.conformal.intervals(scores[:, 0], level).tolist()
    return ends


def _sets(served: Served, scores: FloatArray, level: float) -> list[Any]:
    if not served.label_names:
        raise InvalidValue(
            f"'{served.name}' predicts a number, which has no set of labels.",
            fix="Ask for intervals: ?interval=90.",
        )
    held = served.conformal.sets(scores, level).tolist()
    order = np.argsort(-scores, axis=1, kind="stable").tolist()
    labels = served.manifest.labels
    return [
        [labels[code] for code in codes if is_held[code]]
        for codes, is_held in zip(order, held, strict=True)
    ]


def beside(ignored: tuple[str, ...]) -> Sequence[tuple[bytes, bytes]]:
    """Return the header that warns of columns that the model does not take."""
    if not ignored:
        return ()
    # Names may hold any sign; a header may not.
    names = ", ".join(name.encode("ascii", "backslashreplace").decode() for name in ignored[:10])
    shown = "".join(sign if " " <= sign <= "~" else "?" for sign in names)[:500]
    return [(b"x-ignored-columns", shown.encode())]


_ENCODER = msgspec.json.Encoder()
