"""The process that answers the API loads neither models nor what trains them."""

import os
import subprocess
import sys
from pathlib import Path

# What predicts and trains; polars comes with the vocabulary of tables.
HEAVY = {"onnxruntime", "sklearn", "scipy", "lightgbm", "xgboost", "catboost", "optuna", "pandas"}

_ASK = """
import sys, warnings
warnings.simplefilter("ignore")
from starlette.testclient import TestClient
from modelyard.api.app import make_app
from modelyard.api.routing import every_route
from modelyard.bootstrap import open_project
client = TestClient(make_app(open_project()))
for route in every_route():
    if route.verbs == ("GET",):
        client.get(route.path.replace("{", "").replace("}", ""))
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


def test_asking_every_route_loads_nothing_heavy(tmp_path: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-c", _ASK],
        env=os.environ | {"MODELYARD_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(told.stdout.split())
    assert "fastapi" in loaded
    assert loaded & HEAVY == set()
