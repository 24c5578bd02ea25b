"""The process that reads one small upload: `python -m modelyard.api.reading_child`."""

from typing import Any

from modelyard.api.apart import perform
from modelyard.bootstrap import open_project


def _read(order: Any) -> bytes:
    """Read what the parent names; how it went, the dataset says."""
    settings, tenant, reference = order
    open_project(settings).of(tenant).ingesting.ingest(reference)
    return b""


if __name__ == "__main__":
    perform(_read)
