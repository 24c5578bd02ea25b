"""Reads one small upload, in a process of its own."""

from typing import Any

from modelyard.bootstrap import open_project


def perform(order: Any) -> bytes:
    """Read what the parent names; how it went, the dataset says."""
    settings, tenant, reference = order
    open_project(settings).of(tenant).ingesting.ingest(reference)
    return b""
