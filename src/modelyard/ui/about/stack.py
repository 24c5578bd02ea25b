"""What Modelyard is built of: the libraries with what each is for, and under which licence."""

from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version


@dataclass(frozen=True)
class Library:
    """A library.

    Attributes:
        name: of its distribution.
        purpose: what it is for here.
        licence: as SPDX names it.
    """

    name: str
    purpose: str
    licence: str


# Of the licences as their distributions state them; docs/install.md tells how large they are.
STACK = (
    Library("numpy", "numbers", "BSD-3-Clause"),
    Library("polars", "tables", "MIT"),
    Library("scikit-learn", "algorithms and metrics", "BSD-3-Clause"),
    Library("lightgbm", "boosted trees", "MIT"),
    Library("optuna", "search for hyperparameters", "MIT"),
    Library("onnxruntime", "predictions", "MIT"),
    Library("cryptography", "signatures of packages", "Apache-2.0 OR BSD-3-Clause"),
    Library("sqlalchemy", "database", "MIT"),
    Library("fastapi", "REST API", "MIT"),
    Library("pydantic", "requests and answers", "MIT"),
    Library("uvicorn", "server", "BSD-3-Clause"),
    Library("httpx", "client", "BSD-3-Clause"),
    Library("streamlit", "this page", "Apache-2.0"),
    Library("plotly", "charts of this page", "MIT"),
)


def version_of(library: Library) -> str:
    """Return the version that is installed beside the page, empty for none."""
    try:
        return version(library.name)
    except PackageNotFoundError:
        return ""


def show_stack() -> None:
    """Draw the libraries."""
    import streamlit as st

    st.dataframe(
        {
            "Library": [each.name for each in STACK],
            "What it is for": [each.purpose for each in STACK],
            "Version": [version_of(each) for each in STACK],
            "Licence": [each.licence for each in STACK],
        },
        hide_index=True,
        alt="Libraries that Modelyard is built of.",
    )
    st.caption("Modelyard itself is free software under the licence Apache-2.0.")
