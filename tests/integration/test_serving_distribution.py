"""The second distribution serves what the whole install serves; its image is built from it."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from serving_servers import GOLDEN, PENGUINS, SIGNER, Running, running

from modelyard.cli.serve import serve

ROOT = Path(__file__).parents[2]
HOME = ROOT / "deploy" / "serving"
MOST_BYTES = 200_000_000
ABSENT = (
    "sklearn", "scipy", "polars", "pandas", "pyarrow", "lightgbm", "xgboost", "catboost", "optuna",
    "sqlalchemy", "pydantic", "fastapi", "jinja2", "rich", "yaml", "onnx", "pip",
    "modelyard.engine", "modelyard.store", "modelyard.components",
)  # fmt: skip
SECRET = re.compile(r"(SECRET|TOKEN|PASSWORD|KEY)\w*=", re.IGNORECASE)


@dataclass(frozen=True)
class Step:
    """One instruction of the Dockerfile, and the number of its stage."""

    name: str
    text: str
    stage: int


def _steps() -> list[Step]:
    text = (HOME / "Dockerfile").read_text(encoding="utf-8")
    lines = re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", " ").splitlines()
    found: list[Step] = []
    stage = 0
    for line in filter(None, lines):
        name, _, rest = line.partition(" ")
        stage += name == "FROM"
        found.append(Step(name, rest.strip(), stage))
    return found


STEPS = _steps()


def _texts(name: str, stage: int | None = None) -> list[str]:
    return [step.text for step in STEPS if step.name == name and stage in {None, step.stage}]


def _copied() -> Iterator[tuple[Path, str]]:
    """Yield what is copied out of the repository, and where it goes."""
    for text in _texts("COPY"):
        *sources, target = text.split()
        if not sources[0].startswith("--from"):
            yield from ((Path(source), target) for source in sources)


def _project(folder: Path) -> dict[str, Any]:
    project: dict[str, Any] = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    return project


def test_it_asks_for_nothing_that_the_whole_install_does_not_ask_for() -> None:
    whole, part = _project(ROOT), _project(HOME)
    assert set(part["dependencies"]) < set(whole["dependencies"])
    assert part["optional-dependencies"]["arrow"] == whole["optional-dependencies"]["arrow"]
    for key in ("version", "requires-python", "license", "scripts", "classifiers"):
        assert part[key] == whole[key], key


def test_its_licence_is_that_of_the_source() -> None:
    for name in _project(HOME)["license-files"]:
        assert (HOME / name).read_bytes() == (ROOT / name).read_bytes()


def test_the_image_is_made_in_two_stages_from_one_pinned_base() -> None:
    (base,) = _texts("ARG")
    assert re.fullmatch(r"PYTHON_IMAGE=docker\.io/library/python:3\.\d+-slim-\w+", base)
    assert _texts("FROM") == ["${PYTHON_IMAGE} AS build", "${PYTHON_IMAGE}"]
    assert _texts("RUN", stage=2) == []
    assert _texts("ADD") == []


def test_the_image_runs_as_somebody_without_rights() -> None:
    (user,) = _texts("USER", stage=2)
    assert all(int(number) >= 1_000 for number in user.split(":"))


def test_the_image_holds_no_secret() -> None:
    assert [text for text in _texts("ENV") + _texts("ARG") if SECRET.search(text)] == []


def test_what_is_copied_is_there_and_is_let_through() -> None:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert "*" in lines
    sources = [source for source, _ in _copied()]
    assert sources
    for source in sources:
        assert (ROOT / source).exists()
        assert f"!{source}" in lines


def test_the_image_starts_a_command_that_exists_and_listens_where_it_says() -> None:
    (entry,), (rest,) = _texts("ENTRYPOINT"), _texts("CMD")
    words = [*json.loads(entry), *json.loads(rest)]
    assert words[:2] == ["modelyard", "serve"]
    given = serve.make_context("serve", words[2:]).params
    assert given["models"] == ("/model",)
    assert given["host"] == "0.0.0.0"  # noqa: S104 -- a container has its own network
    assert _texts("EXPOSE") == [str(given["port"])]


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Follow the first stage, and return the environment that the second one copies."""
    place = tmp_path_factory.mktemp("image")
    left_out = shutil.ignore_patterns("__pycache__", "*.egg-info", "build")
    for source, target in _copied():
        into = place / "source" / target
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, into, symlinks=True, ignore=left_out)
        else:
            into.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / source, into)
    env = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    for step in _texts("RUN", stage=1):
        line = step.replace("/app", str(place / "app")).replace("/source", str(place / "source"))
        done = subprocess.run(
            ["sh", "-c", line], capture_output=True, text=True, check=False, cwd=place, env=env
        )
        assert done.returncode == 0, done.stdout + done.stderr
    return place / "app"


