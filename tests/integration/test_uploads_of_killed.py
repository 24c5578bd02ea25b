"""A process that is killed at any step of an upload loses nothing and doubles nothing."""

import os
import signal
import subprocess
import sys

import pytest

from modelyard.bootstrap import Project
from modelyard.domain.datasets import UploadState
from modelyard.kit.failpoints import UPLOAD_POINTS, VARIABLE
from modelyard.services.uploads import ABANDONED_AFTER, UploadRequest

pytestmark = pytest.mark.processes

CONTENT = b"age,city\n41,Oslo\n29,Rome\n"
_BEGIN = """
from modelyard.bootstrap import open_project
from modelyard.services.uploads import UploadRequest
open_project().uploads.begin(UploadRequest("people", 26, "local"))
"""
_FINISH = """
import sys
from modelyard.bootstrap import open_project
uploads = open_project().uploads
uploads.finish(uploads.get(sys.argv[1]))
"""


def _killed_at(point: str, script: str, *arguments: str) -> None:
    """Run a script in a process that is killed at a point."""
    environment = os.environ | {VARIABLE: f"{point}:kill"}
    done = subprocess.run([sys.executable, "-c", script, *arguments], env=environment, check=False)
    assert done.returncode == -signal.SIGKILL, point


def _sweep_a_day_later(project: Project) -> None:
    for left in project.uploads.parts.root.iterdir():
        old = left.stat().st_mtime - ABANDONED_AFTER.total_seconds() - 1
        os.utime(left, (old, old))
    project.uploads.sweep()
    assert list(project.uploads.parts.root.iterdir()) == []


def test_an_upload_that_was_never_acknowledged_is_swept(project) -> None:
    _killed_at("upload.begun", _BEGIN)
    assert project.uploads.receiving() == ()
    assert len(list(project.uploads.parts.root.iterdir())) == 1
    _sweep_a_day_later(project)


@pytest.mark.parametrize("point", [each for each in UPLOAD_POINTS if each != "upload.begun"])
def test_an_upload_whose_process_is_killed_while_it_ends_becomes_one_version(
    project, point
) -> None:
    upload = project.uploads.begin(UploadRequest("people", len(CONTENT), "local"))
    with project.uploads.appending(upload, offset=0) as writer:
        writer.write(CONTENT)
    _killed_at(point, _FINISH, upload.id)
    left = project.uploads.get(upload.id)
    assert project.uploads.offset(left) == len(CONTENT)
    if left.state is UploadState.RECEIVING:
        project.uploads.finish(left)
    assert [each.version for each in project.named_datasets.versions("people").items] == [1]
    assert project.uploads.get(upload.id).version == 1
    assert project.named_datasets.resolve("people").path.read_bytes() == CONTENT
    assert len(list(project.blobs.root.glob("[0-9a-f]*"))) == 1
    assert project.audit.verify().n_events == 1
    _sweep_a_day_later(project)
    assert project.uploads.get(upload.id).version == 1
    assert project.named_datasets.resolve("people").path.read_bytes() == CONTENT
