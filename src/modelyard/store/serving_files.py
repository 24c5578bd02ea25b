"""The files that the platform shares with its serving processes, in a tenant's folder."""

import os
import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from modelyard.kit.segments import SUFFIX
from modelyard.store.failures import explaining

# What is left of a log that ended in the middle of a record; kept for whoever wants to look.
TORN_SUFFIX = ".torn"


@dataclass(frozen=True)
class ServingFiles:
    """Where the files of a tenant's deployments lie.

    Attributes:
        root: folder of all of them.
    """

    root: Path

    @property
    def keys(self) -> Path:
        """The snapshot of the tenant's API keys."""
        return self.root / "keys.json"

    def of(self, deployment: str) -> Path:
        """Return the folder of one deployment."""
        return self.root / "deployments" / deployment

    def log_of(self, deployment: str) -> Path:
        """Return the folder of the segments of its prediction log."""
        return self.of(deployment) / "predictions"

    def segments(self) -> Iterator[tuple[str, Path]]:
        """Yield the segments of every deployment, the oldest of each first, with its name."""
        for path in sorted(self.root.glob(f"deployments/*/predictions/*{SUFFIX}")):
            yield path.parents[1].name, path


def platform_key_in(path: Path) -> str:
    """Return the key by which the platform asks its own serving processes; made on first use.

    Raises:
        StoreError: if it can be neither read nor made.
    """
    with explaining(path):
        with suppress(FileNotFoundError):
            return path.read_text(encoding="ascii")
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        draft.touch(mode=0o600)
        draft.write_text(f"mdx_{secrets.token_urlsafe(32)}", encoding="ascii")
        try:
            # Of two that make it at once, the first one's holds.
            with suppress(FileExistsError):
                path.hardlink_to(draft)
        finally:
            draft.unlink()
        return path.read_text(encoding="ascii")
