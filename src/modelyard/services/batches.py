"""Answers the rows of a file into a file, piece by piece where the data allows it.

The memory that it takes does not grow with the rows then. What is written, what is noticed and what
is refused are the same as where the whole file is read at once.
"""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from modelyard.domain.batches import AnswerForm, BatchOptions
from modelyard.domain.configs import FileDialect
from modelyard.domain.predictions import Flag, RowError
from modelyard.kit.spreadsheets import csv_text
from modelyard.protocols.progress import Progress, Silence
from modelyard.protocols.sources import NotInPiecesError
from modelyard.services.answer_tables import Write, writing_table
from modelyard.services.answering import Answer, joined_flags
from modelyard.services.answers import answer_columns, answer_csv, with_certainty
from modelyard.services.predicting import OpenModel, PredictionService
from modelyard.services.sifting import MOST_ERRORS
from modelyard.store.files import is_replaceable, writing_whole

_USUAL, _SILENCE = BatchOptions(), Silence()


@dataclass(frozen=True)
class AnswerFile:
    """A file to write answers to."""

    path: Path
    options: BatchOptions = _USUAL

    def writing(self) -> AbstractContextManager[Write]:
        """Return what is entered to write answers, in the order of the rows.

        The file appears whole when it is left well, and not at all otherwise.
        """
        if self.options.form is AnswerForm.PARQUET:
            return writing_table(self.path, with_probabilities=self.options.with_probabilities)
        return self._writing_text()

    def text(self, answer: Answer) -> str:
        """Return the answers as CSV with a header."""
        return answer_csv(
            answer,
            with_probabilities=self.options.with_probabilities,
            is_for_spreadsheets=self.options.is_for_spreadsheets,
        )

    @contextmanager
    def _writing_text(self) -> Iterator[Write]:
        header = ""
        with writing_whole(self.path) as stream:

            def write(answer: Answer) -> None:
                nonlocal header
                stream.write(self.text(answer).removeprefix(header).encode())
                header = header or self._header(answer)

            yield write

    def _header(self, answer: Answer) -> str:
        names = list(answer_columns(answer, with_probabilities=self.options.with_probabilities))
        is_neutral = self.options.is_for_spreadsheets
        return csv_text(names, (), is_for_spreadsheets=is_neutral)


@dataclass(frozen=True)
class Batch:
    """What came of the rows of a file; see `Answer`."""

    flags: tuple[Flag, ...]
    ignored_columns: tuple[str, ...]
    n_rows: int
    errors: tuple[RowError, ...] = ()
    n_failed: int = 0
    n_blank: int = 0


def predict_to_file(
    predicting: PredictionService,
    model: OpenModel,
    *,
    data: Path | str,
    file: AnswerFile,
    dialect: FileDialect,
    progress: Progress = _SILENCE,
) -> Batch:
    """Answer for every row, in order; the file appears whole or not at all.

    Raises:
        DataError: if the data is not what the model takes, or not one row of it, or not all while
            the file is strict; rows are counted in the whole file.
        MissingColumns: if a column that is to be kept is not there.
        StoreError: if the file cannot be written.
    """
    is_strict, keep = file.options.is_strict, file.options.keep
    if isinstance(data, Path) and is_replaceable(file.path):
        try:
            pieces = predicting.predict_in_pieces(
                model, data, dialect=dialect, is_strict=is_strict, keep=keep
            )
            return _written(model, pieces, file=file, progress=progress)
        except NotInPiecesError:
            pass
    answer = predicting.predict(model, data, dialect=dialect, is_strict=is_strict, keep=keep)
    return _written(model, [answer], file=file, progress=progress)


def _written(
    model: OpenModel, pieces: Iterable[Answer], *, file: AnswerFile, progress: Progress
) -> Batch:
    inputs, told, options = model.manifest.inputs, Batch((), (), 0), file.options
    with file.writing() as write:
        for each in pieces:
            write(with_certainty(model, each, interval=options.interval, sets=options.sets))
            told = Batch(
                joined_flags((*told.flags, *each.flags), inputs),
                each.ignored_columns,
                told.n_rows + each.n_rows,
                (*told.errors, *each.errors)[:MOST_ERRORS],
                told.n_failed + each.n_failed,
                told.n_blank + each.n_blank,
            )
            progress.say(f"{told.n_rows:,} rows")
        if not told.n_rows:
            raise NotInPiecesError
        if told.n_failed == told.n_rows:
            raise told.errors[0].error
    return told
