"""The options of Streamlit that the page runs with; whatever a file of the machine says else.

They are told in code, for Streamlit would read a file of options from the folder that the process
was started in.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from modelyard.ui.theme.colours import SCHEMES, SERIES, Colours

# The page takes pictures to try out, each as large as a deployment takes one. Tables and archives
# go straight to the platform.
PICTURE_MB = 32
# A table of 10,000 runs is some megabytes; Streamlit's own limit of 200 is never near.
_MESSAGE_MB = 50

_FIXED: Mapping[str, Any] = {
    "global.developmentMode": False,
    "browser.gatherUsageStats": False,
    "client.toolbarMode": "minimal",
    "client.showErrorDetails": "none",
    "client.showErrorLinks": False,
    "client.allowedOrigins": [],
    # Its CSV would hold formulae as they are; ours come from the platform, which neutralises them.
    "client.disableDataExport": True,
    "runner.magicEnabled": False,
    "server.headless": True,
    "server.fileWatcherType": "none",
    "server.runOnSave": False,
    "server.enableCORS": True,
    "server.enableXsrfProtection": True,
    "server.xsrfCookieSameSite": "strict",
    "server.enableStaticServing": False,
    "server.enableAgentApi": False,
    "server.enableWebsocketCompression": True,
    "server.maxUploadSize": PICTURE_MB,
    "server.maxMessageSize": _MESSAGE_MB,
    "logger.hideWelcomeMessage": True,
    # What fails is logged by the page itself.
    "logger.level": "critical",
    "theme.baseFontSize": 15,
    "theme.baseRadius": "8px",
    "theme.buttonRadius": "8px",
    "theme.headingFontSizes": ["1.6rem", "1.25rem", "1.05rem", "1rem", "1rem", "1rem"],
    "theme.headingFontWeights": [650, 600, 600, 600, 600, 600],
    "theme.metricValueFontSize": "1.5rem",
    "theme.metricValueFontWeight": 600,
    "theme.linkUnderline": False,
    "theme.showWidgetBorder": True,
    "theme.showSidebarBorder": True,
    "theme.paddingTop": "2.5rem",
}


def options() -> dict[str, Any]:
    """Return the options by name."""
    return dict(_FIXED) | dict(_themes())


def _themes() -> Iterator[tuple[str, Any]]:
    for scheme, colours in SCHEMES.items():
        for name, value in _scheme(colours).items():
            yield f"theme.{scheme}.{name}", value
        yield f"theme.{scheme}.sidebar.backgroundColor", colours.card
        yield f"theme.{scheme}.sidebar.secondaryBackgroundColor", colours.page


def _scheme(colours: Colours) -> dict[str, Any]:
    return {
        "primaryColor": colours.accent,
        "backgroundColor": colours.page,
        "secondaryBackgroundColor": colours.card,
        "textColor": colours.ink,
        "linkColor": colours.accent,
        "borderColor": colours.line,
        "dataframeBorderColor": colours.line,
        "dataframeHeaderBackgroundColor": colours.card,
        "codeTextColor": colours.ink,
        "codeBackgroundColor": colours.card,
        "redColor": colours.bad,
        "redTextColor": colours.bad,
        "redBackgroundColor": colours.bad_soft,
        "orangeColor": colours.warn,
        "orangeTextColor": colours.warn,
        "orangeBackgroundColor": colours.warn_soft,
        "yellowColor": colours.warn,
        "yellowTextColor": colours.warn,
        "yellowBackgroundColor": colours.warn_soft,
        "greenColor": colours.good,
        "greenTextColor": colours.good,
        "greenBackgroundColor": colours.good_soft,
        "blueColor": colours.accent,
        "blueTextColor": colours.accent,
        "blueBackgroundColor": colours.info_soft,
        "grayTextColor": colours.quiet,
        "chartCategoricalColors": list(SERIES),
    }
