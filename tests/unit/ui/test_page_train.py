"""The page for training: suggests all of it, starts what is asked for, and shows how it goes on."""

from dataclasses import replace

import pytest
from refusing import WORDS, refusing

from modelyard.domain.configs import TrainingConfig
from modelyard.domain.jobs import Ending, EventKind, JobState, Line, Standing, Usage, WorkerSeen
from modelyard.domain.runs import Run, RunStatus
from modelyard.domain.tasks import Task
from modelyard.domain.trials import Trial, TrialStatus
from modelyard.services.uploads import UploadRequest
from modelyard.wire.jobs import TrainingRequest
from modelyard.wire.outlines import OutlineAnswer

pytestmark = pytest.mark.extras

LEAKY = "age,city,copy,y\n" + "".join(
    f"{20 + at * 37 % 50},{'ABC'[at % 3]},{'XY'[answer]},{('no', 'yes')[answer]}\n"
    for at, answer in ((at, int(at * 7919 % 11 > 5)) for at in range(120))
)


@pytest.fixture
def add(project):
    """Return a function that keeps a table as a dataset, and reads it."""

    def add_it(name, content):
        request = UploadRequest(name, len(content), "local", filename=f"{name}.csv")
        version = project.uploads.take(request, [content.encode()])
        return project.ingesting.ingest(version.reference).reference

    return add_it


@pytest.fixture
def ask(client):
    """Return a function that asks for a training of the demo, and returns the job."""

    def ask_for(dataset="demo", *, target="species", model="auto", **ours):
        configuration = {
            "data": {"tabular": {"target_column": target}},
            "model": {"name": model},
            "modelyard": {"name": "flowers", **ours},
        }
        plan = {"dataset": dataset, "configuration": configuration}
        return client.jobs.train(TrainingRequest.model_validate(plan))

    return ask_for


@pytest.fixture
def begin(project):
    """Return a function that takes a job as a worker would, and tells how far it is."""

    def begin_it(job, *scores, stage="Letting candidates compete"):
        at = project.jobs.now()
        project.claims.enlist(WorkerSeen("worker", "its process", 0, 1, at, at))
        fence = project.claims.claim("worker", at=at).fence
        run = Run(
            id=f"run-{job.id}",
            name="flowers",
            status=RunStatus.RUNNING,
            started_at=at,
            config={},
            seed=0,
            data_location="demo@1",
            task=Task.MULTICLASS,
            metric="accuracy",
        )
        project.runs.runs.add(run)
        lines = [Line(EventKind.LOG, at, "it has begun")]
        project.claims.tell(fence, Standing(stage=stage), lines=lines, run_id=run.id)
        for number, score in enumerate(scores, start=1):
            trial = Trial(
                number,
                {"candidate": f"ridge-{number}", "alpha": 1.0},
                TrialStatus.SUCCEEDED,
                score,
                score,
                (score,),
                1.5,
                at_s=10.0 * number,
            )
            project.runs.kept_trials.add(run.id, trial)
        return fence

    return begin_it


def _words(app):
    shown = [*app.markdown, *app.caption, *app.header, *app.subheader, *app.error, *app.info]
    return "\n".join(str(each.value) for each in (*shown, *app.success, *app.warning))


def _widget(found, label):
    return next(each for each in found if each.label == label)


def _asked(client):
    """Return the configuration of the newest job, as it was asked for."""
    job = next(iter(client.jobs.each()))
    return client.jobs.show(job.id).payload["config"]


def test_everything_is_suggested_and_one_click_starts_it(page, client):
    app = page("train", dataset="demo@1")
    assert not app.exception
    assert _widget(app.selectbox, "Column to predict").value == "species"
    assert "One of several answers" in _words(app)
    assert "will be tried" in _words(app)
    _widget(app.button, "Start training").click().run()
    asked = _asked(client)
    assert (asked["target"], asked["name"], asked["task"]) == ("species", "demo", None)
    assert asked["automl"]["time_limit_s"] == 60.0
    assert asked["shares"] == {"train": 0.9, "validation": 0.0, "test": 0.1}


def test_the_time_and_what_answers_may_cost_are_asked_for(page, client):
    app = page("train", dataset="demo@1")
    _widget(app.select_slider, "Time to look for the best model").set_value(300.0)
    _widget(app.radio, "What its answers may cost").set_value("fast").run()
    _widget(app.button, "Start training").click().run()
    automl = _asked(client)["automl"]
    assert (automl["time_limit_s"], automl["serve"]) == (300.0, "fast")


