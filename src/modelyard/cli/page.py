"""`modelyard page`: the page, beside a platform that runs elsewhere."""

from contextlib import suppress
from typing import Any

import click

from modelyard.cli._options import CERTIFICATE, CERTIFICATE_KEY, check_pair

_API = "http://127.0.0.1:8000"


@click.command("page")
@click.option("--url", help=f"Of the platform to show; by default MODELYARD_URL, or else {_API}.")
@click.option(
    "--browser-url", help="Of the platform as browsers reach it, for uploads; by default --url."
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=8501,
    show_default=True,
    help="To listen at; 0 for a free one.",
)
@CERTIFICATE
@CERTIFICATE_KEY
def page(url: str | None, host: str, port: int, **given: Any) -> None:
    """Show a platform in the browser.

    `modelyard up` starts the page by itself. This starts one alone, for a platform that runs
    elsewhere, which names the page's address in MODELYARD_ORIGINS so that uploads get there.
    """
    from modelyard.domain.perimeters import check_binding
    from modelyard.protocols.extras import import_extra
    from modelyard.serving.listeners import bound, listen, url_of
    from modelyard.settings import configure_logs, read_settings

    import_extra("streamlit", extra="page")
    check_pair(given["certificate"], given["certificate_key"])
    settings = read_settings()
    configure_logs(settings)
    has_tls = given["certificate"] is not None
    is_open = settings.perimeter.is_closed_at(host)
    check_binding(host, settings.perimeter, has_tls=has_tls, asks_for_login=not is_open)
    api_url = url or settings.url or _API
    with bound((host, port)) as listener:
        listen(listener, (host, port))
        from modelyard.ui.keeping import LOGINS
        from modelyard.ui.running import PageWish, run_page

        wish = PageWish(
            api_url,
            given["browser_url"] or api_url,
            is_open=is_open,
            certificate=str(given["certificate"] or ""),
            certificate_key=str(given["certificate_key"] or ""),
        )
        address = url_of(listener, scheme="https" if has_tls else "http")
        # The server has heard the signal that interrupts it, and has ended in order.
        with suppress(KeyboardInterrupt):
            run_page(
                wish,
                settings.perimeter,
                logins=settings.keys / LOGINS,
                listener=listener,
                ready=lambda: click.echo(f"The page shows {api_url} at {address}. Ctrl-C ends it."),
            )


COMMAND = page
