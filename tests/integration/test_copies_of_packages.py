"""A training that cannot sign ends at once; one whose copy alone fails keeps its model."""

from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from rows import QUICK, table

from modelyard.bootstrap import open_project
from modelyard.domain.configs import TrainingConfig
from modelyard.domain.errors import StoreError
from modelyard.domain.jobs import Fence
from modelyard.domain.runs import Model, Run
from modelyard.protocols.progress import Silence
from modelyard.store.models import Models


@dataclass
class _Meanwhile:
    """The registry, and another training that has written its copy when a model is registered."""

    models: Models
    out: Path

    def register(self, model: Model, *, made_by: Run, fence: Fence | None) -> Model:
        registered = self.models.register(model, made_by=made_by, fence=fence)
        self.out.mkdir()
        (self.out / "manifest.json").write_text("of another model")
        return registered


def test_a_model_is_kept_where_another_training_has_written_to_the_place_of_its_copy(
    put, done, tmp_path
) -> None:
    data, out = str(put("data.csv", table())), tmp_path / "o1"
    project, config = open_project(), TrainingConfig(target="y", algorithm="logistic-regression")
    service = replace(project.training, models=_Meanwhile(Models(project.records), out))
    with pytest.raises(StoreError, match="kept as data@1; only its copy for --out failed") as told:
        service.train(
            lambda: project.datasets.read(data, config.read),
            config,
            progress=Silence(),
            location=data,
            out=out,
        )
    assert "'o1' exists already" in told.value.message
    assert "artifact" not in str(told.value)
    (run,) = done("runs", "list")
    assert (run["status"], run["model"]) == ("succeeded", "data@1")
    assert len(done("predict", "data@1", data)["prediction"]) > 0
    assert (out / "manifest.json").read_text() == "of another model"


def test_a_key_that_cannot_be_had_is_told_before_anything_is_read(cli, put, monkeypatch) -> None:
    monkeypatch.setenv("MODELYARD_KEYS", str(put("file", "") / "keys"))
    ending = cli("train", put("data.csv", table()), *QUICK, "--json")
    assert (ending.code, ending.error["code"]) == (7, "store")
    assert "signing key" in ending.error["detail"]
    assert "MODELYARD_KEYS" in ending.error["fix"]
    assert cli("runs", "list", "--json").document == []
