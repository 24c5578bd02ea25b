"""What a portfolio holds for one table and not for another."""

from dataclasses import replace

import numpy as np
import pytest
from competitions import CATALOG, candidate, entry, plan

from modelyard.domain.errors import InvalidValue
from modelyard.domain.tasks import Task
from modelyard.engine.automl.portfolio import Explorer, competing, portfolio


def found_for(of):
    algorithms = competing(CATALOG.algorithms(), of, only=())
    return portfolio(algorithms, of, rows=np.arange(len(of.y)))


def names(of):
    return [each.name for each in found_for(of)]


def with_categories(n_categories):
    of = plan(400)
    words = np.array([[f"w{at % n_categories}"] for at in range(400)], dtype=object)
    return replace(of, blocks=replace(of.blocks, strings=words))


def preparations(of):
    return [each.preparation.get("categorical_encoding") for each in found_for(of)]


def test_a_target_with_a_long_tail_gets_twins_that_learn_its_logarithm():
    of = plan(task=Task.REGRESSION)
    tailed = names(replace(of, y=np.exp(2 * of.y)))
    assert tailed[1] == f"{tailed[0]}-log"
    assert sum(each.endswith("-log") for each in tailed) > 3


def test_other_targets_get_no_twins():
    assert not any(each.endswith("-log") for each in names(plan(task=Task.REGRESSION)))


def test_rows_that_test_do_not_say_whether_a_logarithm_is_learnt():
    of = plan(task=Task.REGRESSION)
    of = replace(of, y=np.where(np.arange(len(of.y)) < 4, 1e6, of.y - of.y.min()))
    algorithms = competing(CATALOG.algorithms(), of, only=())
    for first, is_tailed in ((0, True), (4, False)):
        found = portfolio(algorithms, of, rows=np.arange(first, len(of.y)))
        assert any(each.is_log for each in found) is is_tailed


def test_a_target_below_zero_in_rows_that_test_has_no_logarithm():
    of = plan(task=Task.REGRESSION)
    tailed = np.exp(2 * of.y)
    algorithms = competing(CATALOG.algorithms(), of, only=())
    for first, has_one in ((tailed[0], True), (-3.0, False)):
        changed = replace(of, y=np.concatenate([[first], tailed[1:]]))
        found = portfolio(algorithms, changed, rows=np.arange(1, len(tailed)))
        assert any(each.is_log for each in found) is has_one


def test_what_the_user_says_of_categories_is_what_every_candidate_does():
    of = with_categories(40)
    assert "target" in preparations(of)
    asked = replace(of.preparation, categorical_encoding="ordinal")
    assert "target" not in preparations(replace(of, preparation=asked))


def test_columns_of_many_categories_are_tried_by_what_the_target_is_in_them():
    assert "target" in preparations(with_categories(40))
    assert "target" not in preparations(with_categories(5))


@pytest.mark.parametrize(("n_rows", "is_there"), [(500, True), (5_000, False)])
def test_a_start_that_is_meant_for_few_rows_is_left_out_where_they_are_many(n_rows, is_there):
    assert ("multi-layer-perceptron-1" in names(plan(n_rows))) is is_there


def test_an_algorithm_that_was_named_is_tried_however_many_rows_there_are():
    key = "multi-layer-perceptron"
    found = portfolio(
        {key: CATALOG.algorithms()[key]}, plan(5_000), rows=np.arange(5_000), only=[key]
    )
    assert [each.name for each in found] == [f"{key}-1"]


def test_no_two_candidates_share_a_name():
    of = plan(task=Task.REGRESSION)
    found = names(replace(of, y=np.exp(2 * of.y)))
    assert len(set(found)) == len(found)


def test_what_the_search_finds_has_a_name_and_a_reason_of_its_own_in_a_run_that_goes_on_as_well():
    kept = ["ridge-1", "ridge-s2", "ridge-s4"]
    entries = [
        entry(number, goodness=-1.0 / number, one=candidate(name=name, alpha=float(number)))
        for number, name in enumerate(kept, start=1)
    ]
    explorer = Explorer(
        {"ridge": CATALOG.algorithms()["ridge"]},
        CATALOG.searchers()["random"],
        np.random.default_rng(0),
    )
    found = [explorer.next(entries) for _ in range(6)]
    assert len({*kept, *(each.name for each in found)}) == len(kept) + len(found)
    assert all("around ridge-s4: alpha " in each.reason for each in found)


@pytest.mark.parametrize(
    ("key", "why"),
    [
        ("ridge", "'ridge' cannot take part in this run: it cannot do binary"),
        ("naive-bayes", "no settings of it are known to AutoML; train it alone"),
        ("lightgmb", "'lightgmb' cannot take part in this run\\."),
    ],
)
def test_one_that_was_named_and_cannot_compete_is_refused_with_the_reason(key, why):
    with pytest.raises(InvalidValue, match=why):
        competing(CATALOG.algorithms(), plan(), only=[key])
