"""What a package keeps of a leaderboard can be written as JSON, whatever was scored."""

from math import nan

from boards import board

from modelyard.engine.automl.describing import described
from modelyard.kit.hashing import canonical_json


def test_a_blend_of_which_no_fold_can_be_scored_is_kept_without_a_score():
    told = described(board(blend_score=nan, free_score=nan))
    assert (told["blend_score"], told["free_score"]) == (None, None)
    assert canonical_json(told)
