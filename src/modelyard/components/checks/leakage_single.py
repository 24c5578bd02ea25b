"""Reports a column that predicts the target almost perfectly all alone.

Such a column is, as a rule, a consequence of the target or another name for it, and is not there
when the model is asked. One that predicts it better than honest columns do, as a rule, gets a word
of doubt.
"""

from collections.abc import Iterator
from shlex import quote

import numpy as np

from modelyard.components.checks._single.judging import Judge, Verdict
from modelyard.domain.columns import ColumnKind
from modelyard.domain.findings import Finding, Severity
from modelyard.domain.tasks import Task
from modelyard.protocols.checks import CheckCard, CheckInput

_MAX_ROWS = 20_000
# Wide tables are judged on fewer rows, so that the work stays bounded; so are texts, whose words
# are many.
_MAX_CELLS = 4_000_000
_MAX_TEXTS = 4_000
# What nine tenths are told of is known to 0.02 from 225 rows on (standard error of a share); of
# fewer, an honest column is doubted by chance (iris by its petals, in two of three draws).
_MIN_DOUBTED_ROWS = 225

_NUMBERED = frozenset(
    {ColumnKind.NUMERIC, ColumnKind.INTEGER, ColumnKind.BOOLEAN, ColumnKind.CATEGORY}
)
# A date orders a growing target perfectly and is still known beforehand. Words are judged beside
# classes alone as well, since one word tells a class but not how large a number is.
_OF_CLASSES = frozenset({ColumnKind.DATETIME})


class LeakageSingle:
    """Looks at each feature alone."""

    card = CheckCard(
        "leakage-single",
        "A column that gives the answer away",
        ("leakage-single", "leakage-suspect"),
    )

    def check(self, subject: CheckInput) -> Iterator[Finding]:
        """Report each feature that alone predicts rows that it was not learned from."""
        if subject.target is None or subject.task is None or not subject.features:
            return
        n_rows = int(np.clip(_MAX_CELLS // len(subject.features), 2_000, _MAX_ROWS))
        judged = _NUMBERED if subject.task is Task.REGRESSION else _NUMBERED | _OF_CLASSES
        yield from _findings(subject, judged, n_rows=n_rows)
        if subject.task is not Task.REGRESSION:
            yield from _findings(subject, frozenset({ColumnKind.TEXT}), n_rows=_MAX_TEXTS)


def _findings(
    subject: CheckInput, kinds: frozenset[ColumnKind], *, n_rows: int
) -> Iterator[Finding]:
    names = [name for name in subject.features if subject.table.column(name).kind in kinds]
    if not names:
        return
    every = subject.known(n_rows)
    known = every.without_repeats()
    judge, is_sure = Judge.over(known), True
    if judge is None and known is not every:
        # What a column tells of so few rows that differ, and of their repeats, is a doubt at most.
        known, judge, is_sure = every, Judge.over(every), False
    if judge is None:
        return
    for name in names:
        verdict = judge.judge(known.table, name)
        can_doubt = known.table.n_rows >= _MIN_DOUBTED_ROWS
        if verdict.is_refused or (verdict.is_doubted and can_doubt):
            yield _finding(name, verdict, subject, is_sure=is_sure)


def _finding(name: str, verdict: Verdict, subject: CheckInput, *, is_sure: bool) -> Finding:
    told = f"Column '{name}' alone {verdict.told} '{subject.target}', measured on rows that it was "
    which = "" if is_sure else ", but for rows that stand several times"
    sample = tuple(str(value) for value in subject.table.frame[name].drop_nulls()[:5])
    drop = f"--drop {quote(name)}"
    if not (verdict.is_refused and is_sure):
        return Finding(
            code="leakage-suspect",
            severity=Severity.WARNING,
            message=(
                f"{told}not learned from{which}, which few honest columns do: make sure that it is "
                "known before the answer is."
            ),
            columns=(name,),
            sample=sample,
            fix=f"If it is known only once the answer is, drop it with {drop}.",
            fixes=("drop-column",),
        )
    in_time = (
        f", or judge the model on later rows alone with --time {quote(name)}"
        if subject.table.column(name).kind is ColumnKind.DATETIME
        else ""
    )
    return Finding(
        code="leakage-single",
        severity=Severity.ERROR,
        message=f"{told}not learned from: it may be known only once the answer is.",
        columns=(name,),
        sample=sample,
        fix=(
            f"Drop it with {drop}, or accept it with "
            f"--accept {quote(f'leakage-single:{name}')}{in_time}."
        ),
        fixes=("drop-column",),
        safe_fix="drop-column",
    )


COMPONENT = LeakageSingle()
