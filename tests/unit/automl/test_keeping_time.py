"""The time kept for fits on all rows follows what would be chosen."""

from modelyard.engine.automl.reserves import RefitReserve


def reserve(quick, careful):
    """Return a reserve whose choices take these seconds in turn, and the list of what was asked."""
    asked = []

    def told(name, seconds):
        rest = iter(seconds)

        def ask():
            asked.append(name)
            return next(rest)

        return ask

    return RefitReserve(told("quick", quick), told("careful", careful)), asked


def test_the_quick_choice_is_made_once_for_each_number_of_candidates():
    kept, asked = reserve([3.0, 4.0], [])
    assert [kept.seconds(1), kept.seconds(1), kept.seconds(2)] == [3.0, 3.0, 4.0]
    assert asked == ["quick", "quick"]


def test_the_careful_choice_takes_the_place_of_the_quick_one():
    kept, asked = reserve([3.0], [1.0])
    assert kept.is_less(1)
    assert kept.seconds(1) == 1.0
    assert not kept.is_less(1)
    assert asked == ["quick", "careful"]


def test_a_careful_choice_that_takes_longer_leaves_no_more_time():
    kept, _ = reserve([3.0], [5.0])
    assert not kept.is_less(1)
    assert kept.seconds(1) == 5.0


def test_where_nothing_is_kept_no_care_is_needed():
    kept, asked = reserve([0.0], [])
    assert not kept.is_less(1)
    assert asked == ["quick"]
