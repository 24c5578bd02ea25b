"""Predictions from file to file: the same in pieces as at once, and nothing half-written."""

import json
from dataclasses import dataclass, field, fields, replace

import numpy as np
import pytest

from modelyard.bootstrap import open_project
from modelyard.cli._group import run
from modelyard.components.sources.csv import COMPONENT
from modelyard.domain.batches import BatchOptions
from modelyard.domain.configs import FileDialect
from modelyard.domain.errors import MalformedRow, UnparseableValue
from modelyard.domain.predictions import Flag, FlagKind
from modelyard.protocols.sources import NotInPiecesError, SourceCard
from modelyard.services.batches import AnswerFile, predict_to_file
from modelyard.services.predicting import PredictionService
from modelyard.workbench.training import train

N_ROWS = 900
WITH_PROBABILITIES = BatchOptions(with_probabilities=True)


def _lines(n_rows, rng):
    for _ in range(n_rows):
        number, chance = rng.random(2)
        yield f"{number:.3f},{'ab'[int(chance > 0.5)]},{'yes' if rng.random() < number else 'no'}"


@pytest.fixture
def model(tmp_path):
    path = tmp_path / "train.csv"
    path.write_text(
        "\n".join(["size,word,answer", *_lines(300, np.random.default_rng(1))]), "utf-8"
    )
    return train(path, target="answer", algorithm="logistic-regression", name="batch")


@dataclass(frozen=True)
class SmallPieces:
    """A catalog of one source that yields a hundred rows at a time."""

    card: SourceCard = field(default_factory=lambda: SourceCard("csv", "Text", (".csv",)))
    breaks_off: bool = False

    def sources(self):
        return {"csv": self}

    def read(self, location, options):
        return COMPONENT.read(location, options)

    def stream(self, location, options):
        whole = self.read(location, options)
        for start in range(0, whole.frame.height, 100):
            if self.breaks_off and start:
                raise NotInPiecesError
            yield whole.take(np.arange(start, min(start + 100, whole.frame.height)))


def service(catalog):
    made = open_project().predicting
    parts = {each.name: getattr(made, each.name) for each in fields(PredictionService)}
    return PredictionService(**(parts | {"catalog": catalog}))


def answers(model, data, out, *, is_strict=False, **source):
    predicting = service(SmallPieces(**source))
    opened = predicting.open("batch")
    batch = predict_to_file(
        predicting,
        opened,
        data=data,
        file=AnswerFile(out, replace(WITH_PROBABILITIES, is_strict=is_strict)),
        dialect=FileDialect(),
    )
    return batch, out.read_text("utf-8"), predicting, opened


@pytest.fixture
def data(tmp_path):
    lines = list(_lines(N_ROWS, np.random.default_rng(2)))
    lines[150], lines[450], lines[777] = ",a,no", "0.1,unseen,no", ",new,no"
    path = tmp_path / "big.csv"
    path.write_text("\n".join(["size,word,answer", *lines]), "utf-8")
    return path


@pytest.mark.parametrize("breaks_off", [False, True])
def test_pieces_answer_as_the_whole_file_does(model, data, tmp_path, breaks_off):
    batch, text, predicting, opened = answers(
        model, data, tmp_path / "out.csv", breaks_off=breaks_off
    )
    whole = predicting.predict(opened, data)
    assert text == AnswerFile(tmp_path / "other.csv", WITH_PROBABILITIES).text(whole)
    assert (batch.flags, batch.ignored_columns, batch.n_rows) == (
        whole.flags,
        whole.ignored_columns,
        N_ROWS,
    )
    unseen = Flag("word", FlagKind.UNSEEN_CATEGORY, 2, (451, 778), ("unseen", "new"))
    assert unseen in batch.flags


def test_a_bad_cell_of_a_strict_answer_names_its_row_and_leaves_nothing_behind(
    model, data, tmp_path
):
    lines = data.read_text("utf-8").splitlines()
    lines[654] = "wrong,a,no"
    data.write_text("\n".join(lines), "utf-8")
    out = tmp_path / "out.csv"
    with pytest.raises(UnparseableValue, match="row 654 holds 'wrong'") as caught:
        answers(model, data, out, is_strict=True)
    assert caught.value.row == 654
    assert not out.exists()
    assert not list(tmp_path.glob(".out.csv*"))


