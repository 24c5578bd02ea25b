"""The page that sums up: trainings, algorithms, the best models, and how much is asked."""

from datetime import UTC, datetime, timedelta

import pytest

from modelyard.domain.logged_predictions import LoggedPrediction, SegmentPlace
from modelyard.store.predictions import Predictions

pytestmark = pytest.mark.extras


def _metrics(app):
    return {each.label: each.value for each in app.metric}


@pytest.fixture
def asked(project):
    """Remember that the demo was asked three times."""
    many = [
        LoggedPrediction(
            id=f"p-{number}",
            deployment="demo",
            model="demo@1",
            package_sha256="ab",
            at=datetime.now(UTC) - timedelta(hours=number),
            subject="local",
            request_id="r",
            features={},
            prediction="setosa",
            probabilities={"setosa": 1.0},
        )
        for number in range(3)
    ]
    store = Predictions(project.records)
    store.load(many, before=SegmentPlace("s", 0), after=SegmentPlace("s", 9))
    return project


def test_what_was_done_is_summed_up(page, asked):
    app = page("analytics", range="Week")
    assert not app.exception
    told = _metrics(app)
    assert (told["Trainings"], told["Succeeded"]) == ("1", "100 %")
    assert (told["Models"], told["Rows answered"]) == ("1", "3")
    assert len(app.get("plotly_chart")) == 2


def test_the_best_models_algorithms_and_deployments_are_listed(page, asked):
    best, algorithms, busy = (each.value for each in page("analytics").dataframe)
    assert (best["Dataset"][0], best["Answers"][0], best["Model"][0]) == (
        "demo",
        "species",
        "demo@1",
    )
    assert list(algorithms["Algorithm"]) == ["logistic-regression"]
    assert algorithms["Processor"][0].endswith(" s")
    assert algorithms["Memory"][0].endswith(" MB")
    assert (list(busy["Deployment"]), list(busy["Rows"])) == (["demo"], [3])


def test_an_unknown_range_in_the_address_is_the_usual_one(page, asked):
    app = page("analytics", range="Century")
    assert not app.exception
    assert _metrics(app)["Trainings"] == "1"
