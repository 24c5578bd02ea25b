"""Gathers what a report says about a training, and the metrics that a model exports."""

import json
from collections.abc import Mapping
from pathlib import Path

from modelyard.domain.errors import StoreError, UnsupportedPackage
from modelyard.domain.evaluations import Evaluation
from modelyard.domain.manifests import Manifest
from modelyard.domain.runs import Run
from modelyard.engine.publishing.drafting import Draft
from modelyard.engine.training import Trained
from modelyard.kit.records import to_plain
from modelyard.protocols.algorithms import Algorithm
from modelyard.reporting.cards import model_card
from modelyard.reporting.chart_files import chart_files
from modelyard.reporting.exports import metrics_csv, metrics_document
from modelyard.reporting.subjects import ReportSubject, read_subject
from modelyard.runtime.packages import REPORT, REPORT_DATA, Package
from modelyard.services.picturing import shown_pictures
from modelyard.services.reproducing import changed_options, python_call, shell_command
from modelyard.store.files import write_whole


def report_subject(
    trained: Trained, draft: Draft, *, run: Run, algorithms: Mapping[str, Algorithm]
) -> ReportSubject:
    """Return what the report of a training is about; the algorithms are those of the catalog."""
    examination, manifest = trained.examination, draft.manifest
    thumbnails, saliency = shown_pictures(trained, draft)
    return ReportSubject(
        title=manifest.name,
        target=manifest.target,
        algorithm=_answering(trained, algorithms),
        created_at=run.started_at,
        evaluation=trained.evaluation,
        n_rows=manifest.n_rows,
        findings=examination.findings,
        fixes=tuple(fix.told for fix in examination.mending.applied),
        profile=examination.profile,
        source=examination.table.facts,
        split=trained.split_told,
        search=trained.search,
        leaderboard=trained.leaderboard,
        parameters=manifest.parameters,
        config=changed_options(trained.config),
        parity=manifest.parity,
        threshold=manifest.threshold,
        threshold_by=manifest.threshold_by,
        calibrated=str((manifest.calibrated or {}).get("reason", "")) if manifest.labels else "",
        card=manifest.card,
        command=shell_command(trained.config, run.data_location),
        python=python_call(trained.config, run.data_location),
        versions=manifest.versions,
        quantisation=trained.quantisation,
        thumbnails=thumbnails,
        saliency=saliency,
        new_rows=examination.table.known.new_rows,
    )


def _answering(trained: Trained, algorithms: Mapping[str, Algorithm]) -> str:
    """Name the algorithm that answers; after AutoML, those that it has blended."""
    entries = () if trained.leaderboard is None else trained.leaderboard.entries
    members = sorted((each for each in entries if each.weight > 0), key=lambda each: -each.weight)
    keys = dict.fromkeys(each.candidate.algorithm for each in members)
    *others, last = [algorithms[key].card.title for key in keys] or [
        trained.plan.algorithm.card.title
    ]
    if len(members) < 2:
        return last
    return f"a blend of {', '.join(others)} and {last}" if others else f"a blend of {last} models"


def write_report(package: Package, path: Path) -> None:
    """Copy the report out of a package, to a file that appears whole or not at all.

    Raises:
        StoreError: if the file cannot be written.
    """
    write_whole(path, package.contents[REPORT])


def kept_report(subject: ReportSubject) -> bytes:
    """Return what a report says as the package keeps it; the order of names is told as well."""
    return json.dumps(to_plain(subject), ensure_ascii=False, allow_nan=False).encode()


def kept_subject(package: Package) -> ReportSubject | None:
    """Return what the report of a package says; None where it is kept as a page alone.

    Raises:
        UnsupportedPackage: if a field is missing.
    """
    content = package.contents.get(REPORT_DATA)
    return None if content is None else read_subject(content)


def write_card(package: Package, path: Path) -> None:
    """Write the model card of a package as Markdown.

    Raises:
        StoreError: if the file cannot be written.
    """
    write_whole(path, model_card(package.manifest, kept_subject(package)).encode())


def write_plots(package: Package, folder: Path, *, form: str) -> tuple[Path, ...]:
    """Draw every chart of a report again, each to a file of its own in a folder.

    Args:
        package: whose report.
        folder: made where it is missing; files of the same names are replaced.
        form: "svg" or "png".

    Raises:
        InvalidValue: if there is no such form.
        UnsupportedPackage: if the package keeps its report as a page alone.
        MissingExtra: if PNG is asked for without matplotlib.
        StoreError: if a file cannot be written.
    """
    subject = kept_subject(package)
    if subject is None:
        raise UnsupportedPackage(
            "The package keeps its report as a page alone.", fix="Train the model again."
        )
    contents = chart_files(subject.evaluation, form=form)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"'{folder}' cannot be made: {error.strerror}.",
            fix="Choose another folder with --plots.",
            sample=str(folder),
        ) from error
    for name, content in contents.items():
        write_whole(folder / name, content)
    return tuple(folder / name for name in contents)


def write_kept_metrics(manifest: Manifest, path: Path) -> None:
    """Write the metrics of a model's training as JSON or CSV, by the suffix of the file.

    Raises:
        InvalidValue: if the suffix is another.
        StoreError: if the file cannot be written.
    """
    write_whole(path, metrics_document(manifest.metrics, path.suffix))


def write_metrics(evaluation: Evaluation, path: Path) -> None:
    """Write what was measured as CSV.

    Raises:
        StoreError: if the file cannot be written.
    """
    write_whole(path, metrics_csv(evaluation).encode())
