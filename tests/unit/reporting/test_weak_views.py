"""Weak spots are told in sentences that can be acted on; where there are none, that is said."""

from modelyard.domain.weaknesses import Slice, Weaknesses, WorstRow
from modelyard.reporting.weak_views import slice_sentences, weak_view

LABELS = "share of wrong answers"


def test_a_slice_of_labels_is_told_by_its_errors():
    weak = Slice(("island = Dream", "mass > 4,050"), 42, 0.31, 0.06, 0.31, 0.06, 1e-6)

    assert slice_sentences(Weaknesses(LABELS, 900, (weak,))) == (
        "Where island = Dream and mass > 4,050: 31 % wrong (n = 42) against 6 % elsewhere.",
    )


def test_a_slice_by_probabilities_is_told_by_errors_and_loss():
    weak = Slice(("x > 1",), 1042, 0.9, 0.3, 0.2, 0.1, 1e-6)

    assert slice_sentences(Weaknesses("log loss", 900, (weak,))) == (
        "Where x > 1: 20 % wrong (n = 1,042) against 10 % elsewhere; log loss 0.9 against 0.3.",
    )


def test_a_slice_of_values_is_told_by_its_error():
    weak = Slice(("x > 1",), 50, 12.0, 3.5, None, None, 1e-6)

    assert slice_sentences(Weaknesses("absolute error", 900, (weak,))) == (
        "Where x > 1: absolute error 12 on average (n = 50) against 3.5 elsewhere.",
    )


def test_where_nothing_was_found_or_looked_for_it_is_said():
    assert slice_sentences(Weaknesses(LABELS, 1200)) == (
        "No part stands out among 1,200 conditions and pairs of conditions.",
    )
    assert "too few" in slice_sentences(Weaknesses(LABELS))[0]


def test_the_worst_rows_show_truth_answer_and_inputs():
    row = WorstRow(1234, "no", "yes", 0.98, 4.0, {"x": "1.5", "word": ""})
    view = weak_view(Weaknesses(LABELS, worst=(row,)))

    assert view.headings == ("x", "word")
    assert view.worst[0].row == "1,234"
    assert view.worst[0].answer == "yes"
    assert view.worst[0].sureness == "98 % sure"
    assert view.worst[0].inputs == ("1.5", "")


def test_without_a_search_there_is_nothing_to_show():
    assert weak_view(None) is None


def test_pictures_whose_names_begin_alike_stand_beside_their_own_rows():
    names = [f"a-long-folder-of-pictures-of-one-kind/{'x' * 40}{at}.png" for at in range(2)]
    rows = tuple(WorstRow(1, "no", "yes", 0.9, 2.0, {"image": name}) for name in names)
    view = weak_view(
        Weaknesses(LABELS, worst=rows),
        thumbnails={name: f"small {at}" for at, name in enumerate(names)},
        saliency={name: f"red {at}" for at, name in enumerate(names)},
    )

    assert [(each.picture, each.saliency) for each in view.worst] == [
        ("small 0", "red 0"),
        ("small 1", "red 1"),
    ]
    assert all(each.inputs[0].endswith("…") for each in view.worst)
