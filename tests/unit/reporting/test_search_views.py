"""A search is told with what it tried, what won, how surely, and what the score is worth."""

from dataclasses import replace

from modelyard.domain.trials import Dimension, Ending, Search, Trial, TrialStatus
from modelyard.reporting.search_views import MAX_TRIALS, search_sentences, search_view


def trial(number, score, status=TrialStatus.SUCCEEDED, **values):
    values = values or {"depth": number}
    scores = (score, None) if status is TrialStatus.PRUNED else (score, score)
    return Trial(number, values, status, score, score, scores, 1.0)


SEARCH = Search(
    search_type="random",
    title="Random search",
    metric="accuracy",
    metric_title="Accuracy",
    n_folds=5,
    n_repeats=1,
    space=(Dimension("depth", 1, 9, is_whole=True),),
    trials=(trial(1, 0.8), trial(2, 0.7, TrialStatus.PRUNED), trial(3, 0.9), trial(4, 0.85)),
    tied=(4,),
    ending=Ending.TRIALS,
    duration_s=4.0,
)


def told(**changes):
    return " ".join(search_sentences(replace(SEARCH, **changes)))


def test_what_was_tried_is_told():
    assert "Random search: 4 trials (1 given up early) on the same 5 folds, over depth." in told()


def test_the_best_trial_stands_beside_the_default_parameters():
    assert "Trial 3 is the best, with Accuracy 0.9" in told()
    assert "the default parameters reach 0.8" in told()


def test_a_search_that_found_nothing_better_says_so():
    trials = (trial(1, 0.9), trial(2, 0.8))
    assert "No trial is better than the default parameters" in told(trials=trials)


def test_trials_that_cannot_be_told_from_the_best_are_counted():
    assert "1 of 2 other finished trials cannot be told from it:" in told()
    assert "the default parameters among them" in told(tied=(1, 4))
    assert "It is surely better than every other trial" in told(tied=())


def test_a_search_that_had_time_for_the_default_alone_says_that_nothing_else_was_tried():
    text = told(trials=(trial(1, 0.9),), tied=(), ending=Ending.TIME)

    assert "Nothing but the default parameters was tried, with Accuracy 0.9" in text
    assert "No trial is better" not in text
    assert "flatters" not in text


def test_the_score_of_the_best_is_called_what_it_is():
    assert "The best of many scores flatters" in told()


def test_an_early_end_is_told():
    assert "when its time was up" in told(ending=Ending.TIME)
    assert "It was interrupted" in told(ending=Ending.INTERRUPTED)
    assert "nothing was left to try" in told(ending=Ending.EXHAUSTED)


def test_the_table_shows_the_best_first_with_what_became_of_each():
    view = search_view(SEARCH)

    assert [each.number for each in view.trials] == ["3", "4", "1", "2"]
    assert [each.note for each in view.trials] == ["best", "as good", "defaults", "given up early"]
    assert view.headings == ("depth",)
    assert view.trials[0].values_shown == ("3",)


def test_the_table_is_short_however_long_the_search():
    trials = tuple(trial(number, number / 100) for number in range(1, 60))
    assert len(search_view(replace(SEARCH, trials=trials)).trials) == MAX_TRIALS


def test_without_a_search_nothing_is_shown():
    assert search_view(None) is None
