"""An ensemble fits its members on folds and on all rows, and answers as one model."""

from dataclasses import replace

import numpy as np
import onnxruntime
import polars as pl
import pytest

from modelyard.catalog import Catalog
from modelyard.domain.columns import Column, ColumnKind
from modelyard.domain.configs import PreparationConfig
from modelyard.domain.errors import InvalidValue, UnknownKey
from modelyard.domain.losses import Loss
from modelyard.domain.splits import Bonds
from modelyard.domain.tables import Table
from modelyard.domain.tasks import Task
from modelyard.engine.dealing import Dealer
from modelyard.engine.ensembles.attempts import Attempts
from modelyard.engine.ensembles.combining import fit_plan
from modelyard.engine.ensembles.members import out_of_fold, plan_members
from modelyard.engine.ensembles.recipes import merge_recipes
from modelyard.engine.fitting import FitPlan
from modelyard.engine.parameters import resolve_parameters
from modelyard.engine.preparing import blocks_of
from modelyard.protocols.algorithms import AlgorithmCard, Needs
from modelyard.protocols.progress import Silence

ALGORITHMS = Catalog().algorithms()
N_ROWS = 120
QUICK = [
    {"name": "random-forest", "parameters": {"n_estimators": 5}},
    {"name": "lightgbm", "parameters": {"n_estimators": 20}},
    "logistic-regression",
]


class Faulty:
    """Fails in the way that it is given, once it has been fitted so many times."""

    def __init__(self, error, *, after=0):
        self.card = AlgorithmCard(
            key="faulty",
            title="Faulty",
            summary="",
            tasks=frozenset(Task),
            parameters=(),
            needs=Needs(takes_missing=True, normalize="none", categorical_encoding="ordinal"),
            source="",
        )
        self.error, self.left = error, after

    def fit(self, training):
        if not self.left:
            raise self.error
        self.left -= 1
        return ALGORITHMS["dummy"].fit(training)


def table_of_rows():
    rng = np.random.default_rng(0)
    x, z = rng.normal(size=(2, N_ROWS))
    words = np.where(rng.random(N_ROWS) < 0.3, None, np.where(z > 0, "high", "low"))
    frame = pl.DataFrame(
        {"x": np.where(rng.random(N_ROWS) < 0.1, np.nan, x), "z": z, "word": words.tolist()},
        nan_to_null=True,
    )
    kinds = (ColumnKind.NUMERIC, ColumnKind.NUMERIC, ColumnKind.CATEGORY)
    table = Table(frame, tuple(map(Column, frame.columns, kinds)))
    return table, (x + z + rng.normal(scale=0.5, size=N_ROWS) > 0).astype(np.int64)


TABLE, Y = table_of_rows()
DEALER = Dealer(TABLE, Y, Task.BINARY, Bonds(("x", "z", "word")))


def planned(key, *members, given=None, algorithms=ALGORITHMS, **options):
    algorithm = ALGORITHMS[key]
    plan = FitPlan(
        blocks=blocks_of(TABLE),
        y=Y,
        columns=TABLE.columns,
        target="y",
        task=Task.BINARY,
        labels=("no", "yes"),
        algorithm=algorithm,
        parameters=resolve_parameters(algorithm.card, {"members": given or list(members)}),
        preparation=PreparationConfig(),
        transforms=Catalog().transforms(),
        n_threads=1,
    )
    plan = replace(plan, **options)
    return replace(plan, members=plan_members(plan, algorithms, are_chosen=True))


@pytest.mark.parametrize(
    ("key", "taught"),
    [("blending", Loss.ABSOLUTE_ERROR), ("voting", Loss.ABSOLUTE_ERROR),
     ("stacking", Loss.SQUARED_ERROR)],
)  # fmt: skip
def test_members_make_small_what_combines_them_does(key, taught):
    plan = planned(key, "lightgbm", wanted_loss=Loss.ABSOLUTE_ERROR)
    assert [each.plan.loss for each in plan.members] == [taught]


def fitted(plan, *, n_train=90, seed=0):
    rows = np.arange(N_ROWS)
    return fit_plan(
        plan,
        rows[:n_train],
        validation=rows[n_train:],
        dealer=DEALER,
        rng=np.random.default_rng(seed),
        progress=Silence(),
    )


@pytest.mark.parametrize("key", ["voting", "stacking", "blending"])
def test_one_recipe_and_one_graph_answer_as_the_members_combined(key):
    plan = planned(key, *QUICK)
    model = fitted(plan)

    features = model.recipe.apply(plan.blocks)
    providers = ["CPUExecutionProvider"]
    session = onnxruntime.InferenceSession(model.model.to_onnx(), providers=providers)
    got = session.run(["scores"], {"features": features})[0]

    np.testing.assert_allclose(got, model.scores(plan.blocks), rtol=0, atol=1e-12)


def test_votes_are_the_mean_of_members_that_were_fitted_alone():
    plan = planned("voting", *QUICK)
    model = fitted(plan).model
    features = fitted(plan).recipe.apply(plan.blocks)

    parts = [
        member.scores(np.ascontiguousarray(features[:, columns]))
        for member, columns in zip(model.members, model.columns, strict=True)
    ]

    np.testing.assert_allclose(model.scores(features), np.mean(parts, axis=0), rtol=0, atol=1e-15)