def test_an_algorithm_is_set_by_a_form_that_its_card_makes(page, client):
    app = page("train", dataset="demo@1")
    _widget(app.radio, "Way").set_value("one").run()
    _widget(app.selectbox, "Algorithm").set_value("logistic-regression").run()
    _widget(app.number_input, "C").set_value(0.25)
    _widget(app.number_input, "Seed").set_value(7).run()
    assert not app.exception
    _widget(app.button, "Start training").click().run()
    asked = _asked(client)
    assert (asked["algorithm"], asked["automl"], asked["seed"]) == ("logistic-regression", None, 7)
    # What stands at its default is left to the card.
    assert asked["parameters"] == {"C": 0.25}
    assert asked["shares"] == {"train": 0.7, "validation": 0.1, "test": 0.2}


def test_only_algorithms_that_can_do_the_task_are_offered(page):
    app = page("train", dataset="demo@1")
    _widget(app.radio, "Way").set_value("one").run()
    offered = _widget(app.selectbox, "Algorithm").options
    assert "Logistic regression" in offered
    assert "Ridge regression" not in offered


def test_an_algorithm_is_tuned_by_what_is_chosen(page, client):
    app = page("train", dataset="demo@1")
    _widget(app.radio, "Way").set_value("tuned").run()
    _widget(app.selectbox, "Algorithm").set_value("random-forest").run()
    _widget(app.multiselect, "Look for the best").set_value(["min_samples_leaf"])
    _widget(app.number_input, "Trials").set_value(12).run()
    _widget(app.button, "Start training").click().run()
    search = _asked(client)["search"]
    assert (search["search_type"], search["n_trials"]) == ("bayesian", 12)
    assert search["space"] == {"min_samples_leaf": "auto"}


def test_columns_are_left_out_and_the_latest_rows_may_test(page, client, add):
    add(
        "sales",
        "day,shop,sold\n"
        + "".join(f"2024-01-{1 + at % 28:02d},{at % 5},{at % 9}\n" for at in range(90)),
    )
    app = page("train", dataset="sales@1")
    _widget(app.multiselect, "Leave these columns out").set_value(["shop"])
    _widget(app.radio, "Test on").set_value("time").run()
    _widget(app.button, "Start training").click().run()
    asked = _asked(client)
    assert (asked["target"], asked["drop"], asked["time"]) == ("sold", ["shop"], "day")


def test_what_gives_the_answer_away_is_decided_before_the_start(page, client, add):
    add("leaky", LEAKY)
    app = page("train", dataset="leaky@1")
    assert "would stop the training" in _words(app)
    assert _widget(app.button, "Start training").disabled
    while not app.exception and _widget(app.button, "Start training").disabled:
        _widget(app.button, "Leave the column out").click().run()
    _widget(app.button, "Start training").click().run()
    asked = _asked(client)
    assert asked["accepted"] == []
    assert set(asked["fixes"].values()) == {"drop-column"}


def test_a_target_that_cannot_be_is_told_with_what_to_do(page, add):
    add("names", "name,y\n" + "".join(f"N{at:05d},{at % 2}\n" for at in range(60)))
    app = page("train", dataset="names@1")
    _widget(app.selectbox, "Column to predict").set_value("name").run()
    assert app.error[0].value
    assert _widget(app.button, "Start training").disabled


class _OutOfTime:
    """Runs what the API asks for apart, and is never done in time."""

    def __init__(self):
        self.n_runs = 0

    async def run(self, module, order, *, timeout_s):
        del module, order, timeout_s
        self.n_runs += 1


def test_a_table_that_is_too_large_to_be_looked_at_is_waited_for_once_a_visit(page, client, app):
    app.state.apart = out_of_time = _OutOfTime()
    shown = page("train", dataset="demo@1")
    _widget(shown.radio, "What its answers may cost").set_value("fast").run()
    _widget(shown.multiselect, "Leave these columns out").set_value(["petal_width"]).run()
    assert "too large to be looked at before the training" in _words(shown)
    _widget(shown.button, "Start training").click().run()
    assert not shown.exception
    assert _asked(client)["drop"] == ["petal_width"]
    assert out_of_time.n_runs == 1


class _BySome:
    """Looks at a dataset as the API has it looked at, and says that it was by some of its rows."""

    def __init__(self, project):
        self._project = project

    async def run(self, module, order, *, timeout_s):
        del module, timeout_s
        _, _, dataset, config = order
        outline = self._project.outlining.outline(dataset, TrainingConfig.from_dict(config))
        told = OutlineAnswer.of(replace(outline, n_rows=3_200_000, n_seen=86_956))
        return b'{"outline": %s}' % told.model_dump_json().encode()