@pytest.mark.parametrize("breaks_off", [False, True])
def test_a_bad_row_fails_alone_in_whichever_piece_it_stands(model, data, tmp_path, breaks_off):
    whole, _, _, _ = answers(model, data, tmp_path / "whole.csv")
    right = (tmp_path / "whole.csv").read_text("utf-8").splitlines()
    lines = data.read_text("utf-8").splitlines()
    for row in (101, 654, 655):
        lines[row] = f"wrong{row},a,no"
    data.write_text("\n".join(lines), "utf-8")
    batch, text, _, _ = answers(model, data, tmp_path / "out.csv", breaks_off=breaks_off)
    told = [(each.row, each.error.row, each.error.sample) for each in batch.errors]
    assert told == [(row, row, f"wrong{row}") for row in (101, 654, 655)]
    assert (batch.n_failed, batch.n_rows, batch.flags) == (3, N_ROWS, whole.flags)
    for row in (101, 654, 655):
        right[row] = ",,"
    assert text.splitlines() == right


def test_a_file_of_bad_rows_alone_is_refused(model, tmp_path):
    data, out = tmp_path / "bad.csv", tmp_path / "out.csv"
    data.write_text("size,word\n" + "wrong,a\n" * 250, "utf-8")
    with pytest.raises(UnparseableValue, match="row 1 holds 'wrong'"):
        answers(model, data, out)
    assert not out.exists()


def test_an_answer_that_stands_there_survives_a_refusal(model, data, tmp_path):
    out = tmp_path / "out.csv"
    out.write_text("kept", "utf-8")
    data.write_text("size,word\nwrong,a\n", "utf-8")
    assert run(["predict", "batch", str(data), "--out", str(out)]) != 0
    assert out.read_text("utf-8") == "kept"


def test_the_command_writes_what_it_prints(model, data, tmp_path, capsys):
    out = tmp_path / "out.csv"
    assert run(["predict", "batch", str(data), "--out", str(out)]) == 0
    capsys.readouterr()
    assert run(["predict", "batch", str(data)]) == 0
    assert capsys.readouterr().out == out.read_text("utf-8")


def test_the_command_keeps_columns_that_are_named_before_the_answers(model, data, tmp_path, capsys):
    out, asked = tmp_path / "kept.csv", ["--keep", "word", "--keep", "size", "--keep", "word"]
    assert run(["predict", "batch", str(data), *asked, "--out", str(out)]) == 0
    capsys.readouterr()
    assert run(["predict", "batch", str(data), *asked]) == 0
    printed = capsys.readouterr().out
    assert printed == out.read_text("utf-8")
    assert printed.startswith("word,size,prediction\n")
    assert run(["predict", "batch", str(data), *asked, "--json"]) == 0
    told, rows = json.loads(capsys.readouterr().out), data.read_text("utf-8").splitlines()
    assert told["word"] == [row.split(",")[1] for row in rows[1:]]
    assert run(["predict", "batch", str(data), "--keep", "words", "--out", str(out)]) != 0
    assert "'word'" in capsys.readouterr().err


def test_a_ragged_line_of_a_file_fails_alone_unless_it_is_strict(model, data, tmp_path):
    lines = data.read_text("utf-8").splitlines()
    lines[654] = "0.5,a,no,too,many"
    data.write_text("\n".join(lines), "utf-8")
    predicting = open_project().predicting
    opened = predicting.open("batch")
    pieces = predicting.predict_in_pieces(opened, data, dialect=FileDialect(), is_strict=False)
    whole = predicting.predict(opened, data, is_strict=False)
    assert (whole.n_rows, whole.failed) == (N_ROWS, (654,))
    for errors in (whole.errors, [error for piece in pieces for error in piece.errors]):
        (error,) = errors
        assert error.row == 654
        assert "Row 654 has 5 fields" in str(error.error)
    with pytest.raises(MalformedRow, match="Row 654"):
        predicting.predict(opened, data)


@pytest.fixture
def of_one_column(tmp_path):
    words = ["good day", "bad night", "good night", "bad day"] * 30
    told = ["no" if ("bad" in word) != (at % 5 == 0) else "yes" for at, word in enumerate(words)]
    rows = [f"{word},{answer}" for word, answer in zip(words, told, strict=True)]
    path = tmp_path / "texts.csv"
    path.write_text("\n".join(["text,answer", *rows]), "utf-8")
    train(path, target="answer", algorithm="logistic-regression", name="texts")
    return tmp_path / "new.csv"


def test_blank_lines_are_told_with_and_without_a_file_of_answers(of_one_column, tmp_path, capsys):
    of_one_column.write_text("text\ngood day\n\n   \nbad night\n\n", "utf-8")
    assert run(["predict", "texts", str(of_one_column)]) == 0
    printed = capsys.readouterr()
    assert len(printed.out.splitlines()) == 3
    assert "3 blank lines were skipped. No answer stands for them." in printed.err
    assert run(["predict", "texts", str(of_one_column), "--out", str(tmp_path / "out.csv")]) == 0
    assert "3 blank lines were skipped." in capsys.readouterr().err
    assert run(["predict", "texts", str(of_one_column), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["n_blank"] == 3
