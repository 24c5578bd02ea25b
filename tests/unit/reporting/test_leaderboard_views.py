"""A leaderboard is told with what competed, what answers and why, and what was not scored."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
from test_page_for_every_reader import Outline, subject_of

from modelyard.catalog import Catalog
from modelyard.domain.charts import ChartKind
from modelyard.domain.leaderboards import Candidate, Entry, Leaderboard, Shipped
from modelyard.domain.suggestions import Suggestion, Topic
from modelyard.domain.tasks import Task
from modelyard.domain.trials import Ending, TrialStatus
from modelyard.kit.records import from_plain, to_plain
from modelyard.protocols.charts import ChartInput
from modelyard.reporting.leaderboard_views import leaderboard_sentences, leaderboard_view
from modelyard.reporting.pages import render_report
from modelyard.reporting.subjects import ReportSubject

CHARTS = Catalog().charts()


def entry(number, name, goodness, **facts):
    status = TrialStatus.SUCCEEDED
    one = Candidate(name, "lightgbm", {"depth": number}, "often the best")
    figures = {"score": goodness, "goodness": goodness, "fit_s": 2.0, "at_s": 10.0 * number}
    return Entry(number, one, **{"status": status, **figures, **facts})


BOARD = Leaderboard(
    metric="roc-auc",
    metric_title="ROC-AUC",
    n_folds=5,
    n_rows=400,
    entries=(
        entry(1, "first", 0.90, weight=0.4, adds=-0.001, behind_low=-0.005, behind_high=0.045),
        entry(2, "best", 0.92, weight=0.6, adds=0.0142),
        entry(3, "worst", 0.80, behind_low=0.1, behind_high=0.14),
        entry(4, "late", None, status=TrialStatus.PRUNED, reason="would take 9 s of the 3 s left"),
        entry(5, "broken", None, status=TrialStatus.FAILED, reason="its scores are not finite"),
    ),
    tied=(1,),
    blend_score=0.93,
    ending=Ending.TIME,
    duration_s=40.0,
    time_limit_s=60.0,
    suggestions=(
        Suggestion(Topic.COLUMNS, "Mend zip first.", ("zip",)),
        Suggestion(Topic.TIME, "More time would help."),
    ),
)


def told(board):
    return " ".join(leaderboard_sentences(board))


def test_what_competed_and_what_of_the_budget_it_took_is_told():
    said = told(BOARD)
    assert "3 candidates were scored on the same 5 folds, 400 rows" in said
    assert "The search took 40 s of the 60 s that were allowed for everything" in said
    assert "a candidate took 2.0 s in the median" in said


def test_what_each_member_adds_is_told_the_most_first():
    said = told(BOARD)
    assert "A blend answers: best 60 %, first 40 %." in said
    assert "lose in ROC-AUC without each of them: best 0.014, first −0.0010." in said
    assert "Those below zero help the loss by which members are weighed" in said


def test_a_best_candidate_that_has_no_part_in_the_model_is_explained():
    entries = (replace(BOARD.entries[0], weight=1.0), replace(BOARD.entries[1], weight=0.0))
    said = told(replace(BOARD, entries=entries))
    assert "first answers alone" in said
    assert "best has the best ROC-AUC and no part in it" in said
    assert "no part in it" not in told(BOARD)


def test_what_serving_costs_in_score_is_told():
    said = told(replace(BOARD, serve="fast", free_score=0.94))
    assert "Serving 'fast'" in said
    assert "without its bounds scores 0.94 in ROC-AUC on these rows, and what answers" in said
    assert "costs no score" in told(replace(BOARD, serve="fast", free_score=0.93))
    assert "Serving" not in told(BOARD)
    none = tuple(replace(each, status=TrialStatus.CANCELLED) for each in BOARD.entries)
    assert "Serving" not in told(replace(BOARD, entries=none, serve="fast", free_score=0.93))


def test_rows_of_which_an_equal_was_taught_are_told():
    assert "120 of the rows" in told(replace(BOARD, n_again=120))
    assert "that was taught" not in told(BOARD)


def test_what_answers_is_told_as_it_is_shipped_and_the_others_as_their_folds():
    shipped = Shipped(n_models=1, is_refitted=True, row_us=12.0, batch_us=4.0, size_bytes=3_000)
    first, best, *others = BOARD.entries
    alone = replace(best, weight=1.0, row_us=60.0, size_bytes=15_000, shipped=shipped)
    worst = replace(others[0], row_us=70.0, size_bytes=20_000)
    board = replace(BOARD, entries=(replace(first, weight=0.0), alone, worst))
    rows = {each.name: (each.row, each.size) for each in leaderboard_view(board).entries}
    assert rows["best"] == ("12 µs", "3 kB")
    assert rows["worst"] == ("70 µs", "20 kB")
    said = told(board)
    assert "In the package: 1 model fitted once more on all rows outside the test part" in said
    assert "3 kB, about 12 µs for one row and 250,000 rows a second" in said
    alone = replace(alone, shipped=replace(shipped, is_full=True))
    said = told(replace(board, entries=(board.entries[0], alone)))
    assert "fitted once more on all rows, after the same without the test part" in said


def test_ties_are_named_as_far_as_they_are_few():
    many = tuple(entry(number, f"c{number}", 0.9 - number / 1000) for number in range(1, 11))
    said = told(replace(BOARD, entries=many, tied=tuple(range(2, 11))))
    assert "Tied with c1, as far as these rows can tell: c2, c3, c4, c5, c6, c7 and 3 more." in said


def test_the_table_shows_scored_ones_by_rank_with_their_intervals():
    view = leaderboard_view(BOARD)
    assert [(each.rank, each.name, each.note) for each in view.entries] == [
        ("1", "best", "best"),
        ("2", "first", "tied"),
        ("3", "worst", ""),
    ]
    assert [each.behind for each in view.entries] == ["", "−0.005 to 0.045", "0.100 to 0.140"]
    assert [each.is_chosen for each in view.entries] == [True, True, False]


def test_candidates_that_were_not_scored_stand_with_the_reason():
    assert leaderboard_view(BOARD).others == (
        "Not begun, as time was short: late (would take 9 s of the 3 s left).",
        "Failed: broken (its scores are not finite).",
    )


def test_what_answers_in_the_model_is_shown_wherever_it_ranks():
    many = [entry(number, f"c{number}", 0.9 - number / 1000) for number in range(1, 31)]
    many[24] = replace(many[24], weight=1.0)
    view = leaderboard_view(replace(BOARD, entries=tuple(many)))
    assert view.entries[-1].name == "c25"
    assert view.entries[-1].rank == "25"
    assert view.n_more == 14


def test_without_automl_nothing_is_shown():
    assert leaderboard_view(None) is None
    assert 'id="leaderboard"' not in render_report(subject_of())


def seen(board):
    scores = np.full((4, 2), 0.5)
    truth = np.array([0, 1, 0, 1])
    return ChartInput(Task.BINARY, "t", truth, scores, ("no", "yes"), (), leaderboard=board)


def test_bars_show_what_each_lacks_and_a_dot_what_answers():
    spec = CHARTS["candidates"].chart(seen(BOARD))
    assert spec.kind is ChartKind.BARS
    assert spec.categories == ("● best", "● first", "worst")
    assert np.allclose(spec.series[0].y, (0.0, 0.02, 0.12))
    assert np.allclose(spec.series[0].low, (0.0, -0.005, 0.1))


def test_the_line_steps_up_when_a_better_candidate_ends():
    line, chosen = CHARTS["best-so-far"].chart(seen(BOARD)).series
    assert line.x == (10.0, 20.0, 20.0, 30.0)
    assert line.y == (0.90, 0.90, 0.92, 0.92)
    assert chosen.y == (0.93, 0.93)
    assert chosen.is_reference


def test_a_flat_line_tells_nothing_of_what_could_not_be_begun():
    begun = replace(BOARD, entries=tuple(each for each in BOARD.entries if each.is_complete))
    late = Entry(9, Candidate("late", "ridge", {}, "a test"), TrialStatus.PRUNED, at_s=30.0)
    told = [
        CHARTS["best-so-far"].chart(seen(each)).caption
        for each in (begun, replace(begun, entries=(*begun.entries, late)))
    ]
    assert told[0].endswith("more time for candidates like these would bring little.")
    assert told[1].endswith(
        "would bring little; what 1 candidate that could not be begun would have brought, it does "
        "not tell."
    )


def test_candidates_that_were_all_there_at_the_beginning_draw_no_line():
    still = replace(BOARD, entries=tuple(replace(each, at_s=0.0) for each in BOARD.entries))
    assert CHARTS["best-so-far"].chart(seen(still)) is None


def test_the_report_shows_the_leaderboard_and_what_to_do_with_it():
    subject = replace(subject_of(), leaderboard=BOARD)
    html = render_report(subject)
    page = Outline(html)
    assert page.open == []
    assert 'href="#leaderboard"' in html
    for said in ("0.014", "often the best", "Failed: broken", "More time would help."):
        assert said in html
    assert html.index("Mend zip first.") < html.index("More time would help.")


def test_what_comes_from_data_is_escaped():
    odd = replace(BOARD, entries=(entry(1, "<script>x</script>", 0.9), *BOARD.entries[1:]))
    assert "<script>" not in render_report(replace(subject_of(), leaderboard=odd))


def test_a_leaderboard_survives_being_kept_in_a_package():
    kept = ReportSubject(
        "m", "t", "Blending", datetime(2026, 3, 4, tzinfo=UTC), subject_of().evaluation
    )
    kept = replace(kept, leaderboard=BOARD)
    assert from_plain(ReportSubject, to_plain(kept)).leaderboard == BOARD


UNFINISHED = replace(
    BOARD,
    entries=(
        entry(1, "first", None, status=TrialStatus.CANCELLED),
        entry(
            2,
            "further",
            0.7,
            status=TrialStatus.CANCELLED,
            fold_scores=(0.6, 0.8, None, None, None),
            weight=1.0,
        ),
    ),
    tied=(),
)


def test_where_none_was_finished_the_one_that_came_furthest_is_said_to_answer():
    said = told(UNFINISHED)
    assert "further answers alone: no candidate was finished" in said
    assert "2 of 5 folds" in said
    assert "no mixture does better" not in said


def test_one_that_was_not_finished_is_never_called_the_best():
    assert "has the best" not in told(UNFINISHED)
    (shown,) = leaderboard_view(UNFINISHED).entries
    assert (shown.name, shown.note) == ("further", "unfinished")
