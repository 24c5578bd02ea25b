"""Shows what a training left behind; `train` and `run` end the same way."""

import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from modelyard.cli._screen import print_json, print_table
from modelyard.cli._words import (
    plain_metrics,
    print_facts,
    print_findings,
    print_fixes,
    print_groups_and_learning,
    print_metrics,
    print_weaknesses,
)
from modelyard.domain.configs import FileDialect
from modelyard.runtime.packages import REPORT

# The level that is asked for most.
_SHOWN_LEVEL = 0.9

if TYPE_CHECKING:
    from modelyard.domain.leaderboards import Leaderboard
    from modelyard.domain.manifests import Manifest
    from modelyard.domain.members import MemberRecord
    from modelyard.domain.outlooks import Outlook
    from modelyard.domain.trials import Search
    from modelyard.services.training import Outcome


def print_outcome(outcome: "Outcome", *, wants_json: bool) -> None:
    """Print a finished training, for a machine or for a person."""
    if wants_json:
        print_json(plain_outcome(outcome))
        return
    from modelyard.reporting.search_views import search_sentences

    trained = outcome.trained
    print_facts(trained.examination.table.facts)
    click.echo(f"Task: {trained.task} ({trained.examination.task_reason}).")
    click.echo(f"Split: {trained.split_told}")
    print_findings(trained.examination.findings)
    if trained.config.fixes:
        print_fixes(trained.examination.mending.applied, findings=trained.examination.findings)
    print_metrics(trained.evaluation)
    print_members(trained.members, metric=trained.evaluation.metric)
    for fold in trained.evaluation.folds:
        click.echo(f"Fold {fold.fold}: {trained.evaluation.metric} {fold.value:.4g}")
    if trained.search is not None:
        for line in search_sentences(trained.search):
            click.echo(line)
    if trained.leaderboard is not None:
        print_leaderboard(trained.leaderboard)
    for line in certainty_lines(outcome.manifest):
        click.echo(line)
    print_weaknesses(trained.evaluation)
    print_groups_and_learning(trained.evaluation)
    parity = outcome.manifest.parity
    click.echo(
        f"Package: {parity.n_flips} label flips and a largest difference of "
        f"{parity.max_difference:.1g} on {parity.n_rows_batch + parity.n_rows_single} rows."
    )
    automl = trained.config.automl
    if automl is not None and automl.is_deterministic:
        click.echo(f"Content: SHA-256 {outcome.content_sha256}, as of every run that is alike.")
    folder = shlex.quote(str(outcome.folder))
    click.echo(f"Model:   {outcome.model.reference}")
    click.echo(f"Folder:  {folder}")
    click.echo(f"Report:  {outcome.folder / REPORT}")
    click.echo("Next:")
    new_rows = trained.examination.table.known.new_rows
    words = shlex.join([new_rows, *FileDialect.of(trained.config.read).words])
    click.echo(f"  modelyard predict {outcome.model.reference} {words} --out predictions.csv")
    click.echo(f"  modelyard models promote {outcome.model.reference}")
    click.echo("  modelyard runs list")


def print_outlook(outlook: "Outlook", *, wants_json: bool) -> None:
    """Say what a budget is likely to buy."""
    from dataclasses import asdict

    from modelyard.reporting.outlook_views import outlook_sentences

    if wants_json:
        print_json(asdict(outlook))
        return
    for line in outlook_sentences(outlook):
        click.echo(line)


def print_leaderboard(leaderboard: "Leaderboard") -> None:
    """Say what competed, and show the best of it."""
    from modelyard.reporting.leaderboard_views import leaderboard_view

    view = leaderboard_view(leaderboard)
    if view is None:
        return
    heads = ["", "candidate", view.metric, "behind", "fit", "row", "size", "weight", ""]
    rows = [
        [e.rank, e.name, e.score, e.behind, e.fit, e.row, e.size, e.weight, e.note]
        for e in view.entries
    ]
    print_table("Leaderboard", heads, rows=rows)
    for line in (*view.sentences, *view.others):
        click.echo(line)
    for line in view.suggestions:
        click.echo(f"Suggestion: {line}")