def test_members_answer_out_of_fold_for_rows_that_did_not_teach_them():
    plan = planned("stacking", "dummy")
    dealt = [(np.arange(40, 120), np.arange(40)), (np.arange(80), np.arange(80, 120))]

    found = out_of_fold(
        plan.members,
        np.arange(N_ROWS),
        dealt=dealt,
        dealer=DEALER,
        rng=np.random.default_rng(0),
        attempts=Attempts(Silence(), 2),
    )

    np.testing.assert_array_equal(found.rows, [*range(40), *range(80, 120)])
    expected = [Y[40:].mean()] * 40 + [Y[:80].mean()] * 40
    np.testing.assert_allclose(found.scores["dummy"][:, 1], expected)


def test_a_member_that_fails_is_left_out_with_its_reason():
    algorithms = {**ALGORITHMS, "faulty": Faulty(RuntimeError("no memory"))}
    model = fitted(planned("stacking", "dummy", "faulty", algorithms=algorithms))

    assert [each.reason for each in model.members] == ["", "RuntimeError: no memory"]
    assert model.members[1].scores is None
    assert len(model.model.members) == 1
    assert [each["name"] for each in model.model.parameters["members"]] == ["dummy"]


def test_a_member_that_fails_on_all_rows_alone_is_left_out_as_well():
    faulty = Faulty(InvalidValue("It cannot.", fix="Do not."), after=5)
    algorithms = {**ALGORITHMS, "faulty": faulty}
    model = fitted(planned("stacking", "faulty", "dummy", algorithms=algorithms))

    assert [each.reason for each in model.members] == ["It cannot. Do not.", ""]
    assert len(model.model.members) == 1


def test_where_every_member_fails_the_first_reason_is_the_error():
    algorithms = {**ALGORITHMS, "faulty": Faulty(InvalidValue("It cannot."))}
    with pytest.raises(InvalidValue, match="It cannot"):
        fitted(planned("blending", "faulty", "faulty", algorithms=algorithms))


def test_what_one_member_answers_does_not_depend_on_the_others():
    forest = {"name": "random-forest", "parameters": {"n_estimators": 5}}
    alone = fitted(planned("stacking", forest)).members[0]
    beside = fitted(planned("stacking", forest, "dummy")).members[0]

    np.testing.assert_array_equal(alone.scores, beside.scores)


def test_one_algorithm_may_be_a_member_twice_under_two_names():
    plan = planned("voting", "dummy", "dummy", "dummy")
    assert [each.name for each in plan.members] == ["dummy", "dummy-2", "dummy-3"]


def test_validation_rows_that_are_held_teach_neither_members_nor_their_combination():
    model = fitted(planned("stacking", *QUICK, holds_validation=True))

    np.testing.assert_array_equal(model.taught, np.arange(90))
    np.testing.assert_array_equal(model.members[0].rows, np.arange(90))
    assert model.n_stopping == 30


def test_rows_with_gaps_that_are_to_be_dropped_teach_nobody():
    model = fitted(
        planned("stacking", *QUICK, preparation=PreparationConfig(handle_missing="drop"))
    )

    complete = np.flatnonzero(
        TABLE.frame.select(~pl.any_horizontal(pl.all().is_null())).to_series()
    )
    np.testing.assert_array_equal(model.taught, complete)
    assert model.n_left_out == N_ROWS - len(complete)


def test_a_stage_that_members_share_is_stored_once_and_others_have_names_of_their_own():
    plan = planned("voting", *QUICK)
    recipes = [
        (each.name, fitted(planned("voting", entry)).recipe)
        for each, entry in zip(plan.members, QUICK, strict=True)
    ]
    blocks = blocks_of(TABLE)

    merged, columns = merge_recipes(recipes)

    made = [name for stage in merged.stages for name in stage.outputs]
    assert len(made) == len(set(made)) == len(set(made) - {"x", "z", "word"})
    assert len(merged.stages) < sum(len(recipe.stages) for _, recipe in recipes)
    assert len(merged.features) < sum(len(recipe.features) for _, recipe in recipes)
    for (_, recipe), own in zip(recipes, columns, strict=True):
        np.testing.assert_array_equal(merged.apply(blocks)[:, own], recipe.apply(blocks))


def test_members_may_come_as_a_text_or_as_a_list():
    card = ALGORITHMS["voting"].card
    text = resolve_parameters(card, {"members": "dummy, Random_Forest"})["members"]
    listed = resolve_parameters(card, {"members": ["dummy", {"name": "random-forest"}]})["members"]
    assert text == listed
    assert [each["name"] for each in text] == ["dummy", "random-forest"]


@pytest.mark.parametrize(
    ("key", "members", "says"),
    [
        ("voting", [], "must be keys of algorithms"),
        ("voting", 3, "must be keys of algorithms"),
        ("voting", [{"parameters": {}}], "must be keys of algorithms"),
        ("voting", [{"name": "dummy", "weight": 0}], "a number above 0; 0 came for 'dummy'"),
        ("stacking", [{"name": "dummy", "weight": 2}], "finds the weights of its members itself"),
        ("voting", ["stacking"], "is an ensemble itself"),
        ("voting", ["linear-regression"], "cannot do a binary task"),
    ],
)
def test_members_that_cannot_be_are_refused_with_what_came(key, members, says):
    with pytest.raises(InvalidValue, match=says):
        planned(key, given=members)


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ("randm-forest", "no 'randm-forest'"),
        ({"name": "dummy", "wait": 1}, "A member of 'voting' has no 'wait'"),
        ({"name": "lightgbm", "parameters": {"leaves": 3}}, "has no parameter 'leaves'"),
    ],
)
def test_a_name_that_no_member_has_is_answered_with_the_nearest(entry, says):
    with pytest.raises(UnknownKey, match=says):
        planned("voting", entry)
