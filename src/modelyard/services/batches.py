"""Answers the rows of a file into a file, piece by piece where the data allows it.

The memory that it takes does not grow with the rows then. What is written, what is noticed and what
is refused are the same as where the whole file is read at once.
"""

from dataclasses import dataclass
from pathlib import Path

from modelyard.domain.configs import FileDialect
from modelyard.domain.predictions import Flag, RowError
from modelyard.protocols.sources import NotInPiecesError
from modelyard.reporting.exports import csv_text
from modelyard.services.answering import Answer, joined_flags
from modelyard.services.answers import answer_columns, answer_csv, with_certainty, write_answers
from modelyard.services.predicting import OpenModel, PredictionService
from modelyard.services.sifting import MOST_ERRORS
from modelyard.store.files import is_replaceable, writing_whole


@dataclass(frozen=True)
class AnswerFile:
    """A CSV file to write answers to.

    Attributes:
        with_probabilities: whether to write these as well.
        is_for_spreadsheets: see `answer_csv`.
        interval, sets: see `with_certainty`.
        is_strict: whether a row that cannot be answered refuses all.
    """

    path: Path
    with_probabilities: bool = False
    is_for_spreadsheets: bool = False
    interval: float | None = None
    sets: float | None = None
    is_strict: bool = False

    def text(self, answer: Answer) -> str:
        """Return the answers as CSV with a header."""
        return answer_csv(
            answer,
            with_probabilities=self.with_probabilities,
            is_for_spreadsheets=self.is_for_spreadsheets,
        )

    def header(self, answer: Answer) -> str:
        """Return the header alone."""
        names = list(answer_columns(answer, with_probabilities=self.with_probabilities))
        return csv_text(names, (), is_for_spreadsheets=self.is_for_spreadsheets)


@dataclass(frozen=True)
class Batch:
    """What came of the rows of a file; see `Answer`."""

    flags: tuple[Flag, ...]
    ignored_columns: tuple[str, ...]
    n_rows: int
    errors: tuple[RowError, ...] = ()
    n_failed: int = 0


def predict_to_file(
    predicting: PredictionService,
    model: OpenModel,
    *,
    data: Path | str,
    file: AnswerFile,
    dialect: FileDialect,
) -> Batch:
    """Answer for every row, in order; the file appears whole or not at all.

    Raises:
        DataError: if the data is not what the model takes, or not one row of it, or not all while
            the file is strict; rows are counted in the whole file.
        StoreError: if the file cannot be written.
    """
    if isinstance(data, Path) and is_replaceable(file.path):
        try:
            return _in_pieces(predicting, model, data=data, file=file, dialect=dialect)
        except NotInPiecesError:
            pass
    answer = predicting.predict(model, data, dialect=dialect, is_strict=file.is_strict)
    answer = with_certainty(model, answer, interval=file.interval, sets=file.sets)
    write_answers(
        answer,
        file.path,
        with_probabilities=file.with_probabilities,
        is_for_spreadsheets=file.is_for_spreadsheets,
    )
    return Batch(
        answer.flags, answer.ignored_columns, answer.n_rows, answer.errors, answer.n_failed
    )


def _in_pieces(
    predicting: PredictionService,
    model: OpenModel,
    *,
    data: Path,
    file: AnswerFile,
    dialect: FileDialect,
) -> Batch:
    inputs, told = model.manifest.inputs, Batch((), (), 0)
    pieces = predicting.predict_in_pieces(model, data, dialect=dialect, is_strict=file.is_strict)
    with writing_whole(file.path) as stream:
        for each in pieces:
            answer = with_certainty(model, each, interval=file.interval, sets=file.sets)
            text = file.text(answer)
            stream.write((text.removeprefix(file.header(answer)) if told.n_rows else text).encode())
            told = Batch(
                joined_flags((*told.flags, *answer.flags), inputs),
                answer.ignored_columns,
                told.n_rows + answer.n_rows,
                (*told.errors, *answer.errors)[:MOST_ERRORS],
                told.n_failed + answer.n_failed,
            )
        if not told.n_rows:
            raise NotInPiecesError
        if told.n_failed == told.n_rows:
            raise told.errors[0].error
    return told
