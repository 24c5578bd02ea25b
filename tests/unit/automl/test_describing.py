"""What a package keeps of a leaderboard can be written as JSON, whatever was scored."""

from dataclasses import replace
from math import nan

from boards import board
from competitions import candidate, entry

from modelyard.engine.automl.describing import described, trial_of
from modelyard.kit.hashing import canonical_json


def test_a_blend_of_which_no_fold_can_be_scored_is_kept_without_a_score():
    told = described(board(blend_score=nan, free_score=nan))
    assert (told["blend_score"], told["free_score"]) == (None, None)
    assert canonical_json(told)


def test_the_preparation_and_the_logarithm_are_kept_beside_the_hyperparameters():
    one = replace(candidate(), preparation={"categorical_encoding": "target"}, is_log=True)
    kept = trial_of(entry(1, goodness=0.5, one=one)).parameters
    assert kept["candidate"] == "ridge-1"
    assert kept["categorical_encoding"] == "target"
    assert kept["taught"] == "logarithm of the target"
    (told,) = described(board(entry(1, goodness=0.5, one=one)))["entries"]
    assert (told["preparation"], told["is_log"]) == ({"categorical_encoding": "target"}, True)


def test_what_answers_is_kept_wherever_it_stands():
    better = [entry(number, goodness=1 - number / 100) for number in range(1, 40)]
    one = replace(entry(40, goodness=0.1), weight=1.0)
    kept = described(board(*better, one))["entries"]
    assert [each["number"] for each in kept] == [*range(1, 21), 40]
