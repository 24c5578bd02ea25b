"""How the addresses of datasets name them: what the routes on datasets have in common."""

from typing import Annotated

from fastapi import Path

Version = Annotated[
    str, Path(pattern=r"^(latest|[1-9][0-9]{0,17})$", description="A number, or `latest`.")
]
Name = Annotated[str, Path(max_length=200, description="Of the dataset.")]


def reference_of(name: str, version: str) -> str:
    """Return the reference to a version; the bare name for `latest`."""
    return name if version == "latest" else f"{name}@{version}"
