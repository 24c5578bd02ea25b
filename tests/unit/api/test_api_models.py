"""The registry over HTTP: what is listed, moved, tagged, taken back, downloaded and deleted."""

import hashlib
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from modelyard.bootstrap import Project
from modelyard.domain.runs import Model, Run
from modelyard.runtime.packages import MODEL, open_package

Ask = Callable[..., TestClient]
Register = Callable[..., Model]

MODELS = "/api/v1/ml/models"


def _ids(client: TestClient, query: str = "") -> list[str]:
    return [item["id"] for item in client.get(f"{MODELS}?{query}").json()["items"]]


def test_versions_are_listed_by_what_is_asked_for(ask: Ask, register: Register) -> None:
    register("churn", aliases=("champion",))
    register("churn", tags={"stage": "draft"})
    register("price", algorithm="ridge")
    client = ask()
    assert _ids(client, "sort=name") == ["churn@2", "churn@1", "price@1"]
    assert _ids(client, "name=churn&alias=champion") == ["churn@1"]
    assert _ids(client, "tag=stage%3Ddraft") == ["churn@2"]
    assert _ids(client, "tag=stage%3Dlive") == []
    assert _ids(client, "algorithm=ridge") == ["price@1"]
    assert _ids(client, "sort=-roc-auc&limit=1") == ["churn@2"]


def test_an_order_by_nothing_that_there_is_is_refused_with_what_there_is(
    ask: Ask, register: Register
) -> None:
    register("churn")
    answer = ask().get(f"{MODELS}?sort=creatd_at")
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown-key")
    assert "created_at" in answer.json()["fix"]


def test_a_version_tells_what_its_package_says(ask: Ask, register: Register) -> None:
    register("churn")
    told = ask().get(f"{MODELS}/churn").json()
    assert (told["id"], told["target"], told["labels"]) == ("churn@1", "bought", ["no", "yes"])
    assert [column["name"] for column in told["columns"]] == ["age", "member", "since", "city"]
    assert told["run_id"] is None


def test_a_package_that_was_changed_is_not_told_of(
    ask: Ask, register: Register, project: Project
) -> None:
    model = register("churn")
    folder = project.of("acme").artifacts.path_of(model.artifact)
    (folder / MODEL).write_bytes(b"other")
    package = ask().get(f"{MODELS}/churn/package")
    assert (package.status_code, package.json()["code"]) == (422, "untrusted-package")
    (folder / "manifest.json").write_bytes(b"{}")
    detail = ask().get(f"{MODELS}/churn")
    assert (detail.status_code, detail.json()["code"]) == (422, "untrusted-package")


def test_a_promotion_is_taken_back_step_by_step(ask: Ask, register: Register) -> None:
    client = ask("editor")
    for _ in range(3):
        register("churn")
    champion = f"{MODELS}/churn/aliases/champion"
    for version in (1, 2, 3):
        answer = client.put(champion, json={"version": version})
        assert answer.json()["aliases"] == ["champion"]
    back = [client.post(f"{champion}/roll-back") for _ in range(3)]
    assert [each.json().get("version") for each in back] == [2, 1, None]
    assert (back[-1].status_code, back[-1].json()["code"]) == (409, "conflict")
    assert _ids(client, "alias=champion") == ["churn@1"]


def test_an_alias_that_was_taken_off_can_be_put_back(ask: Ask, register: Register) -> None:
    register("churn", aliases=("champion",))
    client, champion = ask("editor"), f"{MODELS}/churn/aliases/champion"
    assert client.delete(champion).status_code == 204
    assert client.delete(champion).status_code == 404
    assert client.post(f"{champion}/roll-back").json()["id"] == "churn@1"


def test_a_roll_back_passes_over_versions_that_are_gone(ask: Ask, register: Register) -> None:
    client = ask("editor")
    for _ in range(3):
        register("churn")
    champion = f"{MODELS}/churn/aliases/champion"
    for version in (1, 2, 3):
        client.put(champion, json={"version": version})
    client.delete(f"{MODELS}/churn@2")
    assert client.post(f"{champion}/roll-back").json()["id"] == "churn@1"


def test_aliases_tell_where_rolling_back_would_put_them(ask: Ask, register: Register) -> None:
    client = ask("editor")
    for _ in range(3):
        register("churn")
    for version in (1, 3):
        client.put(f"{MODELS}/churn/aliases/champion", json={"version": version})
    client.put(f"{MODELS}/churn/aliases/trial", json={"version": 2})

    told = client.get(f"{MODELS}/churn/aliases").json()["items"]

    assert told == [
        {"alias": "champion", "version": 3, "before": 1},
        {"alias": "trial", "version": 2, "before": None},
    ]


def test_tags_are_set_and_taken_off_together(ask: Ask, register: Register) -> None:
    register("churn", tags={"old": "1", "kept": "2"})
    patch = {"tags": {"new": "3", "old": None, "never": None}}
    answer = ask("editor").patch(f"{MODELS}/churn@1/tags", json=patch)
    assert answer.json()["tags"] == {"kept": "2", "new": "3"}


def test_the_champion_is_deleted_only_with_force(ask: Ask, register: Register) -> None:
    register("churn", aliases=("champion",))
    client = ask("editor")
    assert client.delete(f"{MODELS}/churn@1").status_code == 422
    assert client.delete(f"{MODELS}/churn@1?force=true").status_code == 204
    assert client.get(f"{MODELS}/churn@1").status_code == 404


