"""Watches a tab for what no visit may lead to: a script of a user's text, a call to elsewhere."""

from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from playwright.sync_api import Dialog, Page, Request

# Made by the browser itself, or held in it.
_INSIDE = {"data", "blob", "about", "chrome-error"}


class Watch:
    """Notes what happens in one tab.

    Attributes:
        faults: what may not happen, in words.
    """

    def __init__(self, tab: "Page") -> None:
        self.faults: list[str] = []
        tab.on("dialog", self._note_dialog)
        tab.on("request", self._note_request)
        tab.on("pageerror", lambda error: self.faults.append(f"a script failed: {error}"))

    def _note_dialog(self, dialog: "Dialog") -> None:
        # The browser asks whether to leave; every other dialog was opened by a script.
        if dialog.type != "beforeunload":
            self.faults.append(f"a script opened a dialog: {dialog.message}")
        dialog.dismiss()

    def _note_request(self, request: "Request") -> None:
        parts = urlsplit(request.url)
        if parts.scheme in _INSIDE or parts.hostname in {None, "localhost"}:
            return
        try:
            is_here = ip_address(parts.hostname or "").is_loopback
        except ValueError:
            is_here = False
        if not is_here:
            self.faults.append(f"it asked another machine: {request.url}")
