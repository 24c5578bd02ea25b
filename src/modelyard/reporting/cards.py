"""The model card: what a model is for, how good it is, and where it fails, as Markdown.

Source of its parts: Mitchell et al.: Model Cards for Model Reporting, FAT* (2019).
"""

import re
from collections.abc import Iterator, Sequence

from modelyard.domain.findings import worst_first
from modelyard.domain.manifests import Manifest
from modelyard.kit.numerals import UNDEFINED, count, number, share
from modelyard.kit.texts import visible
from modelyard.reporting.advice import in_practice
from modelyard.reporting.cost_views import cost_sentence
from modelyard.reporting.fairness_views import fairness_sentences
from modelyard.reporting.leaderboard_views import leaderboard_sentences
from modelyard.reporting.subjects import ReportSubject
from modelyard.reporting.verdicts import verdict_of
from modelyard.reporting.views import fold_summary, metric_views, parity_sentence
from modelyard.reporting.weak_views import slice_sentences

_NOT_SAID = "Not stated. Give it with `--card {}=…` when training."
_PEOPLE = (
    ("intended_use", "Intended use"),
    ("limitations", "Limitations"),
    ("owner", "Owner"),
)
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|!~])")


def model_card(manifest: Manifest, subject: ReportSubject | None) -> str:
    """Return the card of a packaged model.

    Args:
        manifest: what the package says about itself.
        subject: what its report says; None in a package that keeps it as a page alone.
    """
    parts = [
        f"# Model card: {_text(manifest.name)}",
        *_verdict(subject),
        *_details(manifest),
        *_people(manifest),
        *_metrics(manifest, subject),
        *_competition(subject),
        *_weak_spots(subject),
        *_groups(subject),
        *_learning(subject),
        *_certainty(manifest),
        *_data(manifest, subject),
        *_caveats(subject),
        *_origin(manifest),
    ]
    return "\n\n".join(parts) + "\n"


def _verdict(subject: ReportSubject | None) -> Iterator[str]:
    if subject is not None:
        verdict = verdict_of(subject.evaluation)
        told = " ".join(each for each in (verdict.detail, verdict.caution, *verdict.doubts) if each)
        yield f"**{verdict.headline}** {_text(told)}"
        worth = (in_practice(subject.evaluation), cost_sentence(subject.evaluation))
        if any(worth):
            yield _text(" ".join(filter(None, worth)))


def _details(manifest: Manifest) -> Iterator[str]:
    facts = [
        ("Predicts", f"{_code(manifest.target)} ({manifest.task.value})"),
        ("Algorithm", _code(manifest.algorithm)),
        ("Made", manifest.created_at),
    ]
    if manifest.labels:
        facts.append(("Labels", ", ".join(_code(label) for label in manifest.labels)))
    if len(manifest.labels) == 2:
        by = f", {_text(manifest.threshold_by)}" if manifest.threshold_by else ""
        answered = f"{_code(manifest.labels[1])} from {share(manifest.threshold, 1)} on{by}"
        facts.append(("Answers", answered))
    facts.append(("Takes", ", ".join(_code(column.name) for column in manifest.inputs)))
    yield "## Model"
    yield _list(facts)


def _people(manifest: Manifest) -> Iterator[str]:
    for key, title in _PEOPLE:
        yield f"## {title}"
        yield _text(manifest.card[key]) if key in manifest.card else _NOT_SAID.format(key)


def _metrics(manifest: Manifest, subject: ReportSubject | None) -> Iterator[str]:
    yield "## Metrics"
    if subject is None:
        rows = [
            (_code(key), *(number(values.get(name)) for name in ("value", "low", "high")))
            for key, values in manifest.metrics.items()
        ]
        yield _table(("Metric", "Model", "Lowest", "Highest"), rows)
        return
    views = metric_views(subject.evaluation)
    yield _table(
        ("Metric", "Model", "95 % interval", "Baseline", "Gain", "95 % interval of the gain"),
        [(_text(v.title), v.value, v.interval, v.baseline, v.gain, v.gain_interval) for v in views],
    )
    yield (
        f"Measured on {count(subject.evaluation.n_rows)} rows that taught nothing of what was "
        "measured. The baseline ignores every column."
    )
    _, told = fold_summary(subject.evaluation)
    if told:
        yield _text(told)


