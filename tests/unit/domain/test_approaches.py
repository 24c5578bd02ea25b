"""Options that do not go together are refused as whoever gave them has spelled them."""

import pytest

from modelyard.cli._options import SPELLED
from modelyard.domain.approaches import Wanted, approach_of
from modelyard.domain.errors import UsageError


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"budget": {"time_limit_s": 20.0}}, "--time-limit belongs to a search, and none"),
        (
            {"budget": {"time_limit_s": 20.0, "n_trials": 3}},
            "--time-limit, --trials belong to a search, and none",
        ),
        ({"automl": {"memory_limit_mb": 500}}, "--memory-limit belongs to AutoML, which"),
        (
            {"algorithm": None, "budget": {"n_trials": 3}, "search": {"n_folds": 3}},
            "--search-folds belongs to a search of one algorithm",
        ),
    ],
)
def test_an_option_out_of_place_is_named_as_it_is_typed(given, told):
    plain = {"algorithm": "ridge", "search_type": None, "budget": {}, "search": {}, "automl": {}}
    with pytest.raises(UsageError) as refused:
        approach_of(Wanted(**{**plain, **given}, spelled=SPELLED), asks_search="--search grid")
    assert refused.value.message.startswith(told)


def test_where_a_door_has_no_names_of_its_own_the_fields_are_named():
    wanted = Wanted("ridge", None, {"n_trials": 3}, {}, {})
    with pytest.raises(UsageError, match="n_trials belongs to a search"):
        approach_of(wanted, asks_search="")