def test_what_is_said_of_a_large_table_names_the_rows_on_which_it_stands(page, app, project):
    app.state.apart = _BySome(project)
    shown = page("train", dataset="demo@1")
    assert not shown.exception
    assert "stands on 86,956 of its 3,200,000 rows, drawn by chance" in _words(shown)


def test_a_training_is_shown_as_text_for_other_doors(page):
    app = page("train", dataset="demo@1")
    _widget(app.toggle, "Show it").set_value(True).run()
    told = [each.value for each in app.code]
    assert "target_column: species" in told[0]
    assert told[1].startswith("modelyard train demo@1 --target species --time-limit 60.0")
    assert "modelyard.train(" in told[2]


def test_names_of_columns_mean_nothing_but_themselves(page, add):
    nasty = "<img src=x onerror=alert(1)>:red[x]"
    add("nasty", f"{nasty},y\n" + "".join(f"{at % 17},{at % 2}\n" for at in range(80)))
    app = page("train", dataset="nasty@1")
    assert not app.exception
    assert nasty not in _words(app)


def test_without_data_the_way_to_it_is_shown(page, client):
    client.datasets.delete("demo")
    assert "There is none here yet" in _words(page("train"))


def test_a_job_that_waits_says_so_and_is_found_again(page, ask):
    job = ask(automl={"time_limit": 60.0})
    assert "It waits for a worker" in _words(page("train", job=job.id))
    assert not page("train", dataset="demo@1").exception


def test_a_running_search_shows_what_it_has_found(page, ask, begin):
    job = ask(automl={"time_limit": 3600.0})
    begin(job, 0.8, 0.9, 0.85)
    app = page("train", job=job.id)
    assert not app.exception
    assert "Letting candidates compete" in str([each.proto for each in app.get("progress")])
    board = app.dataframe[0].value.to_dict("records")
    assert [row["Model"] for row in board] == ["ridge-2", "ridge-3", "ridge-1"]
    assert {each.label: each.value for each in app.metric} == {
        "Scored": "3 models",
        "Best so far, Accuracy": "0.9",
    }


def test_a_search_is_ended_with_its_best_so_far(page, client, ask, begin):
    job = ask(automl={"time_limit": 3600.0})
    begin(job, 0.8)
    app = page("train", job=job.id)
    _widget(app.button, "Stop and keep the best so far").click().run()
    assert client.jobs.show(job.id).is_finishing


@pytest.mark.parametrize(
    ("deed", "label"),
    [("finish", "Stop and keep the best so far"), ("cancel", "Cancel the training")],
)
def test_what_is_refused_is_told_beside_what_goes_on(page, project, ask, begin, deed, label):
    job = ask(automl={"time_limit": 3600.0})
    begin(job, 0.8)
    with refusing(project, deed=f"/{deed}"):
        app = page("train", job=job.id)
        _widget(app.button, label).click().run()
    assert [each.value for each in app.error] == [f"**{WORDS}**"]
    assert len(app.dataframe) == 1
    assert "Log" in [each.label for each in app.expander]


def test_what_searches_for_nothing_is_only_cancelled(page, client, ask, begin):
    job = ask(model="logistic-regression")
    begin(job)
    app = page("train", job=job.id)
    assert "Stop and keep the best so far" not in [each.label for each in app.button]
    _widget(app.button, "Cancel the training").click().run()
    assert client.jobs.show(job.id).is_cancelling


def test_a_failure_is_told_in_words_and_everything_is_still_filled_in(
    page, client, project, ask, begin
):
    job = ask(model="random-forest", seed=11, drop=["sepal_width"], parameters={"max_depth": 4})
    fence = begin(job)
    ending = Ending(JobState.FAILED, "too-few-rows", "There are 3 rows. Bring 20.")
    project.claims.end(fence, ending, usage=Usage(), at=project.jobs.now())
    app = page("train", job=job.id)
    assert "There are 3 rows" in app.error[0].value
    assert "Change and try again" in [each.label for each in app.button]
    again = page("train", dataset="demo@1", again=job.id)
    assert _widget(again.radio, "Way").value == "one"
    assert _widget(again.selectbox, "Algorithm").value == "random-forest"
    assert _widget(again.multiselect, "Leave these columns out").value == ["sepal_width"]
    _widget(again.button, "Start training").click().run()
    before, after = client.jobs.show(job.id).payload["config"], _asked(client)
    assert after == before


def test_a_finished_training_leads_to_its_results(page, client):
    (job,) = [each for each in client.jobs.each() if each.kind == "training"]
    app = page("train", job=job.id)
    assert not app.exception
    assert "demo\\@⁠1 is trained" in _words(app) or "is trained" in _words(app)
    assert "See the results" in [each.label for each in app.button]
