"""The time kept for fits on all rows follows what would be chosen."""

from itertools import count

from modelyard.engine.automl.reserves import RefitReserve


def reserve(quick, careful, *, choice_s=0.0, near_s=0.0):
    """Return a reserve whose fits take these seconds in turn, and the list of what was asked."""
    asked = []
    clock = count(step=choice_s)

    def told(name, seconds):
        rest = iter(seconds)

        def ask():
            asked.append(name)
            return [next(rest)]

        return ask

    made = RefitReserve(
        told("quick", quick),
        told("careful", careful),
        seconds_of=sum,
        clock=lambda: next(clock),
        near_s=near_s,
    )
    return made, asked


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


def test_near_the_end_it_is_chosen_with_care_once_and_the_time_of_a_choice_is_kept_from_then_on():
    kept, asked = reserve([3.0, 2.0, 9.0], [5.0, 4.0], choice_s=1.5, near_s=10.0)
    assert kept.seconds(1, left_s=13.0) == 3.0
    assert kept.seconds(1, left_s=12.9) == 5.0
    # The members of before may be those of the end, whatever the quick choice says now.
    assert kept.seconds(2, left_s=12.0) == 5.0 + 1.5
    assert kept.seconds(3, left_s=11.0) == 9.0 + 1.5
    assert asked == ["quick", "careful", "quick", "quick"]
    assert kept.is_less(3)
    assert kept.seconds(3, left_s=11.0) == 4.0


def test_before_anything_is_finished_nothing_is_chosen():
    kept, asked = reserve([0.0], [], choice_s=1.0, near_s=10.0)
    assert kept.seconds(0, left_s=1.0) == 0.0
    assert asked == ["quick"]
