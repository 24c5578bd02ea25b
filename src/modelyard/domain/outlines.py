"""What a training would learn from and answer, before it begins."""

from collections.abc import Mapping
from dataclasses import dataclass

from modelyard.domain.columns import Column, ColumnKind
from modelyard.domain.findings import Finding
from modelyard.domain.outlooks import Outlook
from modelyard.domain.tasks import Task


@dataclass(frozen=True)
class Whole:
    """What is known of a table of which some rows were drawn, from when all of them were read.

    Attributes:
        kinds: of its columns, by name.
        n_unique: different values of each, those that are missing left out.
        n_missing: cells of each.
    """

    n_rows: int
    kinds: Mapping[str, ColumnKind]
    n_unique: Mapping[str, int]
    n_missing: Mapping[str, int]


@dataclass(frozen=True)
class Outline:
    """A table, seen as a training with a certain configuration would see it.

    Attributes:
        task, task_reason: what the target asks for, and why.
        metric: key of the one that decides.
        n_rows: of the table.
        n_seen: of these, the rows on which stands what is told; where they are fewer, they were
            drawn by chance.
        columns: beside those that the configuration drops; the target is among them.
        features: names of the columns that would be learned from.
        findings: of the checks, the worst first.
        blocking: names of the findings that would stop the training.
        outlook: of AutoML; None where one algorithm is named, something stops the training, or not
            all rows were seen.
    """

    task: Task
    task_reason: str
    metric: str
    n_rows: int
    n_seen: int
    columns: tuple[Column, ...]
    features: tuple[str, ...]
    findings: tuple[Finding, ...]
    blocking: tuple[str, ...] = ()
    outlook: Outlook | None = None
