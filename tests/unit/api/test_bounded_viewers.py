"""A viewer who is given single models is told of these, and of nothing that may be of others."""

import re

import pytest

from modelyard.api.routing import every_route
from modelyard.services.uploads import UploadRequest

ML = "/api/v1/ml"
TABLE = b"x,y\n" + b"".join(b"%d,%d\n" % (at, at % 2) for at in range(40))

# Routes for every viewer: they tell of given models alone, of what is the caller's own, or of what
# ships with the product. Whoever adds to it tells it to those who are given one model.
OF_GIVEN_MODELS = {
    "add_key", "change_password", "compare_models", "compare_runs", "download_answers",
    "download_charts", "download_metrics", "download_onnx", "download_package",
    "list_algorithms", "list_deployments", "list_evaluations", "list_keys", "list_metrics",
    "list_model_aliases", "list_model_versions", "list_models", "list_predictions",
    "list_runs", "list_samples", "list_trials", "revoke_key", "show_analytics", "show_batch",
    "show_card", "show_deployment", "show_key", "show_leaderboard", "show_model",
    "show_model_lineage", "show_prediction", "show_prediction_lineage", "show_process",
    "show_report", "show_results", "show_run", "show_traffic", "suggest",
}  # fmt: skip
# Lists of what may be of any model: they are empty.
EMPTY = {"list_datasets", "list_jobs", "list_trainings", "list_uploads"}
OF_EVERY_MODEL = [each for each in every_route() if each.policy.name == "every model"]


@pytest.fixture
def dataset(project):
    tenant = project.of("acme")
    tenant.uploads.take(UploadRequest("rows", len(TABLE), "user:e"), [TABLE])
    tenant.ingesting.ingest("rows")


def test_every_route_for_viewers_says_whether_it_tells_of_given_models_alone():
    names = {each.name for each in every_route() if each.policy.name == "viewer"}
    assert names == OF_GIVEN_MODELS | EMPTY


@pytest.mark.parametrize("route", OF_EVERY_MODEL, ids=lambda route: route.name)
def test_what_may_be_of_any_model_is_not_there(ask, dataset, route):
    path = route.path.replace("{name}", "rows").replace("{version}", "1").replace("{row}", "1")
    path = re.sub(r"{\w+}", "x", path)
    hidden = ask("bounded").get(path)
    assert (hidden.status_code, hidden.json()["code"]) == (404, "not-found")
    absent = ask("bounded").get(path.replace("/datasets/rows", "/datasets/none"))
    assert absent.json()["detail"] == hidden.json()["detail"]


@pytest.mark.parametrize("path", ["/datasets", "/jobs", "/training/jobs", "/uploads"])
def test_lists_of_what_may_be_of_any_model_are_empty(ask, dataset, path):
    client = ask("editor")
    plan = {"data": {"tabular": {"target_column": "y"}}}
    client.post(f"{ML}/training/start", json={"dataset": "rows", "configuration": plan})
    client.post(f"{ML}/uploads", params={"name": "more"}, headers={"Upload-Length": "10"})
    assert ask("bounded").get(f"{ML}{path}").json() == {"items": [], "next_cursor": None}
    assert ask("viewer").get(f"{ML}{path}").json()["items"]


def test_what_a_dataset_advises_is_not_told(ask, dataset):
    body = {"dataset": "rows"}
    assert ask("bounded").post(f"{ML}/suggestions", json=body).status_code == 404
    assert ask("viewer").post(f"{ML}/suggestions", json=body).status_code == 200
