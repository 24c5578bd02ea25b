"""What whoever starts a server may decide."""

from dataclasses import dataclass
from pathlib import Path

from modelyard.domain.tenants import LOCAL

MEGABYTE = 1_000_000


@dataclass(frozen=True)
class ServerOptions:
    """Options of a server; what they default to is told by the command `serve`.

    Attributes:
        max_body_bytes: longest body that is read.
        max_in_flight: requests for predictions that may be on their way at a time, in one worker.
        timeout_s: within which a request must have come whole.
        log_format: `json`, `console` or `none`.
        logs_requests: whether each request has a line in the log.
        cors: origins of pages that may ask from a browser; `*` for any.
        token: that the admin call must carry; without one there is no such call.
        n_workers: processes; each answers in one thread.
        metrics_folder: where several workers count together; None for one worker.
        keys: snapshot of the API keys that are let in; None lets everybody in.
        tenant: whose keys these are.
        prediction_log: folder in which answers are written down; None for none.
    """

    max_body_bytes: int = 32 * MEGABYTE
    max_in_flight: int = 256
    timeout_s: float = 30.0
    log_format: str = "json"
    logs_requests: bool = True
    cors: tuple[str, ...] = ()
    token: str | None = None
    n_workers: int = 1
    metrics_folder: Path | None = None
    keys: Path | None = None
    tenant: str = LOCAL
    prediction_log: Path | None = None
