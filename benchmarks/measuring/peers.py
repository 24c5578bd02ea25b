"""The servers that are measured: ours, the bare floor, and those that people use, by one interface.

Every peer serves the same pickled pipeline of scikit-learn in one worker, by the server file that
its own documentation shows, which is written from here. Peers of other environments run in a Python
that has them: `pip install mlflow scikit-learn==1.9.1 lightgbm==4.7.0 pandas==3.1.1` and so on, the
versions of `constraints.txt`, since a pickle is read by the versions that wrote it.
"""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Row = Mapping[str, Any]


def _row_alone(row: Row) -> Any:
    return {"row": row}


def _listed(answer: Any) -> list[float]:
    return answer["probabilities"]


@dataclass(frozen=True)
class Peer:
    """One server.

    Attributes:
        name: in the table.
        command: that starts it; `{python}`, `{port}`, `{package}` are filled in.
        source: of `NAME_server.py`, which is written beside the pipeline.
        prepare: code that its Python runs once, before.
        path: of its predictions.
        body: one row as it takes it.
        chances: probabilities in the order of the sorted labels, from its answer.
    """

    name: str
    command: tuple[str, ...]
    source: str = ""
    prepare: str = ""
    path: str = "/predict"
    body: Callable[[Row], Any] = _row_alone
    chances: Callable[[Any], list[float]] = _listed

    def words(self, python: str, *, port: int, package: Path) -> list[str]:
        """Return the command to start it."""
        return [word.format(python=python, port=port, package=package) for word in self.command]


_HELLO = """
async def app(scope, receive, send):
    await receive()
    head = [(b"content-type", b"text/plain"), (b"content-length", b"5")]
    await send({"type": "http.response.start", "status": 200, "headers": head})
    await send({"type": "http.response.body", "body": b"hello"})
"""

_LOADED = """
import pickle
import pandas as pd

def loaded():
    with open("pipeline.pkl", "rb") as stream:
        return pickle.load(stream)

def answer(pipeline, row):
    chances = pipeline.predict_proba(pd.DataFrame([row]))[0]
    return {"prediction": pipeline.classes_[chances.argmax()], "probabilities": chances.tolist()}
"""

_USUAL = f"""{_LOADED}
from fastapi import FastAPI
from pydantic import BaseModel

pipeline = loaded()
app = FastAPI()

class Body(BaseModel):
    row: dict

@app.post("/predict")
def predict(body: Body):
    return answer(pipeline, body.row)
"""

_BENTOML = f"""{_LOADED}
import bentoml

@bentoml.service(workers=1)
class Model:
    def __init__(self):
        self.pipeline = loaded()

    @bentoml.api
    def predict(self, row: dict) -> dict:
        return answer(self.pipeline, row)
"""

_LITSERVE = f"""{_LOADED}
import sys
import litserve

class Model(litserve.LitAPI):
    def setup(self, device):
        self.pipeline = loaded()

    def decode_request(self, request):
        return request["row"]

    def predict(self, row):
        return answer(self.pipeline, row)

    def encode_response(self, output):
        return output

if __name__ == "__main__":
    server = litserve.LitServer(Model(), accelerator="cpu", workers_per_device=1)
    server.run(port=int(sys.argv[1]), num_api_servers=1, generate_client_file=False)
"""

_MLFLOW = f"""{_LOADED}
import mlflow.sklearn
mlflow.sklearn.save_model(
    loaded(),
    "mlflow_model",
    serialization_format="cloudpickle",
    pyfunc_predict_fn="predict_proba",
    pip_requirements=["scikit-learn"],
)
"""

_UVICORN = ("{python}", "-m", "uvicorn", "--log-level", "error", "--no-access-log", "--port")
_MLFLOW_SERVE = (
    "{python} -m mlflow models serve -m mlflow_model --env-manager local --workers 1 --port {port}"
)

OURS = Peer(
    "ours",
    ("{python}", "-m", "modelyard", "serve", "{package}", "--port", "{port}"),
    chances=lambda answer: list(answer["probabilities"].values()),
)
FLOOR = Peer("floor", (*_UVICORN, "{port}", "--lifespan", "off", "floor_server:app"), _HELLO)
USUAL = Peer("usual", (*_UVICORN, "{port}", "usual_server:app"), _USUAL)
# Those that have an environment of their own, by name.
OTHERS = {
    peer.name: peer
    for peer in (
        Peer(
            "mlflow",
            tuple(_MLFLOW_SERVE.split()),
            prepare=_MLFLOW,
            path="/invocations",
            body=lambda row: {"dataframe_records": [row]},
            chances=lambda answer: answer["predictions"][0],
        ),
        Peer(
            "bentoml",
            ("{python}", "-m", "bentoml", "serve", "bentoml_server:Model", "--port", "{port}"),
            _BENTOML,
        ),
        Peer("litserve", ("{python}", "litserve_server.py", "{port}"), _LITSERVE),
    )
}
# Threads of numpy and LightGBM would fight for the one core; nothing is told to anybody elsewhere.
ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "BENTOML_DO_NOT_TRACK": "true",
    "LIT_DISABLE_SERVER_LOGGING": "1",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "PYTHONWARNINGS": "ignore",
}


def python_of(name: str, given: Mapping[str, str]) -> str:
    """Return the Python that has the peer: the one that was given, or this one."""
    return given.get(name, sys.executable)
