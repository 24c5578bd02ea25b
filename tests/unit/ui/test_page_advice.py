"""Advice as it stands on the page: without options of the command line, and still sentences."""

import re

import pytest

from modelyard.ui.parts.advice import without_options


@pytest.mark.parametrize(
    ("advice", "told"),
    [
        ("Read it as one: --kind id=integer.", "Read it as one."),
        ("Drop it with --drop a.b, or keep it.", "Drop it, or keep it."),
        ("Leave it out with --drop 'a b'.", "Leave it out."),
        ("Merge rare categories.", "Merge rare categories."),
        (
            "Drop it with --drop 'a b', or accept it with --accept 'leakage-single:a b'.",
            "Drop it, or accept it.",
        ),
        (
            "or judge the model on later rows alone with --time 'a b'.",
            "or judge the model on later rows alone.",
        ),
        (
            "read it as such with --kind 'a b'=category; leave it out with --drop 'a b'.",
            "read it as such; leave it out.",
        ),
        (
            "or train again with --drop a and compare.",
            "or train again without it and compare.",
        ),
        (
            "Use --task regression, or put the numbers into named bands first.",
            "Use “A number”, or put the numbers into named bands first.",
        ),
        (
            "Write its numbers plainly, or use --task binary or --task multiclass.",
            "Write its numbers plainly, or use “One of two answers” or “One of several answers”.",
        ),
        ("Predict the number itself with --task regression.", "Predict the number itself."),
        ("choose another target with --target.", "choose another target."),
        (
            "Let the absolute error decide with --metric mae where all rows count alike.",
            "Let the absolute error decide where all rows count alike.",
        ),
        (
            "Keep its rows together with --group a, or drop it.",
            "Keep its rows together, or drop it.",
        ),
        ("Set --cv 5.", "Set 5 folds."),
        (
            "take fewer values of each range (--grid-points 2), or allow --trials 27.",
            "take fewer values of each range, or allow 27 trials.",
        ),
        (
            "Allow more time with --time-limit, or leave columns or rows out.",
            "Allow more time, or leave columns or rows out.",
        ),
        (
            "Test on more rows, with --split 0.7,0,0.3 for example, or add rows.",
            "Test on more rows for example, or add rows.",
        ),
        ("smaller and easier to explain: --algorithm ridge.", "smaller and easier to explain."),
        (
            "and --learning-curve with --trials would tell.",
            "and a learning curve would tell.",
        ),
        ("Leave out --group or --time.", "Leave out the column of groups or the column of time."),
    ],
)
def test_advice_names_no_options_of_a_command_line(advice: str, told: str) -> None:
    assert without_options(advice) == told


def test_what_is_no_option_is_left_alone() -> None:
    told = "A plan -- and a range 1--2, minus-signs and --."
    assert without_options(told) == told
    assert not re.search(r"--[a-z]", told)