def print_members(members: Sequence["MemberRecord"], *, metric: str) -> None:
    """Say how good each member of an ensemble is on rows that it was not taught, or what failed."""
    for member in members:
        if member.reason:
            click.echo(f"Member {member.name} was left out: {member.reason}")
        elif member.score is not None:
            click.echo(f"Member {member.name}: {metric} {member.score:.4g} out of fold")


def certainty_lines(manifest: "Manifest") -> list[str]:
    """Say how probabilities become answers, and how often intervals or sets hold the truth."""
    lines = []
    if manifest.calibration is not None:
        facts = dict(manifest.calibrated or {})
        lines.append(
            f"Probabilities: {facts['reason']}; log loss {facts['gain']:.3g} lower (95 % interval "
            f"{facts['low']:.3g} to {facts['high']:.3g}) on {facts['n_rows']:,} validation rows."
        )
    if manifest.threshold_by:
        lines.append(f"Threshold: {manifest.threshold:.4g}, chosen by {manifest.threshold_by}.")
    noun = "sets" if manifest.labels else "intervals"
    for each in manifest.coverage:
        if each["level"] == _SHOWN_LEVEL:
            size = f"{each['size']:.2f} labels" if manifest.labels else f"{each['size']:.3g} wide"
            lines.append(
                f"Certainty: {100 * each['level']:g} % {noun} hold the truth of "
                f"{100 * each['share']:.1f} % of unseen rows and are {size} on average."
            )
    return lines


def plain_board(leaderboard: "Leaderboard") -> dict[str, Any]:
    """Return a leaderboard as plain JSON values, the best candidate first."""
    from dataclasses import asdict

    return asdict(leaderboard) | {"entries": [asdict(each) for each in leaderboard.ranked]}


def plain_search(search: "Search") -> dict[str, Any]:
    """Return a search as plain JSON values."""
    from dataclasses import asdict

    return asdict(search) | {"best": search.best.number}


def plain_outcome(outcome: "Outcome") -> dict[str, Any]:
    """Return a finished training as plain JSON values."""
    from dataclasses import asdict

    from modelyard.reporting.doubts import doubts_of

    trained = outcome.trained
    return {
        "model": str(outcome.folder),
        "reference": outcome.model.reference,
        "content_sha256": outcome.content_sha256,
        "run": outcome.run.id,
        "task": trained.task,
        "target": trained.config.target,
        "algorithm": trained.config.algorithm,
        "parameters": dict(outcome.manifest.parameters),
        "metric": trained.evaluation.metric,
        "metrics": plain_metrics(trained.evaluation),
        "beats_baseline": trained.evaluation.deciding.beats_baseline,
        "doubts": list(doubts_of(trained.evaluation)),
        "leaderboard": None if trained.leaderboard is None else plain_board(trained.leaderboard),
        "search": None if trained.search is None else plain_search(trained.search),
        "folds": [asdict(fold) for fold in trained.evaluation.folds],
        "members": [asdict(member) for member in trained.members],
        "importance": [asdict(each) for each in trained.evaluation.importance],
        "fairness": [asdict(each) for each in trained.evaluation.fairness],
        "learning": asdict(learning) if (learning := trained.evaluation.learning) else None,
        "weaknesses": asdict(weaknesses) if (weaknesses := trained.evaluation.weaknesses) else None,
        "n_rows": trained.table.n_rows,
        "read": asdict(trained.examination.table.facts),
        "split": {
            "train": len(trained.split.train),
            "validation": len(trained.split.validation),
            "test": len(trained.split.test),
            "taught": len(trained.fitted.taught),
            "left_out": trained.fitted.n_left_out,
            "how": trained.split_told,
        },
        "fit_s": trained.fit_s,
        "duration_s": outcome.run.duration_s,
        "findings": list(outcome.run.findings),
        "calibrated": outcome.manifest.calibrated,
        "threshold": outcome.manifest.threshold,
        "coverage": [dict(each) for each in outcome.manifest.coverage],
        "parity": asdict(outcome.manifest.parity),
        "report": str(outcome.folder / REPORT),
    }
