"""What a training would learn from, may expect, and is written as, before it begins."""

from typing import Any, Self

from pydantic import Field

from modelyard.domain.columns import ColumnKind
from modelyard.domain.outlines import Outline
from modelyard.domain.tasks import Task
from modelyard.wire.bodies import Answer


class OutlinedColumn(Answer):
    """One column, as the training would see it."""

    name: str
    kind: ColumnKind
    is_feature: bool = Field(
        description="Whether it would be learned from; the target and columns that findings leave "
        "out are not."
    )


class AbsenceAnswer(Answer):
    """An algorithm that would not take part."""

    algorithm: str
    reason: str


class OutlookAnswer(Answer):
    """What AutoML may expect of its budget; how long candidates take depends on the data."""

    n_rows: int = Field(description="That teach and judge candidates.")
    n_columns: int
    n_features: int = Field(description="That the columns are likely to become.")
    n_folds: int = Field(description="That every candidate is scored on; 1 for one part held out.")
    n_places: int = Field(description="Fits that run at a time.")
    fit_s: float = Field(description="Seconds that one fit of the first candidate may take.")
    time_s: float | None = Field(description="Seconds for candidates; null for no limit.")
    table_bytes: int
    base_bytes: int = Field(
        description="Held before the first fit, the table and all libraries among it."
    )
    fit_bytes: int = Field(description="That one fit may hold beside that, at most.")
    memory_bytes: int = Field(description="That everything may hold together while fits run.")
    n_starts: int = Field(description="Known settings that are likely to be scored.")
    n_more: int | None = Field(
        description="Candidates of a search after them; null for as many as it finds."
    )
    absences: list[AbsenceAnswer] = Field(description="What is left out, and why.")


class OutlineAnswer(Answer):
    """What a training would learn from and answer."""

    task: Task
    task_reason: str
    metric: str = Field(description="Key of the metric that would decide.")
    n_rows: int
    n_seen: int = Field(
        description="Rows on which this stands. Fewer than `n_rows` were drawn by chance from a "
        "large table; the training looks at all, and may find more."
    )
    columns: list[OutlinedColumn] = Field(description="Beside those that are dropped.")
    findings: list[dict[str, Any]] = Field(description="As those of a dataset, the worst first.")
    blocking: list[str] = Field(description="Findings that would stop it, by name.")
    outlook: OutlookAnswer | None = Field(
        description="Of AutoML; null where one algorithm is named, something would stop it, or not "
        "all rows were seen."
    )

    @classmethod
    def of(cls, outline: Outline) -> Self:
        """Return what is told of an outline."""
        features = set(outline.features)
        columns = [
            OutlinedColumn(name=each.name, kind=each.kind, is_feature=each.name in features)
            for each in outline.columns
        ]
        findings = [each.to_dict() for each in outline.findings]
        return cls.model_validate(vars(outline) | {"columns": columns, "findings": findings})


class SpellingsAnswer(Answer):
    """One training, as each door of the product spells it."""

    yaml: str = Field(description="A configuration file; `data.tabular.path` names the table.")
    command: str = Field(description="The command line that trains on this platform.")
    python: str = Field(description="The same in Python, on a table of one's own.")
