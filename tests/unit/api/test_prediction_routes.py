"""Predictions over HTTP: listed, shown, given their truth, traced back; each tenant's alone."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from modelyard.bootstrap import Project
from modelyard.domain.logged_predictions import LoggedPrediction, SegmentPlace
from modelyard.domain.runs import Model, Run
from modelyard.store.predictions import Predictions

Ask = Callable[..., TestClient]
HERE = "/api/v1/ml/predictions"
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def _prediction(number: int, model: str) -> LoggedPrediction:
    return LoggedPrediction(
        id=f"p-{number}",
        deployment="eu",
        model=model,
        package_sha256="ab" * 32,
        at=AT + timedelta(minutes=number),
        subject="key:1",
        request_id="r",
        features={"age": number},
        prediction="yes" if number % 2 else "no",
        confidence=0.75,
        probabilities={"no": 0.25, "yes": 0.75},
    )


@pytest.fixture
def editor(
    project: Project, ask: Ask, register: Callable[..., Model], add_run: Callable[..., Run]
) -> TestClient:
    """An editor's client; three predictions of a model that is given, and one of a hidden one."""
    given = register("given", run=add_run("run-1"))
    many = [_prediction(number, given.reference) for number in range(3)]
    many.append(_prediction(3, "hidden@1"))
    Predictions(project.of("acme").records).load(
        many, before=SegmentPlace("s", 0), after=SegmentPlace("s", 9)
    )
    return ask("editor")


def _ids(client: TestClient, **query: Any) -> list[str]:
    return [each["id"] for each in client.get(HERE, params=query).json()["items"]]


def test_predictions_are_listed_the_newest_first_and_by_what_is_known(editor: TestClient) -> None:
    assert _ids(editor) == ["p-3", "p-2", "p-1", "p-0"]
    assert _ids(editor, sort="at", limit=2) == ["p-0", "p-1"]
    assert _ids(editor, label="yes", model="given@1") == ["p-1"]
    assert _ids(editor, since="2026-03-01T12:02:00Z", until="2026-03-01T12:03:00+00:00") == ["p-2"]
    assert _ids(editor, has_truth="true") == []


def test_pages_follow_one_another(editor: TestClient) -> None:
    first = editor.get(HERE, params={"limit": 3}).json()
    rest = editor.get(HERE, params={"limit": 3, "cursor": first["next_cursor"]}).json()
    assert [each["id"] for each in rest["items"]] == ["p-0"]
    assert rest["next_cursor"] is None


def test_a_time_without_a_zone_is_refused(editor: TestClient) -> None:
    answer = editor.get(HERE, params={"since": "2026-03-01T12:00:00"})
    assert answer.status_code == 422


def test_a_prediction_is_shown_as_it_was_logged(editor: TestClient) -> None:
    told = editor.get(f"{HERE}/p-1").json()
    assert (told["features"], told["prediction"], told["confidence"]) == ({"age": 1}, "yes", 0.75)
    assert (told["at"], told["truth"]) == ("2026-03-01T12:01:00Z", None)


@pytest.mark.parametrize("truth", ["no", 4, 4.5, True])
def test_a_truth_is_attached_as_it_came(editor: TestClient, truth: Any) -> None:
    told = editor.put(f"{HERE}/p-1/truth", json={"truth": truth}).json()
    assert (told["truth"], type(told["truth"])) == (truth, type(truth))
    assert told["truth_at"] is not None
    assert _ids(editor, has_truth="true") == ["p-1"]


@pytest.mark.parametrize("truth", [None, ["no"], {}])
def test_what_is_no_label_and_no_number_is_no_truth(editor: TestClient, truth: Any) -> None:
    assert editor.put(f"{HERE}/p-1/truth", json={"truth": truth}).status_code == 422


def test_truths_of_many_are_attached_all_or_none(editor: TestClient) -> None:
    def put(*ids: str) -> Any:
        truths = [{"id": each, "truth": "no"} for each in ids]
        return editor.put(f"{HERE}/truths", json={"truths": truths})

    assert put("p-1", "p-9").status_code == 404
    assert _ids(editor, has_truth="true") == []
    assert put("p-1", "p-2").json() == {"n_attached": 2}
    assert _ids(editor, has_truth="true") == ["p-2", "p-1"]


def test_a_prediction_leads_back_to_its_model_and_run(editor: TestClient) -> None:
    told = editor.get(f"{HERE}/p-1/lineage").json()
    assert (told["prediction"]["id"], told["model"]["id"]) == ("p-1", "given@1")
    assert told["run"]["id"] == "run-1"
    # Of the other one the model was deleted, or never was.
    assert editor.get(f"{HERE}/p-3/lineage").status_code == 404


def test_what_is_not_deployed_cannot_be_replayed(editor: TestClient) -> None:
    answer = editor.post(f"{HERE}/p-1/replay")
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")


def test_an_unknown_prediction_says_when_it_would_be_found(editor: TestClient) -> None:
    answer = editor.get(f"{HERE}/p-9")
    assert answer.status_code == 404
    assert "a few seconds after" in answer.json()["fix"]


def test_predictions_of_a_model_that_is_not_given_are_not_there(
    editor: TestClient, ask: Ask
) -> None:
    bounded = ask("bounded")
    assert _ids(bounded) == ["p-2", "p-1", "p-0"]
    assert bounded.get(f"{HERE}/p-3").status_code == 404
    assert bounded.get(f"{HERE}/p-1").status_code == 200


def test_another_tenant_reaches_none_of_them(editor: TestClient, ask: Ask) -> None:
    stranger = ask("stranger")
    cursor = editor.get(HERE, params={"limit": 1}).json()["next_cursor"]
    assert _ids(stranger) == []
    assert stranger.get(HERE, params={"cursor": cursor}).status_code == 422
    assert stranger.get(f"{HERE}/p-1").status_code == 404
    assert stranger.get(f"{HERE}/p-1/lineage").status_code == 404
    assert stranger.post(f"{HERE}/p-1/replay").status_code == 404
    assert stranger.put(f"{HERE}/p-1/truth", json={"truth": "x"}).status_code == 404
    assert editor.get(f"{HERE}/p-1").json()["truth"] is None
