"""How facts, findings and metrics are put before a person, in one way for every command."""

import json
import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

import click

from modelyard.cli._options import SPELLED, pairs
from modelyard.cli._screen import print_table
from modelyard.domain.approaches import Approach, Wanted, approach_of
from modelyard.domain.columns import ColumnKind
from modelyard.domain.configs import NONE, ReadOptions
from modelyard.domain.errors import InvalidValue
from modelyard.domain.evaluations import Evaluation, MetricEstimate
from modelyard.domain.findings import Finding, Severity
from modelyard.domain.fixes import RECOMMENDED, AppliedFix, FixWord
from modelyard.domain.predictions import Flag, FlagKind, RowError
from modelyard.domain.sequence_layouts import SequenceLayout
from modelyard.domain.splits import Shares
from modelyard.domain.tables import SourceFacts, told_blank

if TYPE_CHECKING:
    from modelyard.services.answering import Answer
    from modelyard.services.batches import Batch

_COLORS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "blue"}
# Rows without an answer that a screen names; beyond, they are counted.
_MOST_ROWS_TOLD = 10
_MOST_FIXES_TOLD = 5


def read_options(
    missing: Sequence[str], kinds: Mapping[str, str], *, dialect: Mapping[str, Any]
) -> ReadOptions:
    """Return what the options on reading ask for: --missing, --kind, and those of the dialect.

    Raises:
        InvalidValue: if a kind does not exist.
    """
    return ReadOptions(
        **{name: dialect[name] for name in ("encoding", "delimiter", "decimal", "header")},
        missing_tokens=tuple(missing) or None,
        kinds={column: ColumnKind.called(word) for column, word in kinds.items()},
        sequences=_layout(dialect.get("sequences")),
    )


def _layout(text: str | None) -> SequenceLayout:
    """Read the option --sequences.

    Raises:
        InvalidValue: if it is no JSON object, or says something else.
    """
    try:
        told = json.loads(text) if text else {}
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise InvalidValue(
            f"--sequences takes a JSON object; '{text}' came.",
            fix="""For example: --sequences '{"wide": {"vibration": "t_*"}}'""",
            sample=text,
        )
    return SequenceLayout.of(told)


def shares_of(text: str) -> Shares:
    """Read the option --split.

    Raises:
        InvalidValue: if it is not three numbers; whether they are shares is judged where they deal.
    """
    try:
        train, validation, test = (float(part) for part in text.split(","))
    except ValueError as error:
        raise InvalidValue(
            f"--split takes three shares, for training, validation and test; '{text}' came.",
            fix="For example: --split 0.7,0.1,0.2",
            sample=text,
        ) from error
    return Shares(train, validation, test)


def class_weight_of(given: Sequence[str]) -> str | dict[str, float]:
    """Read the option --class-weight: one word, or LABEL=WEIGHT for each of some classes.

    Raises:
        InvalidValue: if a weight is no number; whether a word is known is judged with the rest.
    """
    if len(given) == 1 and "=" not in given[0]:
        return given[0]
    read: dict[str, float] = {}
    for text in given:
        label, _, weight = text.rpartition("=")
        try:
            read[label] = float(weight)
        except ValueError as error:
            raise InvalidValue(
                f"--class-weight takes balanced, or LABEL=WEIGHT; '{text}' came.",
                fix="For example: --class-weight yes=5",
                sample=text,
            ) from error
    return read or NONE


def approach_in(options: Mapping[str, Any]) -> Approach:
    """Read which way a training is to go: one algorithm, a search, or AutoML.

    Raises:
        UsageError: if options do not go together.
    """
    only = options["only"]
    wanted = Wanted(
        algorithm=options["algorithm"],
        usual=options["usual"],
        search_type=options["search_type"],
        budget={name: options[name] for name in ("n_trials", "time_limit_s")},
        search={
            "n_folds": options["search_folds"],
            "n_repeats": options["search_repeats"],
            "n_points": options["grid_points"],
            "space": pairs(options["space"], "--space") or None,
        },
        automl={
            "memory_limit_mb": options["memory_limit_mb"],
            "serve": options["serve"],
            "algorithms": None if only is None else tuple(_keys(only)),
            "refits_full": options["refits_full"],
            "is_deterministic": options["is_deterministic"] or None,
        },
        spelled=SPELLED,
    )
    return approach_of(wanted, asks_search="--search bayesian")


