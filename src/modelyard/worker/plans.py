"""What a serving process is told to serve, and what it tells of its address: two files of JSON.

The plan is replaced as a whole when another version is deployed; on SIGHUP the process reads it
again, and puts the new version in the place of the old one without losing a request.
"""

from dataclasses import dataclass
from pathlib import Path

import msgspec

from modelyard.domain.errors import InvalidValue
from modelyard.store.files import write_whole

_PLAN, _ADDRESS = "plan.json", "address.json"


@dataclass(frozen=True)
class ServingPlan:
    """What one process serves.

    Attributes:
        name: of the deployment, under which the model is served.
        tenant: whose deployment it is.
        reference: `name@version` in the registry.
        package: folder of the package.
        sha256: of its manifest, as the registry knows it.
        trusted: fingerprints of the keys that may have signed it.
        host, port: to listen at; port 0 takes a free one.
        keys: snapshot of the API keys that are let in; None lets everybody in.
        log: folder of the prediction log.
    """

    name: str
    tenant: str
    reference: str
    package: str
    sha256: str
    trusted: tuple[str, ...]
    host: str
    port: int
    keys: str | None
    log: str


@dataclass(frozen=True)
class Address:
    """Where a process has begun to answer.

    Attributes:
        pid: of the process, by which a file that another one left is known.
    """

    url: str
    pid: int


def write_plan(folder: Path, plan: ServingPlan) -> None:
    """Put the plan of a deployment in its folder.

    Raises:
        StoreError: if it cannot be written.
    """
    write_whole(folder / _PLAN, msgspec.json.encode(plan))


def read_plan(folder: Path) -> ServingPlan:
    """Return the plan of a deployment.

    Raises:
        InvalidValue: if there is none that can be read.
    """
    try:
        return msgspec.json.decode((folder / _PLAN).read_bytes(), type=ServingPlan)
    except (OSError, msgspec.MsgspecError) as error:
        raise InvalidValue(
            f"'{folder}' holds no plan of a deployment: {error}.",
            fix="Serving processes are started by `modelyard worker`.",
        ) from error


def write_address(folder: Path, address: Address) -> None:
    """Tell where the process answers.

    Raises:
        StoreError: if it cannot be written.
    """
    write_whole(folder / _ADDRESS, msgspec.json.encode(address))


def read_address(folder: Path) -> Address | None:
    """Return where the last process that began to answer does; None where none has."""
    try:
        return msgspec.json.decode((folder / _ADDRESS).read_bytes(), type=Address)
    except (OSError, msgspec.MsgspecError):
        return None
