"""Deployed models as real processes over HTTP: whatever is killed, no answer is lost."""

import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient

import modelyard
from modelyard.api.app import make_app
from modelyard.bootstrap import Project, open_project
from modelyard.domain.deployments import Deployment, DeploymentState
from modelyard.domain.identities import LOCAL_CALLER, Role
from modelyard.domain.logged_predictions import LoggedPrediction, PredictionQuery
from modelyard.domain.runs import Model
from modelyard.settings import Settings
from modelyard.worker.deploying import load_predictions, watcher_of
from modelyard.worker.deployments import Watcher
from modelyard.worker.plans import read_address
from real_postgresql import RealPostgresql

pytestmark = pytest.mark.processes

WAIT_S = 60
ROW = {"sepal_length": 5.1, "sepal_width": 3.5, "petal_length": 1.4, "petal_width": 0.2}
IRIS = Path(modelyard.__file__).parent / "services" / "sample_tables" / "iris.csv"


def _until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_S
    while not is_so():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.05)


class Live:
    """A platform with a trained model that is deployed, and a watcher of it."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.model = self.train()
        self._is_ending = threading.Event()
        self.watcher: Watcher = watcher_of(project)
        self._thread = threading.Thread(
            target=lambda: self.watcher.work(is_ending=self._is_ending.is_set)
        )
        self._thread.start()
        lasts = timedelta(days=1)
        _, key = project.keys.add(LOCAL_CALLER, title="t", role=Role.VIEWER, lasts=lasts)
        self.key = key.text

    def train(self) -> Model:
        trained = modelyard.train(
            IRIS, target="species", algorithm="logistic-regression", project=self.project
        )
        return self.project.models.get(trained.run.model or "")

    def close(self) -> None:
        self._is_ending.set()
        self._thread.join(WAIT_S)
        self.project.database.close()

    def deploy(self, model: Model | None = None) -> Deployment:
        """Deploy a version, and return the deployment when it answers."""
        self.project.deployments.deploy(LOCAL_CALLER, model or self.model, name="flowers")
        self.wait()
        return self.flowers

    def wait(self, state: DeploymentState = DeploymentState.READY) -> None:
        _until(lambda: self.flowers.state is state)

    @property
    def flowers(self) -> Deployment:
        return self.project.deployments.get(LOCAL_CALLER, "flowers")

    @property
    def folder(self) -> Path:
        return self.project.serving.files_in("local").of("flowers")

    @property
    def pid(self) -> int:
        address = read_address(self.folder)
        assert address is not None
        return address.pid

    def ask(
        self, path: str = "/predict", body: Any = None, key: str | None = None
    ) -> httpx.Response:
        """Ask the deployment itself."""
        headers = {"authorization": f"Bearer {self.key if key is None else key}"}
        return httpx.post(
            f"{self.flowers.url}{path}", json=body or {"row": ROW}, headers=headers, timeout=WAIT_S
        )

    def logged(self) -> list[LoggedPrediction]:
        """Return every prediction, after all that was written down was loaded."""
        load_predictions(self.project)
        return list(self.project.prediction_log.page(PredictionQuery()).items)


@pytest.fixture(
    scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.extras)]
)
def platform(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Live]:
    home = tmp_path_factory.mktemp("live") / "home"
    url = f"sqlite:///{home / 'modelyard.db'}"
    if request.param == "postgresql":
        server: RealPostgresql = request.getfixturevalue("postgresql")
        url = server.make_database()
    settings = Settings(home=home, database_url=url, keys=home / "keys", threads=1)
    live = Live(open_project(settings))
    yield live
    live.close()


@pytest.fixture
def live(platform: Live) -> Live:
    """The platform, its model deployed."""
    platform.deploy()
    _until(lambda: platform.ask().status_code == 200)
    return platform


def test_a_deployment_answers_at_its_own_address_to_whoever_has_a_key(live: Live) -> None:
    answer = live.ask()
    assert (answer.status_code, answer.json()["prediction"]) == (200, "setosa")
    # By the name that it is served under, which need not be the model's.
    assert live.model.name != "flowers"
    assert (answer.json()["model"], answer.json()["version"]) == (
        "flowers",
        str(live.model.version),
    )
    assert live.ask(key="mdy_wrong").status_code == 401
    assert httpx.get(f"{live.flowers.url}/info").status_code == 401
    assert httpx.get(f"{live.flowers.url}/health").status_code == 200


def test_a_revoked_key_is_refused_by_the_deployment_within_seconds(live: Live) -> None:
    lasts = timedelta(days=1)
    key, text = live.project.keys.add(LOCAL_CALLER, title="r", role=Role.VIEWER, lasts=lasts)
    _until(lambda: live.ask(key=text.text).status_code == 200)
    live.project.keys.revoke(LOCAL_CALLER, key.id)
    _until(lambda: live.ask(key=text.text).status_code == 401)


def test_an_answer_is_in_the_table_once_under_the_id_that_it_told(live: Live) -> None:
    answer = live.ask()
    many = live.ask("/predict-batch", {"rows": [ROW, {"sepal_length": 1}, ROW]})
    batch = many.headers["x-prediction-id"]
    told = Counter(each.id for each in live.logged())
    wanted = {answer.headers["x-prediction-id"], f"{batch}-1", f"{batch}-3"}
    assert {prediction_id: told[prediction_id] for prediction_id in wanted} == dict.fromkeys(
        wanted, 1
    )
    assert f"{batch}-2" not in told


def test_every_answer_before_kill_9_is_in_the_table_exactly_once(live: Live) -> None:
    acknowledged: list[str] = []
    stopped = threading.Event()

    def ask_on() -> None:
        headers = {"authorization": f"Bearer {live.key}"}
        with httpx.Client(base_url=live.flowers.url or "", headers=headers) as client:
            while not stopped.is_set():
                with suppress(httpx.HTTPError):
                    answer = client.post("/predict", json={"row": ROW})
                    if answer.status_code == 200:
                        acknowledged.append(answer.headers["x-prediction-id"])

    with ThreadPoolExecutor(8) as pool:
        asking = [pool.submit(ask_on) for _ in range(8)]
        try:
            for _ in range(2):
                n_before = len(acknowledged)
                _until(lambda n=n_before: len(acknowledged) > n + 50)
                killed = live.pid
                os.kill(killed, signal.SIGKILL)
                # Loading goes on beside all that.
                load_predictions(live.project)
                _until(lambda pid=killed: live.pid != pid and live.flowers.url is not None)
                live.wait()
        finally:
            stopped.set()
    for each in asking:
        each.result(WAIT_S)
    told = Counter(each.id for each in live.logged())
    assert len(acknowledged) == len(set(acknowledged)) > 100
    assert [prediction_id for prediction_id in acknowledged if told[prediction_id] != 1] == []
    assert set(told.values()) == {1}


def test_another_version_takes_over_without_a_lost_request(live: Live) -> None:
    second, seen = live.train(), Counter[str]()
    stopped = threading.Event()

    def ask_on() -> None:
        while not stopped.is_set():
            answer = live.ask()
            seen[f"{answer.status_code} {answer.json().get('version')}"] += 1

    with ThreadPoolExecutor(2) as pool:
        asking = [pool.submit(ask_on) for _ in range(2)]
        try:
            pid, url = live.pid, live.flowers.url
            _until(lambda: seen[f"200 {live.model.version}"] > 0)
            live.deploy(second)
            _until(lambda: seen[f"200 {second.version}"] > 0)
        finally:
            stopped.set()
    for each in asking:
        each.result(WAIT_S)
    assert set(seen) == {f"200 {live.model.version}", f"200 {second.version}"}
    assert (live.pid, live.flowers.url) == (pid, url)


def test_where_the_disk_is_full_predictions_go_on_and_say_so(live: Live) -> None:
    limits = resource.prlimit(live.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
    try:
        answer = live.ask()
        assert (answer.status_code, answer.json()["prediction"]) == (200, "setosa")
        assert answer.headers["x-prediction-logged"] == "false"
        assert "x-prediction-id" not in answer.headers
    finally:
        resource.prlimit(live.pid, resource.RLIMIT_FSIZE, limits)
    _until(lambda: "x-prediction-id" in live.ask().headers)


def test_the_platform_forwards_a_question_and_names_who_asked(live: Live) -> None:
    client = TestClient(make_app(live.project), headers={"x-request-id": "r-7"})
    path = f"/api/v1/ml/models/{live.flowers.model}/predict"
    answer = client.post(path, json={"row": ROW}, params={"sets": 90, "strict": True})
    assert (answer.status_code, answer.json()["prediction_set"][0]) == (200, "setosa")
    asked = f"{live.flowers.url}/predict?sets=90.0&strict=true"
    assert answer.headers["x-answered-by"] == asked
    told = {each.id: each for each in live.logged()}[answer.headers["x-prediction-id"]]
    assert (told.subject, told.request_id, told.features) == ("local", "r-7", ROW)
    refused = client.post(path, json={"row": {}})
    assert (refused.status_code, refused.json()["code"]) == (422, "missing-columns")


def test_a_proxy_of_the_environment_is_not_asked_for_what_runs_here(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        # Nobody listens there.
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    # The process is asked how it is before it counts as ready.
    live.deploy(live.train())
    client = TestClient(make_app(live.project))
    path = f"/api/v1/ml/models/{live.flowers.model}/predict"
    assert client.post(path, json={"row": ROW}).status_code == 200


def test_a_prediction_is_replayed_and_traced_back_to_its_data(live: Live) -> None:
    prediction_id = live.ask().headers["x-prediction-id"]
    live.logged()
    prediction, origin = live.project.prediction_log.origin(LOCAL_CALLER, prediction_id)
    replay = live.project.asking.replay(LOCAL_CALLER, prediction, request_id="r")
    assert (replay.is_same, replay.prediction) == (True, "setosa")
    assert origin.model.reference == live.flowers.model
    assert origin.dataset is not None
    assert origin.dataset.sha256 == origin.model.data_sha256


def test_what_is_undeployed_ends_and_nothing_of_it_is_lost(live: Live) -> None:
    prediction_id, pid = live.ask().headers["x-prediction-id"], live.pid
    live.project.deployments.undeploy(LOCAL_CALLER, "flowers")
    live.wait(DeploymentState.STOPPED)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert prediction_id in {each.id for each in live.logged()}
    assert list(live.folder.rglob("*.log")) == [live.folder / "server.log"]


def _has_ended(pid: int) -> bool:
    """Tell whether a process runs no more; one that nobody has asked after is a zombie."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return True
    return state == "Z"


def test_no_serving_process_outlives_its_worker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MODELYARD_HOME", str(tmp_path))
    trained = modelyard.train(IRIS, target="species", algorithm="logistic-regression")
    project = open_project()
    model = project.models.get(trained.run.model or "")
    project.deployments.deploy(LOCAL_CALLER, model, name="flowers")
    working = subprocess.Popen([sys.executable, "-m", "modelyard", "worker", "--places", "1"])
    try:
        files = project.serving.files_in("local")
        _until(lambda: project.deployments.get(LOCAL_CALLER, "flowers").is_ready(datetime.now(UTC)))
        address = read_address(files.of("flowers"))
        assert address is not None
    finally:
        working.kill()
        working.wait(WAIT_S)
    _until(lambda: _has_ended(address.pid))
    project.database.close()
