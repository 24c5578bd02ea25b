"""The page as an ASGI application: Streamlit's own, with our routes and headers."""

from pathlib import Path
from typing import TYPE_CHECKING

from modelyard.ui.parts.problems import tell_unforeseen
from modelyard.ui.process import PageProcess, hold
from modelyard.ui.theme.options import options

if TYPE_CHECKING:
    from streamlit.web.server.starlette import App

_SCRIPT = Path(__file__).parent / "visits" / "script.py"


def make_page(process: PageProcess) -> "App":
    """Return the application; a process has one.

    Args:
        process: what it holds.
    """
    from streamlit import config
    from streamlit.web.server.starlette import App

    hold(process)
    config.get_config_options(force_reparse=True, options_from_flags=options())
    return App(_SCRIPT, on_script_error=tell_unforeseen)
