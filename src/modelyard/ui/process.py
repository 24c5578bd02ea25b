"""What a process of the page holds: which platform it shows, and who is logged in there.

Streamlit runs its script anew for each click, in threads of its own, and hands nothing in: what
outlives a run is found here (docs/decisions/0020-a-process-of-the-page-holds-one-page.md).
"""

from dataclasses import dataclass

from modelyard.ui.sessions import Sessions

# By which a browser tells who it is. The prefix makes browsers refuse it unless it is secure and
# of this host alone (RFC 6265bis, 4.1.3.2); without TLS it cannot be had.
COOKIE = "modelyard"
SECURE_COOKIE = "__Host-modelyard"


@dataclass(frozen=True)
class PageProcess:
    """A process of the page.

    Attributes:
        api_url: of the platform, as this process reaches it.
        browser_api_url: as browsers reach it, for uploads.
        sessions: who is logged in.
    """

    api_url: str
    browser_api_url: str
    sessions: Sessions


_HELD: list[PageProcess] = []


def hold(process: PageProcess) -> None:
    """Make something what this process holds, in place of what it held before."""
    _HELD[:] = [process]


def held() -> PageProcess:
    """Return what this process holds."""
    return _HELD[0]
