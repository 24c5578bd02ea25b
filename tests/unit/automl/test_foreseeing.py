"""What a budget buys is foreseen: more for more time, less for longer fits, and what is left."""

import pytest

from modelyard.domain.errors import InvalidValue
from modelyard.domain.outlooks import Absence, Outlook
from modelyard.engine.automl.foreseeing import Course, require_time, seconds_of_a_fit
from modelyard.reporting.outlook_views import outlook_sentences

OUTLOOK = Outlook(
    n_rows=9_000,
    n_columns=14,
    n_features=25,
    n_folds=5,
    n_places=2,
    fit_s=0.98,
    time_s=55.0,
    table_bytes=2_000_000,
    base_bytes=300_000_000,
    fit_bytes=45_000_000,
    memory_bytes=8_000_000_000,
    n_starts=9,
    n_more=0,
    absences=(Absence("catboost", "is not installed: pip install 'modelyard[boosting]'"),),
)


def raced(*seconds, time_s, n_places=1, n_most=None):
    course = Course(time_s, [0.0] * n_places)
    for at, each in enumerate(seconds):
        course.take(f"algorithm-{at}", each)
    return course, course.counts(n_most)


def told(**facts):
    return " ".join(outlook_sentences(Outlook(**{**vars(OUTLOOK), **facts})))


def test_where_reading_took_all_the_time_a_longer_limit_is_named():
    require_time(9.9, 10.0)
    with pytest.raises(InvalidValue, match="took 26 s, and 10 s are allowed") as told:
        require_time(26.0, 10.0)
    assert "about 62 s with --time-limit" in told.value.fix


def test_a_fit_takes_longer_with_more_cells_and_a_higher_cost():
    assert seconds_of_a_fit(0, cost=1.0) < seconds_of_a_fit(10**6, cost=1.0)
    assert seconds_of_a_fit(10**6, cost=1.0) < seconds_of_a_fit(10**6, cost=4.0)


def test_candidates_count_as_long_as_there_is_time():
    _, (n_starts, n_more) = raced(4.0, 4.0, 4.0, 4.0, time_s=10.0)
    assert (n_starts, n_more) == (2, 0)


def test_two_places_take_two_at_a_time():
    _, (n_starts, _) = raced(4.0, 4.0, 4.0, 4.0, time_s=10.0, n_places=2)
    assert n_starts == 4


def test_the_time_that_the_portfolio_leaves_goes_to_the_search():
    _, counts = raced(1.0, 1.0, time_s=10.0)
    assert counts == (2, 8)


def test_a_number_of_trials_bounds_both():
    _, counts = raced(1.0, 1.0, time_s=10.0, n_most=5)
    assert counts == (2, 3)
    _, counts = raced(1.0, 1.0, time_s=None, n_most=1)
    assert counts == (1, 0)
    _, counts = raced(1.0, 1.0, time_s=None)
    assert counts == (2, None)


def test_an_algorithm_of_which_every_candidate_takes_too_long_is_named():
    course, _ = raced(1.0, 60.0, time_s=10.0)
    (absence,) = course.absences
    assert absence.algorithm == "algorithm-1"
    assert "60 s" in absence.reason


def test_the_size_of_the_work_and_what_it_buys_are_told():
    said = told()
    assert "9,000 rows × 14 columns, 25 features; 5 folds, 2 fits at a time" in said
    assert "About 9 candidates are likely in the 55 s for fits" in said
    assert "Left out: catboost is not installed" in said


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"n_starts": 0}, "No candidate is likely to be done"),
        ({"memory_bytes": 380_000_000}, "allow more with --memory-limit"),
        ({"memory_bytes": 300_000_000}, "no fit would begin; allow 390 MB with --memory-limit"),
        ({"time_s": None, "n_more": None}, "what a search finds then"),
        ({"n_folds": 1}, "one part held out"),
    ],
)
def test_what_stands_in_the_way_is_told(facts, words):
    assert words in told(**facts)


def test_what_is_held_before_the_first_fit_leaves_less_for_two_of_them():
    """Two of 45 MB beside 300 MB."""
    said = told(memory_bytes=400_000_000)
    assert "about 300 MB before the first fit, 2 MB of it data, and up to 45 MB a fit" in said
    assert "--memory-limit" not in said
