"""A training of a network that was killed ends, run again, as one that nobody disturbed."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from modelyard.kit.failpoints import CHECKPOINT_KEPT, VARIABLE

pytestmark = pytest.mark.extras
pytest.importorskip("PIL.Image")
pytest.importorskip("torch")
pytest.importorskip("safetensors")

SHAPES = Path(__file__).parents[2] / "examples" / "data" / "shapes"
CONFIGURATION = f"""
data: {{image: {{path: {SHAPES}, image_size: [16, 16], augmentation: {{horizontal_flip: true}}}}}}
model: {{name: small-cnn, architecture: {{channels: 8}}}}
training: {{epochs: 4, batch_size: 8, checkpoint: {{path: kept}}}}
modelyard: {{name: shapes}}
"""


def test_a_run_that_was_killed_ends_with_the_metrics_of_one_that_was_not(
    done: Callable[..., Any], tmp_path: Path
) -> None:
    config = tmp_path / "vision.yaml"
    config.write_text(CONFIGURATION, encoding="utf-8")
    killed = subprocess.run(
        [sys.executable, "-m", "modelyard", "run", config],
        env=os.environ | {VARIABLE: f"{CHECKPOINT_KEPT}:kill"},
        capture_output=True,
        timeout=600,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert len(list((tmp_path / "kept").rglob("checkpoint.safetensors"))) == 1
    resumed = done("run", config)
    assert list((tmp_path / "kept").rglob("*.safetensors")) == []
    whole = done("run", config)
    assert (resumed["reference"], whole["reference"]) == ("shapes@1", "shapes@2")
    assert json.dumps(resumed["metrics"]) == json.dumps(whole["metrics"])


def test_a_place_for_checkpoints_that_cannot_be_used_is_told_before_anything_is_read(
    cli: Callable[..., Any], tmp_path: Path
) -> None:
    (tmp_path / "kept").write_text("a file")
    config = tmp_path / "vision.yaml"
    config.write_text(CONFIGURATION, encoding="utf-8")
    refused = cli("run", config)
    assert refused.code == 7
    assert "training.checkpoint.path" in refused.err
    assert "Reading the data" not in refused.err