def _keys(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def choices_of(given: Sequence[str]) -> dict[str, dict[str, str]]:
    """Read the option --column: what is chosen for each column.

    >>> choices_of(["zip:normalize=none"])
    {'zip': {'normalize': 'none'}}

    Raises:
        InvalidValue: if one is not COLUMN:KEY=WORD; whether key and word exist is judged later.
    """
    chosen: dict[str, dict[str, str]] = {}
    for text in given:
        place, _, word = text.rpartition("=")
        column, _, key = place.rpartition(":")
        if not (column and key and word):
            raise InvalidValue(
                f"--column takes COLUMN:KEY=WORD; '{text}' came.",
                fix="For example: --column zip:categorical_encoding=target",
                sample=text,
            )
        chosen.setdefault(column, {})[key.replace("-", "_")] = word
    return chosen


def fixes_of(given: Sequence[str]) -> dict[str, str]:
    """Read the option --fix: a place, and behind `=` the fix where it is not the recommended one.

    >>> fixes_of(["all", "age=mark-missing:a=b", "x=y"])
    {'all': 'recommended', 'age': 'mark-missing:a=b', 'x=y': 'recommended'}
    """
    words = "|".join(map(re.escape, (*FixWord, RECOMMENDED)))
    named = re.compile(rf"(?P<place>.+?)=(?P<fix>(?:{words})(?::.*)?)", re.DOTALL)
    fixes = {}
    for text in given:
        found = named.fullmatch(text)
        place, fix = (found["place"], found["fix"]) if found else (text, RECOMMENDED)
        fixes[place] = fix
    return fixes


def cost(text: str) -> Any:
    """Read a cost: a number, or the costs of several answers as JSON.

    >>> cost("5"), cost('{"ripe": 2}')
    (5, {'ripe': 2})
    """
    try:
        return json.loads(text)
    except ValueError:
        return text


def scalar(text: str) -> bool | int | float | str | None:
    """Read a hyperparameter: what JSON has as a number, true, false or null is that, else a text.

    >>> scalar("0.1"), scalar("true"), scalar("gini")
    (0.1, True, 'gini')
    """
    try:
        value = json.loads(text)
    except ValueError:
        return text
    if isinstance(value, float) and not math.isfinite(value):
        return text
    return value if value is None or isinstance(value, bool | int | float) else text


def print_facts(facts: SourceFacts) -> None:
    """State how a file was read."""
    if facts.encoding is not None:
        click.echo(
            f"Read as {facts.source}: encoding {facts.encoding}, delimiter {facts.delimiter_name}, "
            f"decimal mark '{facts.decimal}'."
        )
    for note in facts.notes:
        click.echo(f"Note: {note}")


def print_findings(findings: Sequence[Finding]) -> None:
    """Print findings, the worst first."""
    if not findings:
        click.echo("Findings: none.")
        return
    click.echo("Findings:")
    for finding in findings:
        mark = click.style(f"{finding.severity.value:<8}", fg=_COLORS[finding.severity])
        click.echo(f"  {mark}{finding.name}: {finding.message} {finding.fix}".rstrip())


def print_fixes(applied: Sequence[AppliedFix], *, findings: Sequence[Finding]) -> None:
    """Say what was mended, as the user asked for fixes; of what is left, how it can be mended."""
    offered = [f"{each.name}={fix}" for each in findings for fix in each.fixes[:1]]
    if not applied:
        told = ", as none of those that were asked for had a finding."
        if offered:
            told = ": no finding that is left has one that can be recommended without knowing more."
        click.echo(f"Fixes: none was applied{told}")
        for text in offered[:_MOST_FIXES_TOLD]:
            click.echo(f"  --fix {quote(text)}")
        return
    click.echo("Fixes:")
    for fix in applied:
        click.echo(f"  {fix.told}")


def print_metrics(evaluation: Evaluation, *, is_held_out: bool = True) -> None:
    """Print metrics with their intervals beside the baseline, and the verdict in words.

    Args:
        evaluation: what was measured.
        is_held_out: whether training is known never to have seen these rows.
    """
    from modelyard.reporting.verdicts import verdict_of

    headings = ("metric", "model", "95 % interval", "baseline", "gain", "95 % interval")
    rows = [_metric_cells(estimate) for estimate in evaluation.metrics]
    noun = "row" if evaluation.n_rows == 1 else "rows"
    which = f"held-out {noun}" if is_held_out else noun
    print_table(f"On {evaluation.n_rows} {which}", headings, rows=rows)
    for estimate in evaluation.metrics:
        if estimate.undefined:
            click.echo(f"{estimate.title}: {estimate.undefined}.")
    verdict = verdict_of(evaluation)
    detail = verdict.detail if is_held_out else ""
    click.echo(" ".join(filter(None, (verdict.headline, detail, verdict.caution))))
    for doubt in verdict.doubts:
        click.echo(f"Doubt: {doubt}")


def print_weaknesses(evaluation: Evaluation) -> None:
    """Say where the model fails, a sentence a slice."""
    from modelyard.reporting.weak_views import slice_sentences

    if evaluation.weaknesses is not None and evaluation.weaknesses.n_looked:
        for sentence in slice_sentences(evaluation.weaknesses):
            click.echo(f"Weak spot: {sentence}" if evaluation.weaknesses.slices else sentence)


def print_groups_and_learning(evaluation: Evaluation) -> None:
    """Say how the groups fare that the user named, and what more rows would bring."""
    from modelyard.reporting.fairness_views import fairness_sentences
    from modelyard.reporting.learning_views import learning_rows

    for column in evaluation.fairness:
        for sentence in fairness_sentences(column):
            click.echo(f"Groups: {sentence}")
    if evaluation.learning is not None:
        headings = ("share", "rows", evaluation.learning.metric, "sd")
        print_table("Learning curve", headings, rows=learning_rows(evaluation.learning))
        click.echo(evaluation.learning.told)


def _metric_cells(estimate: MetricEstimate) -> tuple[str, ...]:
    """Round as far as the intervals bear it."""
    from modelyard.kit.numerals import number, span
    from modelyard.reporting.estimates import decimals_of, gain_of

    digits = decimals_of(estimate)
    return (
        estimate.title,
        number(estimate.value, digits),
        span(estimate.low, estimate.high, decimals=digits),
        number(estimate.baseline, digits),
        *gain_of(estimate),
    )


def plain_metrics(evaluation: Evaluation) -> dict[str, Any]:
    """Return metrics for --json."""
    from dataclasses import asdict

    return {
        estimate.key: {**asdict(estimate), "beats_baseline": estimate.beats_baseline}
        for estimate in evaluation.metrics
    }


def print_flags(flags: Sequence[Flag]) -> None:
    """Say what the input held that training had not seen, or that was missing."""
    for flag in flags:
        if flag.kind is FlagKind.UNSEEN_CATEGORY:
            seen = ", ".join(repr(value) for value in flag.sample)
            what = f"{_rows_hold(flag.n_rows)} that training never saw: {seen}"
        elif flag.kind is FlagKind.OUT_OF_RANGE:
            seen = ", ".join(flag.sample)
            what = f"{_rows_hold(flag.n_rows)} beyond those of the training: {seen}"
        else:
            values = "1 value is" if flag.n_rows == 1 else f"{flag.n_rows} values are"
            what = f"{values} missing and handled as in training"
        click.echo(f"Note: column '{flag.column}': {what}.", err=True)


def print_blank(n_blank: int) -> None:
    """Say how many blank lines were skipped, so that no row is missed among the answers."""
    if n_blank:
        what = "it" if n_blank == 1 else "them"
        click.echo(f"Note: {told_blank(n_blank)} No answer stands for {what}.", err=True)


def _rows_hold(n_rows: int) -> str:
    return "1 row holds a value" if n_rows == 1 else f"{n_rows} rows hold values"


def print_row_errors(errors: Sequence[RowError], *, n_failed: int) -> None:
    """Say which rows have no answer, and why not."""
    for each in errors[:_MOST_ROWS_TOLD]:
        told, place = str(each.error), f"Row {each.row}"
        # A message that begins with its row is not told of it again.
        is_placed = told.startswith((f"{place}:", f"{place},"))
        after = told.removeprefix(place) if is_placed else f": {told}"
        click.echo(f"Error in row {each.row}{after}", err=True)
    if n_failed:
        more = n_failed - min(n_failed, _MOST_ROWS_TOLD)
        and_more = f" {more:,} more are like these; --json names up to 1,000." if more else ""
        rows = "1 row has" if n_failed == 1 else f"{n_failed:,} rows have"
        click.echo(
            f"{rows} no answer: the cells are empty.{and_more} --strict refuses all for one.",
            err=True,
        )


def plain_answer(
    answer: "Answer | Batch", out: Path | None, *, with_probabilities: bool
) -> dict[str, Any]:
    """Return predictions for --json; the answers themselves only where no file was written."""
    from dataclasses import asdict

    from modelyard.services.answers import answer_columns
    from modelyard.services.batches import Batch

    plain: dict[str, Any] = {
        "n_rows": answer.n_rows,
        "flags": [asdict(flag) for flag in answer.flags],
        "ignored_columns": list(answer.ignored_columns),
        "errors": [each.to_dict() for each in answer.errors],
        "n_failed": answer.n_failed,
        "n_blank": answer.n_blank,
    }
    if isinstance(answer, Batch):
        return plain | {"out": str(out)}
    return plain | dict(answer_columns(answer, with_probabilities=with_probabilities))
