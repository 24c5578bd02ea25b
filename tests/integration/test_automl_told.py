"""What AutoML found is told in the record, the report, the card and the answer for programs."""

import pytest
from rows import table

pytestmark = pytest.mark.processes

TWO = ("--trials", "2", "--only", "lightgbm,logistic-regression", "--deterministic")


@pytest.fixture
def data(put):
    return put("data.csv", table(n_rows=240))


def test_candidates_are_told_wherever_a_reader_looks(cli, done, put):
    # Enough test rows to tell that the model beats guessing, so that nothing is said of that.
    data = put("data.csv", table(n_rows=600))
    told = done("train", data, "--target", "y", *TWO, "--learning-curve")
    assert len(told["content_sha256"]) == 64
    board = told["leaderboard"]
    assert board["entries"][1]["behind_low"] is not None
    shipped = {bool(each["weight"]): each["shipped"] for each in board["entries"]}
    assert shipped[True]["is_refitted"]
    assert shipped[True]["size_bytes"] > 0
    assert board["free_score"] is not None
    assert board["outlook"]["n_starts"] + board["outlook"]["n_more"] == 2
    rows = [each["told"] for each in board["suggestions"] if each["topic"] == "rows"]
    assert len(rows) == 1
    assert "on the same rows held out" in rows[0]

    (run,) = done("runs", "list")
    shown = cli("runs", "show", run["id"])
    assert shown.code == 0, shown.err
    assert "2 candidates, the best first" in shown.out
    assert "logistic-regression-1" in shown.out

    assert cli("report", "data@1", "--format", "markdown", "--out", "card.md").code == 0
    card = (data.parent / "card.md").read_text()
    assert "## How the model was chosen" in card
    assert "## What to do next" in card


def test_what_answers_alone_has_one_score_wherever_it_is_told(done, data):
    """Rows are so few that they are dealt twice, and each is answered by two models."""
    board = done("train", data, "--target", "y", *TWO, "--serve", "fast")["leaderboard"]
    (chosen,) = [each for each in board["entries"] if each["weight"]]
    assert board["blend_score"] == pytest.approx(chosen["score"], abs=1e-12)


def test_what_is_expected_is_said_before_it_begins_kept_and_said_alone(cli, done, data):
    trained = cli("train", data, "--target", "y", *TWO)
    assert trained.err.index("rows ×") < trained.err.index("Letting candidates compete")
    alone = cli("train", data, "--target", "y", "--time-limit", "20", "--estimate")
    assert alone.code == 0, alone.err
    assert "fits at a time" in alone.out or "one fit at a time" in alone.out
    outlook = done("train", data, "--target", "y", "--time-limit", "20", "--estimate")
    assert outlook["n_rows"] == 216
    assert len(done("runs", "list")) == 1
    refused = cli("train", data, "--target", "y", "--algorithm", "lightgbm", "--estimate")
    assert refused.code == 4
    assert "AutoML alone has a budget" in refused.err


def test_a_report_and_a_card_of_automl_tell_how_the_model_was_chosen(cli, data, tmp_path):
    trained = cli("train", data, "--target", "y", *TWO, "--out", tmp_path / "kept")
    assert trained.code == 0, trained.err
    assert "AutoML: 2 candidates were scored" in trained.out
    html = (tmp_path / "kept" / "report.html").read_text()
    assert "How far behind the best" in html
    assert "lightgbm-1" in html


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--trials", "2", "--cv", "3"), "AutoML scores every candidate on folds already"),
        (("--time-limit", "10", "--learning-curve"), "which a time limit has no room for"),
    ],
)
def test_what_automl_cannot_keep_to_its_budget_is_refused(cli, data, options, said):
    refused = cli("train", data, "--target", "y", *options)
    assert refused.code == 4
    assert said in refused.out + refused.err
