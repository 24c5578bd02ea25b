"""Exact contributions, against the definition: every coalition of columns is asked for."""

from itertools import combinations
from math import factorial

import numpy as np
import pytest

from modelyard.domain.explanations import Scale
from modelyard.packaging.graphs.boosting import Lesson, boosted_graph
from modelyard.packaging.graphs.chains import Chain
from modelyard.packaging.graphs.linear import linear
from modelyard.packaging.graphs.scores import softmax, two_columns
from modelyard.packaging.graphs.trees import Tree, mean_of_float32_trees
from modelyard.runtime.calibration import Calibration
from modelyard.runtime.explaining.descents import DescentReasons
from modelyard.runtime.explaining.forms import structure_of
from modelyard.runtime.explaining.linear import LinearReasons
from modelyard.runtime.explaining.links import answers_of, calibrated
from modelyard.runtime.explaining.shares import TooManyToCount
from modelyard.runtime.explaining.trees import TreeReasons
from modelyard.runtime.graphs import read_graph
from modelyard.runtime.sessions import Session

# Six features of four raw columns: the first three are one category's, as one-hot columns are.
PLAYERS = np.array([2, 2, 2, 0, 1, 3])
N_PLAYERS, N_FEATURES = 4, 6
SINGLE_LEAF = Tree(*(np.empty(0, dtype=np.int64) for _ in range(5)), leaves=np.array([0.7]))


def shapley(raw, row, reference):
    """What each column moves raw scores by: the mean of its gains over all coalitions."""

    def worth(coalition):
        is_ours = np.isin(PLAYERS, list(coalition))
        return np.mean([raw(np.where(is_ours, row, other)) for other in reference], axis=0)

    moved = []
    for player in range(N_PLAYERS):
        others = [each for each in range(N_PLAYERS) if each != player]
        total = 0.0
        for size in range(N_PLAYERS):
            weight = factorial(size) * factorial(N_PLAYERS - size - 1) / factorial(N_PLAYERS)
            for chosen in combinations(others, size):
                total = total + weight * (worth((*chosen, player)) - worth(chosen))
        moved.append(total)
    return np.array(moved)


def grown(rng, n_splits, *, width=None):
    """Split a random leaf at a time; columns come back on the way down."""
    left, right = np.full(n_splits, ~0), np.full(n_splits, ~0)
    hanging = {}
    for split in range(n_splits):
        leaf = int(rng.integers(split + 1))
        if leaf in hanging:
            side, parent = hanging[leaf]
            side[parent] = split
        left[split], right[split] = ~leaf, ~(split + 1)
        hanging[leaf], hanging[split + 1] = (left, split), (right, split)
    shape = (n_splits + 1,) if width is None else (n_splits + 1, width)
    return Tree(
        feature=rng.integers(N_FEATURES, size=n_splits),
        threshold=rng.normal(size=n_splits),
        missing_left=rng.random(n_splits) < 0.5,
        left=left,
        right=right,
        leaves=rng.normal(size=shape),
    )


def rows(rng, n_rows):
    made = rng.normal(size=(n_rows, N_FEATURES))
    made[rng.random(made.shape) < 0.2] = np.nan
    return made


def sum_walked(trees, row, *, n_targets=1):
    """Raw scores by walking each tree; tree t adds to target t % n_targets."""
    raw = np.zeros((n_targets, *trees[0].leaves.shape[1:]))
    for number, tree in enumerate(trees):
        at = 0 if len(tree.feature) else ~0
        while at >= 0:
            value = row[tree.feature[at]]
            goes_left = tree.missing_left[at] if np.isnan(value) else value <= tree.threshold[at]
            at = int(tree.left[at] if goes_left else tree.right[at])
        raw[number % n_targets] += tree.leaves[~at]
    return raw


def structure(chain, *, n_outputs):
    model = chain.to_model(n_features=N_FEATURES, n_outputs=n_outputs)
    found = structure_of(read_graph(model), n_outputs=n_outputs)
    assert found is not None
    return found


def lesson(n_classes, *, center=0.0, spread=1.0):
    return Lesson(np.empty(0), np.arange(n_classes), n_classes, center=center, spread=spread)


def reasons_of(kind, found, reference):
    return kind(found, reference, players=PLAYERS, n_players=N_PLAYERS)


def require_equal(kind, found, raw, *, rng, target=0):
    """Compare one row's reasons with the definition."""
    row, reference = rows(rng, 1), rows(rng, 5)
    reasons = reasons_of(kind, found, reference)
    score, moved = reasons.reasons(row, target)
    expected = shapley(raw, row[0], reference)[:, target]
    np.testing.assert_allclose(moved, expected, rtol=0, atol=1e-12)
    assert score == pytest.approx(raw(row[0])[target], abs=1e-12)
    means = np.mean([raw(each) for each in reference], axis=0)
    np.testing.assert_allclose(reasons.reference_raw.mean(axis=0), means, atol=1e-12)