def _competition(subject: ReportSubject | None) -> Iterator[str]:
    if subject is None or subject.leaderboard is None:
        return
    yield "## How the model was chosen"
    told = leaderboard_sentences(subject.leaderboard)
    yield "\n".join(f"- {_text(each)}" for each in told)
    advice = subject.leaderboard.suggestions
    if advice:
        yield "## What to do next"
        yield "\n".join(f"- {_text(each.told)}" for each in advice)


def _weak_spots(subject: ReportSubject | None) -> Iterator[str]:
    if subject is not None and subject.evaluation.weaknesses is not None:
        yield "## Where it fails"
        told = slice_sentences(subject.evaluation.weaknesses)
        yield "\n".join(f"- {_text(each)}" for each in told)


def _groups(subject: ReportSubject | None) -> Iterator[str]:
    if subject is None or not subject.evaluation.fairness:
        return
    yield "## Groups"
    told = [said for each in subject.evaluation.fairness for said in fairness_sentences(each)]
    yield "\n".join(f"- {_text(each)}" for each in told)


def _learning(subject: ReportSubject | None) -> Iterator[str]:
    if subject is not None and subject.evaluation.learning is not None:
        yield "## Would more rows help?"
        yield _text(subject.evaluation.learning.told)


def _certainty(manifest: Manifest) -> Iterator[str]:
    if not manifest.coverage and not manifest.calibrated:
        return
    yield "## Certainty"
    if manifest.labels and manifest.calibrated:
        yield f"Probabilities: {_text(manifest.calibrated.get('reason', ''))}."
    if manifest.coverage:
        size = "Labels a set" if manifest.labels else "Mean width"
        rows = [
            (share(each["level"], 1), share(each["share"], 1), number(each["size"]))
            for each in manifest.coverage
        ]
        yield _table(("Asked for", "Truth held", size), rows)


def _data(manifest: Manifest, subject: ReportSubject | None) -> Iterator[str]:
    yield "## Data"
    facts = [
        ("Location", _code(manifest.data_location) if manifest.data_location else UNDEFINED),
        ("SHA-256", _code(manifest.data_sha256)),
        ("Rows", count(manifest.n_rows)),
    ]
    if subject is not None and subject.split:
        facts.append(("Split", _text(subject.split)))
    yield _list(facts)


def _caveats(subject: ReportSubject | None) -> Iterator[str]:
    if subject is None:
        return
    yield "## Caveats"
    told = [
        f"- **{finding.severity.value}** ({_code(finding.code)}): {_text(finding.message)}"
        for finding in worst_first(subject.findings)
    ]
    told += [f"- Mended before training: {_text(fix)}" for fix in subject.fixes]
    yield "\n".join(told) if told else "The checks of the data found nothing to report."


def _origin(manifest: Manifest) -> Iterator[str]:
    yield "## How it was made"
    yield parity_sentence(manifest.parity, is_label=bool(manifest.labels))
    facts = [("Seed", str(manifest.seed))]
    facts += [(library, version) for library, version in sorted(manifest.versions.items())]
    facts += [(name, _code(file.sha256)) for name, file in sorted(manifest.files.items())]
    yield _list(facts)


def _list(facts: Sequence[tuple[str, str]]) -> str:
    return "\n".join(f"- {_text(name)}: {value}" for name, value in facts)


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _text(content: object) -> str:
    """Return a text as Markdown shows it, whatever stands in it."""
    return _SPECIAL.sub(r"\\\1", visible(content))


def _code(content: object) -> str:
    """Return a text as code, on one line, with nothing in it that ends a cell or the code."""
    return f"`{visible(content).replace('`', chr(39)).replace('|', chr(0xA6))}`"
