"""Reads an uploaded dataset; what is found out is the same whoever reads it, and counts once."""

from collections.abc import Mapping
from typing import Any

from modelyard.bootstrap import Project
from modelyard.domain.jobs import JobKind
from modelyard.worker.assignments import Assignment, Report

KIND = JobKind.INGEST


def perform(project: Project, assignment: Assignment, *, report: Report) -> Mapping[str, Any]:
    """Read the version that the payload names; load its rows where the payload says so.

    Raises:
        DataError: if it is no sound table; the version says so as well.
    """
    version = project.ingesting.ingest(assignment.payload["dataset"], report)
    project.named_datasets.require_ready(version)
    if assignment.payload.get("loads_rows"):
        project.ingesting.load_rows(version.reference, report)
    return {
        "dataset": version.reference,
        "n_rows": version.n_rows,
        "n_columns": version.n_columns,
    }
