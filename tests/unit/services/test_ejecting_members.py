"""What a script would train otherwise than the model was is refused."""

import pytest

from modelyard.domain.errors import UsageError
from modelyard.domain.leaderboards import Candidate, Entry, Shipped
from modelyard.domain.trials import TrialStatus
from modelyard.services.ejecting import require_refitted


def _entry(*, is_refitted: bool) -> Entry:
    shipped = Shipped(1, is_refitted=is_refitted, row_us=1.0, batch_us=1.0, size_bytes=1)
    one = Candidate("lightgbm-3", "lightgbm", {}, "a test")
    return Entry(1, one, TrialStatus.SUCCEEDED, shipped=shipped)


def test_a_model_of_one_fold_is_refused_with_the_reason() -> None:
    with pytest.raises(UsageError, match="lightgbm-3 answers by its model of one fold") as refused:
        require_refitted(_entry(is_refitted=False))
    assert "more time" in str(refused.value.fix)


def test_one_that_was_fitted_on_all_rows_is_not() -> None:
    require_refitted(_entry(is_refitted=True))
