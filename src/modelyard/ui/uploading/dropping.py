"""The box that a table is dropped into: the browser sends it straight to the platform, in parts.

Nothing of a file goes through the page's process, and an upload goes on where it was cut: also
after the page was loaded again or closed, when the same file is chosen once more.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from modelyard.client.requests import PREFIX
from modelyard.domain.identities import LOCAL_CALLER
from modelyard.kit.version import VERSION
from modelyard.ui.parts.permissions import caller
from modelyard.ui.process import held

if TYPE_CHECKING:
    from streamlit.components.v2.types import ComponentRenderer

# What the platform reads (docs/platform.md, Datasets).
TAKES = (
    "CSV or TSV (also as .gz), JSON lines, Parquet, Arrow; or pictures in a zip file, a folder for "
    "each class"
)
# The page's own route hands the token out; it stands in no page and no address.
_TOKEN_PATH = "/token"  # noqa: S105 -- a path
# More names would be sent to the browser for the sake of one hint.
_MOST_NAMES = 1_000
_PACKAGE, _BOX = "modelyard", "upload"
# Everything in this folder is handed to browsers.
_ASSETS = Path(__file__).parent / "assets"


def upload_box(*, key: str, names: Sequence[str] = ()) -> str | None:
    """Draw the box.

    Args:
        key: no other box of the page has it.
        names: of datasets, for a hint that one gets another version.

    Returns:
        The reference of a dataset, in the run of the script after its upload; None in all others.
    """
    data = {
        "key": key,
        "api": held().browser_api_url.rstrip("/") + PREFIX,
        # Where nobody logs in there is no token.
        "token_path": None if caller().subject == LOCAL_CALLER.subject else _TOKEN_PATH,
        "takes": TAKES,
        "names": list(names[:_MOST_NAMES]),
    }
    told = _component()(key=key, data=data, on_uploaded_change=lambda: None)
    uploaded: str | None = told.get("uploaded")
    return uploaded


def _component() -> "ComponentRenderer":
    """Return what mounts the box.

    Its script has an address of its own, so that the page's policy need not let others in. What
    Streamlit finds in the `pyproject.toml` of a package of components is told here directly.
    """
    import streamlit as st
    from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
    from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest

    name = f"{_PACKAGE}.{_BOX}"
    manager = get_bidi_component_manager()
    if manager.get_component_asset_root(name) is None:
        config = ComponentConfig(name=_BOX, asset_dir=_ASSETS.name)
        manifest = ComponentManifest(name=_PACKAGE, version=VERSION, components=[config])
        manager.register_from_manifest(manifest, _ASSETS.parent)
    html = (_ASSETS / "upload.html").read_text(encoding="utf-8")
    return st.components.v2.component(name, html=html, css="upload.css", js="upload.js")
