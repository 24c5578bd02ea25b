"""Answers the rows of a file into a file, piece by piece where the data allows it.

The memory that it takes does not grow with the rows then. What is written, what is noticed and what
is refused are the same as where the whole file is read at once.
"""

from dataclasses import dataclass
from pathlib import Path

from modelyard.domain.configs import FileDialect
from modelyard.domain.predictions import Flag, FlagKind
from modelyard.protocols.sources import NotInPiecesError
from modelyard.reporting.exports import csv_text
from modelyard.services.answers import answer_columns, answer_csv, with_certainty, write_answers
from modelyard.services.predicting import Answer, OpenModel, PredictionService
from modelyard.store.files import is_replaceable, writing_whole


@dataclass(frozen=True)
class AnswerFile:
    """A CSV file to write answers to.

    Attributes:
        with_probabilities: whether to write these as well.
        is_for_spreadsheets: see `answer_csv`.
        interval, sets: see `with_certainty`.
    """

    path: Path
    with_probabilities: bool = False
    is_for_spreadsheets: bool = False
    interval: float | None = None
    sets: float | None = None

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
        DataError: if the data is not what the model takes; rows are counted in the whole file.
        StoreError: if the file cannot be written.
    """
    if isinstance(data, Path) and is_replaceable(file.path):
        try:
            return _in_pieces(predicting, model, data=data, file=file, dialect=dialect)
        except NotInPiecesError:
            pass
    answer = predicting.predict(model, data, dialect=dialect)
    answer = with_certainty(model, answer, interval=file.interval, sets=file.sets)
    write_answers(
        answer,
        file.path,
        with_probabilities=file.with_probabilities,
        is_for_spreadsheets=file.is_for_spreadsheets,
    )
    return Batch(answer.flags, answer.ignored_columns, answer.n_rows)


def _in_pieces(
    predicting: PredictionService,
    model: OpenModel,
    *,
    data: Path,
    file: AnswerFile,
    dialect: FileDialect,
) -> Batch:
    flags: dict[tuple[str, FlagKind], Flag] = {}
    ignored: tuple[str, ...] = ()
    n_rows = 0
    with writing_whole(file.path) as stream:
        for each in predicting.predict_in_pieces(model, data, dialect=dialect):
            answer = with_certainty(model, each, interval=file.interval, sets=file.sets)
            text = file.text(answer)
            stream.write((text.removeprefix(file.header(answer)) if n_rows else text).encode())
            for flag in answer.flags:
                key = (flag.column, flag.kind)
                flags[key] = flags[key].joined(flag) if key in flags else flag
            ignored, n_rows = answer.ignored_columns, n_rows + answer.n_rows
        if not n_rows:
            raise NotInPiecesError
    places = {column.name: at for at, column in enumerate(model.manifest.inputs)}
    kinds = (FlagKind.MISSING_VALUE, FlagKind.UNSEEN_CATEGORY, FlagKind.OUT_OF_RANGE)
    ordered = sorted(flags.values(), key=lambda f: (places[f.column], kinds.index(f.kind)))
    return Batch(tuple(ordered), ignored, n_rows)
