"""Says what to do next: after a training by what it measured, before one by what the data shows."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from modelyard.catalog import Catalog
from modelyard.domain.findings import Finding, Severity, worst_first
from modelyard.domain.runs import Model
from modelyard.domain.suggestions import Suggestion, Topic
from modelyard.kit.records import from_plain
from modelyard.reporting.subjects import ReportSubject

# As many algorithms as a newcomer tries by hand; AutoML tries them all.
_MOST_ALGORITHMS = 3


@dataclass(frozen=True)
class AdviceService:
    """Advises.

    Attributes:
        subject_of: returns what the report of a registered model says, None where it is kept as a
            page alone.
        findings_of: returns what the checks found in a dataset, as a JSON list.
    """

    catalog: Catalog
    subject_of: Callable[[Model], ReportSubject | None]
    findings_of: Callable[[str], bytes]

    def after_training(self, model: Model) -> tuple[Suggestion, ...]:
        """Return what the training of a model advises.

        AutoML has reasons for and against other algorithms, more rows and more time; of one
        algorithm the findings that can be mended are left.

        Raises:
            PackageError: if the package is not the one that was registered.
        """
        subject = self.subject_of(model)
        if subject is None:
            return ()
        if subject.leaderboard is not None and subject.leaderboard.suggestions:
            return subject.leaderboard.suggestions
        return tuple(_to_mend(subject.findings))

    def before_training(self, dataset: str) -> tuple[Suggestion, ...]:
        """Return what a dataset advises: what to mend, then what to try first.

        Raises:
            NotFound, InvalidValue: if there is no such dataset.
            Conflict: if nobody has read it yet.
            DataError: if it could not be read.
        """
        told = json.loads(self.findings_of(dataset))
        return (*_to_mend(from_plain(Finding, each) for each in told), *self._to_try())

    def _to_try(self) -> Iterable[Suggestion]:
        starts = [
            (start.rank, each.card.title, start.reason)
            for each in self.catalog.algorithms().values()
            for start in each.card.starts[:1]
        ]
        for _, title, reason in sorted(starts)[:_MOST_ALGORITHMS]:
            yield Suggestion(Topic.ALGORITHM, f"Try {title}: {reason}")


def _to_mend(findings: Iterable[Finding]) -> Iterable[Suggestion]:
    for each in worst_first(findings):
        if each.severity is not Severity.INFO and each.fix:
            yield Suggestion(Topic.COLUMNS, f"{each.message} {each.fix}", each.columns)
