"""Why a platform says nothing of what AutoML may expect is told with what helps."""

from pathlib import Path
from typing import Any

import pytest

from modelyard.cli._training_elsewhere import estimate_at
from modelyard.domain.automl import AutoMLConfig
from modelyard.domain.configs import TrainingConfig
from modelyard.domain.errors import UsageError
from modelyard.domain.outlines import Outline
from modelyard.domain.tasks import Task
from modelyard.wire.outlines import OutlineAnswer


class _Platform:
    """A client of a platform that has looked at rows of a table."""

    def __init__(self, *, n_seen: int, blocking: tuple[str, ...] = ()) -> None:
        self.jobs = self
        self._outline = Outline(
            task=Task.BINARY,
            task_reason="it holds 2 different texts",
            metric="roc-auc",
            n_rows=1_000_000,
            n_seen=n_seen,
            columns=(),
            features=(),
            findings=(),
            blocking=blocking,
        )

    def outline(self, plan: object) -> OutlineAnswer:
        del plan
        return OutlineAnswer.of(self._outline)


@pytest.mark.parametrize(
    ("automl", "seen", "why", "fix"),
    [
        (AutoMLConfig(), {"n_seen": 20_000}, "20,000 of its 1,000,000 rows", "Leave --estimate"),
        (None, {"n_seen": 20_000}, "one algorithm is named", "--algorithm auto"),
        (None, {"n_seen": 1_000_000}, "one algorithm is named", "--algorithm auto"),
        (AutoMLConfig(), {"n_seen": 1_000_000, "blocking": ("x:y",)}, "x:y would stop", "Accept"),
    ],
    ids=["large", "large and one algorithm", "one algorithm", "findings"],
)
def test_where_there_is_no_estimate_the_reason_is_told_with_what_helps(
    automl: AutoMLConfig | None, seen: dict[str, Any], why: str, fix: str, tmp_path: Path
) -> None:
    config = TrainingConfig(target="y", automl=automl)
    client: Any = _Platform(**seen)
    with pytest.raises(UsageError, match=why) as refused:
        estimate_at(client, tmp_path / "people", config=config, wants_json=True)
    assert fix in (refused.value.fix or "")
