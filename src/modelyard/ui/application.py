"""The page as an ASGI application: Streamlit's own, with our routes and guards."""

from pathlib import Path
from urllib.parse import urlsplit

from starlette.types import ASGIApp

from modelyard.domain.perimeters import Perimeter
from modelyard.ui import downloads, health, login, tokens
from modelyard.ui.entrance import Entrance
from modelyard.ui.guards import Guard, headers_of
from modelyard.ui.parts.problems import tell_unforeseen
from modelyard.ui.process import PageProcess, hold
from modelyard.ui.theme.options import options

# In a folder of its own: Streamlit would take a `pages` beside it for its own.
_SCRIPT = Path(__file__).parent / "visits" / "script.py"


def make_page(process: PageProcess, perimeter: Perimeter) -> ASGIApp:
    """Return the application; a process has one.

    Args:
        process: what it holds.
        perimeter: from where the page is asked.
    """
    import streamlit
    from streamlit import config
    from streamlit.web.server.starlette import App

    hold(process)
    config.get_config_options(force_reparse=True, options_from_flags=options())
    routes = [*login.routes(), *tokens.routes(), *downloads.routes(), *health.routes()]
    app = App(_SCRIPT, routes=routes, on_script_error=tell_unforeseen)
    index = Path(streamlit.__file__).parent / "static" / "index.html"
    api = urlsplit(process.browser_api_url)
    headers = headers_of(index, api_origin=f"{api.scheme}://{api.netloc}")
    return Guard(Entrance(app), perimeter, headers=headers, is_open=process.sessions.is_open)
