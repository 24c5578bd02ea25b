"""The page about models: versions are moved, compared, deployed, tagged and deleted with words."""

import random

import pytest

import modelyard
from modelyard.domain.errors import NotFound
from modelyard.domain.identities import ModelAccess, Role
from modelyard.domain.jobs import JobKind
from modelyard.services.samples import read_sample
from modelyard.ui.models.standing import is_apart, standing_told
from modelyard.wire.jobs import JobListQuery
from modelyard.wire.models import ComparedModelAnswer, ComparedScoreAnswer, ComparisonAnswer

pytestmark = pytest.mark.extras


def _words(app):
    shown = [*app.markdown, *app.caption, *app.header, *app.subheader, *app.error, *app.info]
    return "\n".join(str(each.value) for each in (*shown, *app.success, *app.warning))


def _button(app, label):
    return next(each for each in app.button if each.label == label)


@pytest.fixture
def second(project, tmp_path):
    """Train a second version of the demo, and return its reference."""
    place = tmp_path / "iris.csv"
    place.write_bytes(read_sample("iris.csv"))
    trained = modelyard.train(
        data=place, target="species", algorithm="decision-tree", name="demo", project=project
    )
    return trained.run.model


def _score(value, low, high, *, is_best=False):
    return ComparedScoreAnswer(value=value, low=low, high=high, behind=0.0, is_best=is_best)


def _compared(*scores):
    models = [
        ComparedModelAnswer(name=f"m@{at}", algorithm="a", size_bytes=1, scores={"auc": score})
        for at, score in enumerate(scores, start=1)
    ]
    return ComparisonAnswer(
        target="y", metric="auc", titles={"auc": "AUC"}, models=models, caution="Beware."
    )


def test_a_model_whose_interval_lies_above_is_better_beyond_chance():
    told = standing_told(_compared(_score(0.9, 0.88, 0.92), _score(0.8, 0.78, 0.82)))

    assert any("better than m\\@" in each and "beyond chance" in each for each in told)


def test_models_whose_intervals_overlap_cannot_be_told_apart():
    told = standing_told(_compared(_score(0.9, 0.8, 0.95), _score(0.85, 0.75, 0.9)))

    assert any("cannot be told from m\\@" in each for each in told)
    assert not any("beyond chance" in each for each in told)


def test_an_unknown_interval_is_apart_from_none():
    assert not is_apart(_score(0.9, None, None), _score(0.1, 0.0, 0.2))


def test_models_are_listed_with_what_stands_for_them(page, client):
    client.models.promote("demo", 1)

    (row,) = page("models").dataframe[0].value.to_dict("records")

    assert (row["Model"], row["Stands for"]) == ("demo@1", "demo@champion")


def test_a_version_says_what_its_name_alone_means(page, client):
    assert "alone means its newest version" in _words(page("models", model="demo@1"))

    client.models.promote("demo", 1)

    assert "This is the champion" in _words(page("models", model="demo@1"))


def test_promoting_says_what_changes_before_it_is_done(page, client):
    app = page("models", model="demo@1")

    _button(app, "Make it the champion").click().run()

    assert "mean its newest version now, and version 1 from then on" in _words(app)
    assert client.models.show("demo@1").aliases == []
    assert client.models.aliases("demo").items == []


def test_rolling_back_names_the_version_it_leads_to(page, client, second):
    client.models.promote("demo", 1)
    client.models.promote("demo", 2)

    app = page("models", model=second)
    _button(app, "Roll back to version 1").click().run()

    assert "mean version 2 now, and version 1 from then on" in _words(app)


@pytest.mark.parametrize(
    ("part", "holds"),
    [
        ("In use", "No version of this model is deployed"),
        ("Where it came from", "**Training**"),
        ("On later rows", "measured on the test rows of its training alone"),
        ("Tags", "No tags yet"),
    ],
)
def test_each_part_of_a_version_is_drawn(page, part, holds):
    app = page("models", model="demo@1", part=part)

    assert not app.exception
    assert not app.error
    assert holds in _words(app)


def test_what_a_model_takes_is_told_in_words_and_with_dashes_where_there_is_nothing(
    page, project, tmp_path
):
    place = tmp_path / "visits.csv"
    rng = random.Random(1)  # noqa: S311 - no secret
    rows = [
        f"2025-03-{at % 28 + 1:02},,{rng.choice('ab')},{rng.randrange(90)},{rng.randrange(2)}"
        for at in range(120)
    ]
    place.write_text("\n".join(["day,nothing,shop,n,y", *rows]))
    modelyard.train(
        data=place,
        target="y",
        algorithm="decision-tree",
        kinds={"nothing": "numeric"},
        name="visits",
        project=project,
    )

    (table,) = page("models", model="visits@1", part="What it takes").dataframe

    told = {row["Column"]: row for row in table.value.to_dict("records")}
    assert told["day"]["Range"] == "2025-03-01 to 2025-03-28"
    assert (told["shop"]["Range"], told["shop"]["Words"]) == ("–", "a, b")
    assert (told["n"]["Kind"], told["n"]["Words"]) == ("whole number", "–")
    assert "None" not in str(table.value)


def test_who_is_given_some_models_is_offered_no_dataset_to_measure_on(page_as):
    access = ModelAccess.to_only("demo")
    app = page_as(Role.VIEWER, "models", access=access, model="demo@1", part="On later rows")
    assert not app.error
    assert "measured on the test rows of its training alone" in _words(app)


def test_a_version_is_measured_on_a_dataset_that_is_chosen(page, client):
    app = page("models", model="demo@1", part="On later rows")
    _button(app, "Measure").click().run()
    assert "Choose first" in _words(app)

    app.selectbox(key="measured-on").select("demo@1")
    _button(app, "Measure").click().run()

    (job,) = client.jobs.page(JobListQuery(kind=JobKind.EVALUATION)).items
    assert job.dataset == "demo@1"


def test_the_card_is_shown_as_text_that_does_nothing(page):
    app = page("models", model="demo@1", part="Card")

    assert app.code[0].value.startswith("# Model card: demo")


def test_models_stand_side_by_side_with_what_was_set_otherwise(page, second):
    app = page("models", compare=f"demo@1,{second}")

    assert not app.exception
    assert "has the best" in _words(app)
    figures, facts = (app.dataframe[at].value for at in (0, 1))
    assert set(figures.columns) == {"", "demo@1", second}
    algorithms = facts[facts[""] == "Algorithm"].iloc[0]
    assert (algorithms["demo@1"], algorithms[second]) == ("logistic-regression", "decision-tree")


def test_one_model_alone_is_not_compared(page):
    assert "Choose 2 to 5 models" in _words(page("models", compare="demo@1"))


def test_a_model_that_does_not_exist_is_told_calmly(page, client):
    with pytest.raises(NotFound):
        client.models.show("nobody@7")

    app = page("models", model="nobody@7")

    assert not app.exception
    assert "nobody" in app.error[0].value


@pytest.mark.parametrize(("role", "is_refused"), [(Role.VIEWER, True), (Role.EDITOR, False)])
def test_who_may_not_change_a_model_is_told_why(page_as, role, is_refused):
    app = page_as(role, "models", model="demo@1")

    promote = _button(app, "Make it the champion")
    assert promote.disabled is is_refused
    assert ("your role is viewer" in promote.help) is is_refused


def test_the_champion_is_deleted_only_by_who_says_so_again(page, client):
    client.models.promote("demo", 1)
    app = page("models", model="demo@1")

    _button(app, "Delete").click().run()

    assert [each for each in app.button if each.label == "Delete"][-1].disabled
    assert client.models.show("demo@1").version == 1
