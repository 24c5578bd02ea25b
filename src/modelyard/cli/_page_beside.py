"""The page that `modelyard up` starts beside the API: where it is, and how browsers know it."""

import socket
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from modelyard.domain.errors import InvalidValue
from modelyard.domain.perimeters import LOOPBACK_NAMES, Perimeter, is_loopback

PAGE_PORT = 8501
INSTALL = "pip install 'modelyard[page]'"
_USUAL_PORTS = {"http": 80, "https": 443}


def is_installed() -> bool:
    """Return whether the page's libraries are there."""
    return find_spec("streamlit") is not None


@dataclass(frozen=True)
class PagePlace:
    """Where a page is shown.

    Attributes:
        listener: that browsers come to.
        host: name or address that it listens at.
        certificate, certificate_key: to speak TLS with; None for none.
    """

    listener: socket.socket
    host: str
    certificate: Path | None
    certificate_key: Path | None

    @property
    def scheme(self) -> str:
        """`https` where it speaks TLS."""
        return "http" if self.certificate is None else "https"

    def origins(self, perimeter: Perimeter) -> tuple[str, ...]:
        """Return by which origins browsers know the page.

        Args:
            perimeter: with the names that the platform is asked by.
        """
        port = self.listener.getsockname()[1]
        suffix = "" if port == _USUAL_PORTS[self.scheme] else f":{port}"
        return tuple(f"{self.scheme}://{name}{suffix}" for name in self._names(perimeter))

    def beside(
        self, api_url: str, perimeter: Perimeter, *, browser_url: str | None
    ) -> AbstractContextManager[None]:
        """Return the block during which the page is shown.

        Args:
            api_url: where the API listens.
            perimeter: with the names that the platform is asked by.
            browser_url: of the API as browsers reach it; None for the first of its names.
        """
        from modelyard.ui.companions import page_beside
        from modelyard.ui.running import PageWish

        _, _, port = api_url.rpartition(":")
        wish = PageWish(
            api_url=_on_this_machine(api_url),
            browser_api_url=browser_url or f"{self.scheme}://{self._names(perimeter)[0]}:{port}",
            is_open=perimeter.is_closed_at(self.host),
            api_certificate=str(self.certificate or ""),
            certificate=str(self.certificate or ""),
            certificate_key=str(self.certificate_key or ""),
        )
        return page_beside(wish, self.listener)

    def _names(self, perimeter: Perimeter) -> tuple[str, ...]:
        loopback = ("127.0.0.1", *LOOPBACK_NAMES) if is_loopback(self.host) else ()
        return tuple(dict.fromkeys((*perimeter.hosts, *loopback)))


@contextmanager
def page_place(
    host: str, port: int | None, *, certificate: Path | None, certificate_key: Path | None
) -> Iterator[PagePlace]:
    """Yield the place of a page, which waits for whoever comes until it is shown.

    Args:
        host: name or address to listen at.
        port: None for the usual one, or a free one where that is taken.
        certificate: to speak TLS with; None for none.
        certificate_key: of the certificate.

    Raises:
        InvalidValue: if the address cannot be had.
    """
    from modelyard.serving.listeners import bound, listen

    try:
        listener = bound((host, PAGE_PORT if port is None else port))
    except InvalidValue as error:
        if port is not None:
            raise InvalidValue(error.message, fix="Give another --page-port.") from error
        listener = bound((host, 0))
    with listener:
        listen(listener, (host, port or PAGE_PORT))
        yield PagePlace(listener, host, certificate, certificate_key)


def _on_this_machine(api_url: str) -> str:
    """Return an address that listens everywhere as one that can be asked."""
    return api_url.replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//[::1]:")