def test_lineage_leads_from_a_model_to_its_run(
    ask: Ask, register: Register, add_run: Callable[..., Run]
) -> None:
    register("churn", run=add_run("20260101-1"))
    told = ask().get(f"{MODELS}/churn/lineage").json()
    assert told["model"]["id"] == "churn@1"
    assert told["run"]["id"] == "20260101-1"
    assert told["dataset"] is None


def test_card_and_report_are_handed_out_and_run_nothing(ask: Ask, register: Register) -> None:
    register("churn")
    card = ask().get(f"{MODELS}/churn/card")
    assert card.headers["content-type"] == "text/markdown; charset=utf-8"
    assert card.text.startswith("# Model card: churn")
    report = ask().get(f"{MODELS}/churn/report")
    assert report.headers["content-type"] == "text/html; charset=utf-8"
    assert report.headers["content-security-policy"].startswith("sandbox; default-src 'none'")


def test_a_package_is_the_same_bytes_at_every_download_and_opens(
    ask: Ask, register: Register, project: Project, tmp_path: Path
) -> None:
    model = register("churn")
    first, again = (ask().get(f"{MODELS}/churn/package") for _ in range(2))
    assert first.headers["content-type"] == "application/zip"
    assert hashlib.sha256(first.content).digest() == hashlib.sha256(again.content).digest()
    with zipfile.ZipFile(io.BytesIO(first.content)) as archive:
        archive.extractall(tmp_path)
    opened = open_package(tmp_path / "churn-1", project.key.fingerprint)
    assert opened.manifest_sha256 == model.sha256
    unchanged = ask().get(
        f"{MODELS}/churn/package", headers={"if-none-match": first.headers["etag"]}
    )
    assert (unchanged.status_code, unchanged.content) == (304, b"")


def test_metrics_are_handed_out_as_json_and_as_csv(ask: Ask, register: Register) -> None:
    register("churn")
    told = ask().get(f"{MODELS}/churn/metrics")
    assert told.json()["roc-auc"]["value"] == 0.8
    table = ask().get(f"{MODELS}/churn/metrics?form=csv")
    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    assert table.headers["content-disposition"].endswith('"churn-1-metrics.csv"')
    assert table.text.startswith("metric,value,low,high,baseline")
    assert ask().get(f"{MODELS}/churn/metrics?form=exe").status_code == 422


@pytest.mark.parametrize("below", ["results", "charts"])
def test_a_package_without_what_its_report_says_has_no_results(
    ask: Ask, register: Register, below: str
) -> None:
    register("churn")
    answer = ask().get(f"{MODELS}/churn/{below}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
    assert "train the model again" in answer.json()["fix"]


def test_models_are_compared_by_what_their_trainings_measured(ask: Ask, register: Register) -> None:
    register("churn")
    register("churn")
    told = ask().post(f"{MODELS}/compare", json={"models": ["churn@1", "churn@2"]}).json()
    assert (told["target"], told["metric"]) == ("bought", "roc-auc")
    assert [model["name"] for model in told["models"]] == ["churn@1", "churn@2"]
    assert told["models"][0]["scores"]["roc-auc"]["value"] == 0.8
    alone = ask().post(f"{MODELS}/compare", json={"models": ["churn@1", "churn@1"]})
    assert alone.status_code == 422


def test_another_tenant_sees_nothing_of_it(ask: Ask, register: Register) -> None:
    register("churn", tags={"a": "b"})
    stranger = ask("stranger")
    assert _ids(stranger) == []
    for below in (
        *("", "/versions", "/aliases", "/lineage", "/evaluations", "/card", "/report"),
        *("/package", "/results", "/metrics", "/charts", "/onnx"),
    ):
        assert stranger.get(f"{MODELS}/churn{below}").status_code == 404, below
    assert stranger.delete(f"{MODELS}/churn@1").status_code == 404
    assert ask().get(f"{MODELS}/churn@1").status_code == 200


def test_a_cursor_of_one_tenant_is_none_of_another(ask: Ask, register: Register) -> None:
    register("churn")
    register("churn")
    cursor = ask().get(f"{MODELS}?limit=1").json()["next_cursor"]
    assert ask("stranger").get(f"{MODELS}?limit=1&cursor={cursor}").status_code == 422


@pytest.mark.parametrize("below", ["", "/versions", "/lineage", "/card", "/package"])
def test_a_model_that_is_not_given_is_told_of_as_one_that_does_not_exist(
    ask: Ask, register: Register, below: str
) -> None:
    register("given")
    register("kept-from-you")
    bounded = ask("bounded")
    assert bounded.get(f"{MODELS}/given{below}").status_code == 200
    hidden = bounded.get(f"{MODELS}/kept-from-you{below}")
    absent = bounded.get(f"{MODELS}/kept-from-me{below}")
    assert [hidden.status_code, absent.status_code] == [404, 404]
    assert "kept-from-you" not in absent.text


def test_a_list_holds_what_is_given_alone(ask: Ask, register: Register) -> None:
    for name in ("given", "other", "given"):
        register(name)
    assert _ids(ask("bounded")) == ["given@2", "given@1"]
    page = ask("bounded").get(f"{MODELS}?limit=1").json()
    rest = ask("bounded").get(f"{MODELS}?limit=1&cursor={page['next_cursor']}").json()
    assert [rest["items"][0]["id"], rest["next_cursor"]] == ["given@1", None]
