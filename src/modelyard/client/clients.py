"""The two clients, which offer the same nouns: `Client` waits, `AsyncClient` is for asyncio."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Generic, Self

from modelyard.client.batches import Batches
from modelyard.client.datasets import Datasets
from modelyard.client.deployments import Deployments
from modelyard.client.downloads import passed_on
from modelyard.client.jobs import Jobs
from modelyard.client.models import Models
from modelyard.client.operations import Via
from modelyard.client.patience import Patience
from modelyard.client.people import Keys, Logins, People
from modelyard.client.platform import Deeds, Platform, Tenants
from modelyard.client.predictions import Predictions
from modelyard.client.requests import Request
from modelyard.client.runs import Runs
from modelyard.client.steps import Reply
from modelyard.client.transports import Awaiting, Blocking, Token


class _Nouns(Generic[Via]):
    """Everything that can be asked, by what it is about."""

    def __init__(self, via: Via) -> None:
        self._via = via
        self.datasets = Datasets(via)
        self.jobs = Jobs(via)
        self.runs = Runs(via)
        self.models = Models(via)
        self.deployments = Deployments(via)
        self.predictions = Predictions(via)
        self.batches = Batches(via)
        self.logins = Logins(via)
        self.people = People(via)
        self.keys = Keys(via)
        self.tenants = Tenants(via)
        self.deeds = Deeds(via)
        self.platform = Platform(via)


class Client(_Nouns[Blocking]):
    """Asks a platform, and waits for each answer; threads may share it.

    Errors are those of the platform: what is a `NotFound` there is one here. Requests that may be
    repeated are, and what creates something carries a key by which that is done once.

    Args:
        url: of the platform, e.g. `https://ml.example.org`.
        token: API key, or access token of a login, or what returns the one that holds now; None
            where nobody logs in.
        patience: with failures; None for some seconds of it.
        certificate: in PEM form, that the platform is known by; None for those of the world.
    """

    def __init__(
        self,
        url: str,
        *,
        token: Token = None,
        patience: Patience | None = None,
        certificate: Path | None = None,
    ) -> None:
        patience = patience or Patience()
        super().__init__(Blocking(url, token, patience=patience, certificate=certificate))

    def pass_on(self, path: str, headers: Mapping[str, str]) -> Iterator[Reply]:
        """Read something for somebody else: the head of the answer, then its content in pieces.

        Args:
            path: below the address of the platform, with its parameters.
            headers: of the request.
        """
        return self._via.iterate(passed_on(Request("GET", path, headers)))

    def close(self) -> None:
        """Let go of every connection."""
        self._via.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class AsyncClient(_Nouns[Awaiting]):
    """Asks a platform from an event loop; the arguments and the nouns are those of `Client`."""

    def __init__(
        self,
        url: str,
        *,
        token: str | None = None,
        patience: Patience | None = None,
        certificate: Path | None = None,
    ) -> None:
        patience = patience or Patience()
        super().__init__(Awaiting(url, token, patience=patience, certificate=certificate))

    async def aclose(self) -> None:
        """Let go of every connection."""
        await self._via.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()