@pytest.mark.parametrize("kind", [TreeReasons, DescentReasons])
@pytest.mark.parametrize("seed", range(8))
class TestTrees:
    def test_log_odds_of_two_classes(self, kind, seed):
        rng = np.random.default_rng(seed)
        trees = [grown(rng, 12) for _ in range(3)]
        found = structure(boosted_graph(trees, np.array([0.3]), lesson=lesson(2)), n_outputs=2)
        assert found.scale is Scale.LOG_ODDS
        require_equal(kind, found, lambda row: 0.3 + sum_walked(trees, row), rng=rng)

    def test_log_odds_of_each_of_many_classes(self, kind, seed):
        rng = np.random.default_rng(seed)
        trees = [grown(rng, 9) for _ in range(6)]
        start = np.array([0.1, -0.2, 0.5])
        found = structure(boosted_graph(trees, start, lesson=lesson(3)), n_outputs=3)
        target = seed % 3
        assert found.scale is Scale.LOG_ODDS
        require_equal(
            kind,
            found,
            lambda row: start + sum_walked(trees, row, n_targets=3),
            rng=rng,
            target=target,
        )

    def test_values_in_the_unit_of_the_target(self, kind, seed):
        rng = np.random.default_rng(seed)
        trees = [grown(rng, 12), SINGLE_LEAF, grown(rng, 4)]
        chain = boosted_graph(trees, np.array([0.5]), lesson=lesson(0, center=100.0, spread=8.0))
        found = structure(chain, n_outputs=1)
        assert found.scale is Scale.VALUE
        require_equal(kind, found, lambda row: 100 + 8 * (0.5 + sum_walked(trees, row)), rng=rng)

    def test_probabilities_of_a_forest(self, kind, seed):
        rng = np.random.default_rng(seed)
        trees = [grown(rng, 10, width=3) for _ in range(4)]
        found = structure(mean_of_float32_trees(trees), n_outputs=3)
        assert found.scale is Scale.PROBABILITY
        require_equal(
            kind, found, lambda row: sum_walked(trees, row)[0] / 4, rng=rng, target=seed % 3
        )


@pytest.mark.parametrize("kind", [TreeReasons, DescentReasons])
def test_columns_without_a_split_move_nothing(kind):
    rng = np.random.default_rng(0)
    tree = grown(rng, 6)
    tree.feature[:] = 4
    found = structure(boosted_graph([tree], np.zeros(1), lesson=lesson(2)), n_outputs=2)
    _, moved = reasons_of(kind, found, rows(rng, 5)).reasons(rows(rng, 1), 0)
    assert moved[[0, 2, 3]].tolist() == [0, 0, 0]


def test_trees_of_a_single_leaf_move_nothing():
    found = structure(
        boosted_graph([SINGLE_LEAF, SINGLE_LEAF], np.zeros(1), lesson=lesson(2)), n_outputs=2
    )
    reference = rows(np.random.default_rng(0), 3)
    reasons = reasons_of(DescentReasons, found, reference)
    score, moved = reasons.reasons(reference[:1], 0)
    assert score == pytest.approx(1.4)
    assert moved.tolist() == [0] * N_PLAYERS
    assert reasons.reference_raw.ravel() == pytest.approx([1.4] * 3)


@pytest.mark.parametrize("n_outputs", [1, 2, 3])
def test_weighted_sums(n_outputs):
    rng = np.random.default_rng(n_outputs)
    n_raw = 1 if n_outputs == 2 else n_outputs
    weights, intercepts = rng.normal(size=(N_FEATURES, n_raw)), rng.normal(size=n_raw)
    chain = linear(weights, intercepts)
    links = {1: lambda made: made, 2: two_columns, 3: softmax}
    found = structure(links[n_outputs](chain), n_outputs=n_outputs)
    row, reference = rng.normal(size=(1, N_FEATURES)), rng.normal(size=(5, N_FEATURES))
    score, moved = reasons_of(LinearReasons, found, reference).reasons(row, n_raw - 1)

    def raw(row):
        return row @ weights + intercepts

    np.testing.assert_allclose(moved, shapley(raw, row[0], reference)[:, -1], atol=1e-12)
    assert score == pytest.approx(raw(row[0])[-1])


def test_one_slope_for_all_labels_is_part_of_the_log_odds():
    rng = np.random.default_rng(0)
    for n_outputs, link in ((2, two_columns), (3, softmax)):
        n_raw = 1 if n_outputs == 2 else n_outputs
        chain = link(linear(rng.normal(size=(N_FEATURES, n_raw)), rng.normal(size=n_raw)))
        found = structure(chain, n_outputs=n_outputs)
        offsets = tuple(rng.normal(size=n_outputs))
        calibration = Calibration("sigmoid", slopes=(0.6,) * n_outputs, offsets=offsets)
        folded = calibrated(found, calibration)
        assert folded is not None
        features = rng.normal(size=(20, N_FEATURES))
        session = Session(chain.to_model(n_features=N_FEATURES, n_outputs=n_outputs))
        expected = calibration.apply(session.scores(features))
        answers = answers_of(folded.raw(features), folded.scale)
        np.testing.assert_allclose(answers, expected, atol=1e-12)


@pytest.mark.parametrize(
    "calibration",
    [
        Calibration("isotonic", knots=(((0.0, 1.0), (0.1, 0.9)),)),
        Calibration("sigmoid", slopes=(0.5, 0.7), offsets=(0.0, 0.1)),
    ],
)
def test_other_calibrations_are_no_part_of_the_log_odds(calibration):
    found = structure(two_columns(linear(np.ones((N_FEATURES, 1)), np.zeros(1))), n_outputs=2)
    assert calibrated(found, calibration) is None


@pytest.mark.parametrize(
    "chain",
    [
        Chain().then("Relu"),
        linear(np.ones((N_FEATURES, 1)), np.zeros(1)).then("Relu"),
        Chain().then("Add", None, Chain().then("Relu")),
    ],
)
def test_a_graph_of_another_form_has_no_structure(chain):
    model = chain.to_model(n_features=N_FEATURES, n_outputs=1)
    assert structure_of(read_graph(model), n_outputs=1) is None


def test_more_columns_than_a_number_has_bits_are_left_to_sampling():
    found = structure(
        mean_of_float32_trees([grown(np.random.default_rng(0), 3, width=1)]), n_outputs=1
    )
    with pytest.raises(TooManyToCount, match="too many columns"):
        DescentReasons(
            found, np.zeros((1, N_FEATURES)), players=np.arange(N_FEATURES), n_players=63
        )
