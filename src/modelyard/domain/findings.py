"""What a check has to say about a table."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from itertools import islice
from typing import Any

# More findings of one kind are told as one: nobody reads a hundred sentences that say the same.
_MAX_ALIKE = 20
_N_NAMED, _N_SAMPLE = 5, 5


class Severity(StrEnum):
    """How much a finding matters; an ERROR stops training until it is accepted by name."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class Finding:
    """One observation with its place, a sample and what to do about it.

    Attributes:
        code: stable word for this kind of finding, e.g. `constant-column`.
        severity: how much it matters.
        message: one sentence in plain words, with figures.
        columns: the columns that it is about.
        rows: up to 10 row numbers (1 is the first row below the header).
        sample: up to 5 offending values as text.
        fix: what the user can do, as one sentence.
        drops: columns that training leaves out because of this finding.
        fixes: what a configuration may name to have it mended, as `domain.fixes` spells it.
        safe_fix: the one among `fixes` that is recommended without knowing more of the data.
        fixed_columns: columns that a fix changes, where these are not all of `columns`.
        all_rows: numbers of every row that it is about, where a fix leaves these out.
        pictures: names of those that a report shows, at most ten.
    """

    code: str
    severity: Severity
    message: str
    columns: tuple[str, ...] = ()
    rows: tuple[int, ...] = ()
    sample: tuple[str, ...] = ()
    fix: str = ""
    drops: tuple[str, ...] = ()
    fixes: tuple[str, ...] = ()
    safe_fix: str = ""
    fixed_columns: tuple[str, ...] = ()
    all_rows: tuple[int, ...] = field(default=(), repr=False, compare=False)
    pictures: tuple[str, ...] = field(default=(), repr=False, compare=False)

    @property
    def words(self) -> str:
        """The kind of finding as a person reads it, e.g. `constant column`."""
        return self.code.replace("-", " ")

    @property
    def name(self) -> str:
        """The name to accept it by: `code`, or `code:column` where it is about one column."""
        return f"{self.code}:{self.columns[0]}" if len(self.columns) == 1 else self.code

    def to_dict(self) -> dict[str, Any]:
        """Return the finding with its name as plain values, for JSON and the store."""
        plain = asdict(self)
        del plain["all_rows"], plain["pictures"]
        return {**plain, "name": self.name}

    def is_accepted_by(self, accepted: frozenset[str]) -> bool:
        """Whether one of the names that the user accepted covers this finding."""
        return self.code in accepted or self.name in accepted


def worst_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings by severity, those of one severity in the order that they came."""
    ranks = [*reversed(Severity)]
    return tuple(sorted(findings, key=lambda finding: ranks.index(finding.severity)))


def count_of(severity: Severity, findings: Iterable[Finding]) -> int:
    """Return how many findings are of a severity."""
    return sum(finding.severity is severity for finding in findings)


def summed_up(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings, those that say the same of very many columns as one with their count.

    Errors stay apart, since each is to be mended or accepted by name.
    """
    alike: dict[tuple[object, ...], list[Finding]] = {}
    for finding in findings:
        is_apart = finding.severity is Severity.ERROR or len(finding.columns) != 1
        own = (finding.name, len(alike)) if is_apart else ()
        alike.setdefault((finding.code, finding.severity, bool(finding.drops), own), []).append(
            finding
        )
    told: list[Finding] = []
    for same in alike.values():
        told += same if len(same) <= _MAX_ALIKE else [_as_one(same)]
    return tuple(told)


def _as_one(same: list[Finding]) -> Finding:
    first = same[0]
    columns = tuple(finding.columns[0] for finding in same)
    named = ", ".join(f"'{name}'" for name in columns[:_N_NAMED])
    offered = [set(finding.fixes) for finding in same]
    fixes = tuple(fix for fix in first.fixes if all(fix in each for each in offered))
    return Finding(
        code=first.code,
        severity=first.severity,
        message=f"{len(same):,} columns have the same finding ({named} and "
        f"{len(same) - _N_NAMED:,} more); of the first: {first.message}",
        columns=columns,
        sample=tuple(islice(dict.fromkeys(s for f in same for s in f.sample), _N_SAMPLE)),
        fix=first.fix,
        drops=tuple(name for finding in same for name in finding.drops),
        fixes=fixes,
        safe_fix=first.safe_fix if first.safe_fix in fixes else "",
    )