def _run(image: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [image / "bin" / "python", "-m", "modelyard", *words],
        capture_output=True,
        text=True,
        check=False,
        cwd=image,
    )


@pytest.fixture(scope="module")
def server(image: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("served")
    # As in the container: no home that exists, so that no key can be made either.
    env = {"HOME": str(folder / "nowhere"), "XDG_CONFIG_HOME": "", "MODELYARD_KEYS": ""}
    models = [f"penguins={PENGUINS}"]
    python = image / "bin" / "python"
    with running(
        folder, models, "--trust", SIGNER, "--workers", "2", env=env, python=python
    ) as found:
        yield found
    assert not (folder / "nowhere").exists()


@pytest.mark.extras
def test_it_is_small_with_every_module_compiled(image: Path) -> None:
    files = [path for path in image.rglob("*") if path.is_file() and not path.is_symlink()]
    assert any(path.suffix == ".pyc" for path in files)
    assert 100_000_000 < sum(path.stat().st_size for path in files) < MOST_BYTES


@pytest.mark.extras
def test_it_holds_nothing_that_trains(image: Path) -> None:
    found = f"[n for n in {ABSENT!r} if importlib.util.find_spec(n)]"
    done = subprocess.run(
        [image / "bin" / "python", "-I", "-c", f"import importlib.util; print({found})"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.extras
def test_it_answers_what_the_whole_install_answers(server: Running, tmp_path: Path) -> None:
    rows = json.loads((GOLDEN / f"{PENGUINS.name}.json").read_bytes())["rows"]
    rows = [{name: row[name] for name in row if name != "species"} for row in rows]
    rows += [dict.fromkeys(rows[0]), {**rows[0], "island": "Atlantis", "year": "1999"}]
    with running(tmp_path, [f"penguins={PENGUINS}"], "--trust", SIGNER) as whole:
        for query in ("", "?explain=3"):
            told = [each.post(f"/predict-batch{query}", {"rows": rows}) for each in (server, whole)]
            assert [answer.status_code for answer in told] == [200, 200]
            part, all_ = (answer.json() | {"inference_time_ms": 0} for answer in told)
            assert part == all_
        for path in ("/info", "/openapi.json", "/v2/models/penguins"):
            assert server.client.get(path).json() == whole.client.get(path).json()
    assert "penguins" in server.client.get("/docs").text


@pytest.mark.extras
def test_the_images_health_check_tells_of_the_server(image: Path, server: Running) -> None:
    (check,) = _texts("HEALTHCHECK")
    words = shlex.split(check.partition(" CMD ")[2].partition("||")[0])
    assert words == ["modelyard", "health"]
    assert _run(image, *words[1:], server.url).returncode == 0
    assert _run(image, *words[1:], "http://127.0.0.1:9").returncode != 0


@pytest.mark.extras
def test_what_only_the_whole_install_knows_is_refused_with_the_way_to_it(image: Path) -> None:
    trained = _run(image, "train", "iris.csv", "--target", "species")
    assert trained.returncode == 4
    assert "modelyard-serving" in trained.stderr
    named = _run(image, "serve", "penguins@champion")
    assert named.returncode == 5
    assert "no registry" in named.stderr
    assert "folder" in named.stderr


@pytest.mark.extras
def test_a_package_of_a_stranger_is_refused_there_too(image: Path) -> None:
    assert _run(image, "serve", str(PENGUINS)).returncode == 6
