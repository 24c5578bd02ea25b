"""What a training would learn from and answer, before it begins."""

from dataclasses import dataclass

from modelyard.domain.columns import Column
from modelyard.domain.findings import Finding
from modelyard.domain.outlooks import Outlook
from modelyard.domain.tasks import Task


@dataclass(frozen=True)
class Outline:
    """A table, seen as a training with a certain configuration would see it.

    Attributes:
        task, task_reason: what the target asks for, and why.
        metric: key of the one that decides.
        n_rows: of the table.
        columns: beside those that the configuration drops; the target is among them.
        features: names of the columns that would be learned from.
        findings: of the checks, the worst first.
        blocking: names of the findings that would stop the training.
        outlook: of AutoML; None where one algorithm is named, or something stops the training.
    """

    task: Task
    task_reason: str
    metric: str
    n_rows: int
    columns: tuple[Column, ...]
    features: tuple[str, ...]
    findings: tuple[Finding, ...]
    blocking: tuple[str, ...] = ()
    outlook: Outlook | None = None
