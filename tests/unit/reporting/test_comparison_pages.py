"""A comparison reads alike in a terminal and on a page, and calls a tie a tie."""

from dataclasses import replace

from modelyard.domain.comparisons import ComparedModel, ComparedScore, Comparison
from modelyard.reporting.comparisons import comparison_view, render_comparison

NAN = float("nan")
BEST = ComparedScore(0.9, 0.85, 0.95, 0.0, 0.0, 0.0, is_best=True, is_tied=False)
TIED = ComparedScore(0.89, 0.84, 0.94, 0.01, -0.01, 0.03, is_best=False, is_tied=True)
WORSE = ComparedScore(0.7, 0.65, 0.75, 0.2, 0.15, 0.25, is_best=False, is_tied=False)


def comparison(*scores, n_rows=300):
    models = tuple(
        ComparedModel(f"m@{at}", "lightgbm", 120_000, 0.004, {"accuracy": score})
        for at, score in enumerate(scores, start=1)
    )
    return Comparison("<b>ripe</b>", "accuracy", {"accuracy": "Accuracy"}, models, n_rows, "x.csv")


def test_a_clear_winner_is_named():
    view = comparison_view(comparison(BEST, WORSE))

    assert view.verdict == "m@1 is best by Accuracy."
    assert view.rows[1][4:7] == ("0.20", "0.15 to 0.25", "worse")
    assert view.all_rows == (("Accuracy", "0.90 *", "0.70"),)


def test_a_tie_is_called_a_tie():
    view = comparison_view(comparison(BEST, TIED, WORSE))

    assert view.verdict.startswith("A tie by Accuracy")
    assert "m@1, m@2" in view.verdict
    assert "m@3" not in view.verdict
    assert view.rows[1][6] == "tie"


def test_without_common_rows_no_winner_is_claimed():
    kept = replace(comparison(BEST, WORSE, n_rows=0), caution="On rows of their own.")
    view = comparison_view(kept)

    assert view.title == "On their own held-out rows"
    assert "of its own" in view.verdict
    assert "On rows of their own." in view.notes
    assert not any("95 % interval" in note for note in view.notes)


def test_the_page_escapes_what_comes_from_data_and_holds_every_figure():
    page = render_comparison(comparison(BEST, WORSE))

    assert "<b>ripe</b>" not in page
    assert "&lt;b&gt;ripe&lt;/b&gt;" in page
    for cell in ("m@1", "m@2", "0.15 to 0.25", "120 kB"):
        assert cell in page
