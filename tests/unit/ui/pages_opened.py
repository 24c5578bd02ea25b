"""Opens a page as Streamlit runs it, over what this process holds."""

from pathlib import Path
from typing import TYPE_CHECKING

from modelyard.ui import process

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest

_SCRIPT = Path(process.__file__).parent / "visits" / "script.py"
# For a page that waits for a crowded machine; a script that hangs fails then.
RUNS_WITHIN_S = 90.0


def opened(path: str, **query: str) -> "AppTest":
    """Open a page of what this process holds."""
    from streamlit.testing.v1 import AppTest
    from streamlit.util import calc_hash

    app = AppTest.from_file(_SCRIPT, default_timeout=RUNS_WITHIN_S)
    # Streamlit finds a page by the hash of its path; AppTest has no other way to those in code.
    app._page_hash = calc_hash(path)
    app.query_params.update(query)
    return app.run()
