"""The process of a deployment that cannot serve its package ends in order, and says why."""

import time
from pathlib import Path

from modelyard.domain.errors import UntrustedPackage
from modelyard.worker.plans import ServingPlan
from modelyard.worker.serving_processes import ServingProcess

WAIT_S = 60


def test_why_a_package_is_refused_is_the_last_word_of_its_process(tmp_path: Path) -> None:
    package, folder = tmp_path / "package", tmp_path / "flowers"
    package.mkdir()
    (package / "manifest.json").write_text("{}")
    plan = ServingPlan(
        name="flowers",
        tenant="local",
        reference="iris@1",
        package=str(package),
        sha256="ab" * 32,
        trusted=(),
        host="127.0.0.1",
        port=0,
        keys=None,
        log=str(folder / "predictions"),
    )
    process = ServingProcess(folder, plan)
    deadline = time.monotonic() + WAIT_S
    try:
        while process.exit_code() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        assert process.exit_code() == UntrustedPackage.exit_code
        assert "manifest.sig" in process.last_words()
    finally:
        process.kill()
