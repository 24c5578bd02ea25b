"""Fetches weights from a hub: once, of a commit that is named, with the hash that the hub tells.

The hub is asked as huggingface_hub asks it, for `OWNER/NAME/resolve/COMMIT/FILE`. It answers with
a redirect that names the SHA-256 of the file. Source: huggingface_hub, `file_download`; the
documentation of the hub, "Download files from the Hub".
"""

import hashlib
import json
import math
import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import IO, Any
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, Request, build_opener

from modelyard.domain.errors import InvalidValue, NotFound, StoreError, Unavailable
from modelyard.domain.weights import Hub, WeightsPlace
from modelyard.kit.addresses import stated
from modelyard.kit.hashing import sha256_of_file
from modelyard.protocols.progress import Progress

SCHEME = "hf://"
EXAMPLE = "hf://timm/resnet18.a1_in1k@ebd61f9c7420e5b5b53262b8ce6bbe311e1e872a"
_PART = r"[A-Za-z0-9_][A-Za-z0-9_.-]*"
_ADDRESS = re.compile(
    rf"{SCHEME}(?P<repository>{_PART}/{_PART})(?:@(?P<revision>[^/@]+))?(?:/(?P<name>.+))?"
)
_FILE = re.compile(rf"{_PART}(/{_PART})*\.safetensors")
_COMMIT, _SHA256 = re.compile("[0-9a-f]{40}"), re.compile("[0-9a-f]{64}")
# What repositories of timm and of transformers call their one file of weights, and what tells of
# the network that these were learned with.
_USUAL, _CONFIG = "model.safetensors", "config.json"
# Of the networks that there are, the largest has 102 MB of weights.
_MOST_BYTES = 512_000_000
_MOST_CONFIG_BYTES = 1_000_000
_CHUNK_BYTES = 1 << 20
_TIMEOUT_S = 30.0
# A hub tells nobody whether a repository exists that it does not show.
_NOT_THERE = frozenset({401, 403, 404, 410})


@dataclass(frozen=True)
class HubFile:
    """A file of one commit of a repository."""

    repository: str
    commit: str
    name: str

    def folder(self, place: WeightsPlace) -> Path:
        """Return where the file is kept, under its SHA-256."""
        return place.folder / "hub" / self.repository / self.commit / self.name


def fetched(
    address: str, place: WeightsPlace, *, made_for: Mapping[str, Any], progress: Progress
) -> Path:
    """Return a file of weights of a hub, which is asked for it once.

    Args:
        address: `hf://OWNER/NAME@COMMIT`, or with `/FILE` at its end.
        place: where it is kept, and what hub is asked.
        made_for: what the hub must say of the network of these weights, where it says anything:
            `architecture`, and `mean` and `std` of the pictures.
        progress: told how much has come.

    Raises:
        InvalidValue: if the address names no commit or no file of safetensors, the weights are of
            another network, or the hub is not to be asked.
        NotFound: if the hub has, or shows, no such file.
        Unavailable: if it does not answer, or not with what it names.
        StoreError: if the file cannot be kept.
    """
    file = _file_of(address, place.hub)
    folder = file.folder(place)
    for kept in sorted(folder.glob("*.safetensors")):
        if sha256_of_file(kept) == kept.stem:
            return kept
    if place.hub.is_offline:
        raise InvalidValue(
            f"'{address}' was never fetched, and HF_HUB_OFFLINE says that no hub may be asked.",
            fix=f"Unset it, or put the file into '{place.folder}' and name it alone.",
            sample=address,
        )
    _require_made_for(made_for, file, place.hub)
    return _kept(file, place, progress)


def _file_of(address: str, hub: Hub) -> HubFile:
    match = _ADDRESS.fullmatch(address)
    name = (match and match["name"]) or _USUAL
    if match is None or not _FILE.fullmatch(name):
        raise InvalidValue(
            f"'{address}' names no file of safetensors of a hub.",
            fix=f"Write {SCHEME}OWNER/NAME@COMMIT, for example {EXAMPLE}.",
            sample=address,
        )
    repository, revision = match["repository"], match["revision"] or "main"
    if _COMMIT.fullmatch(revision):
        return HubFile(repository, revision, name)
    pinned = f"{SCHEME}{repository}@COMMIT"
    if not hub.is_offline:
        pinned = f"{SCHEME}{repository}@{_commit_of(repository, revision, name, hub)}"
    tail = f"/{match['name']}" if match["name"] else ""
    raise InvalidValue(
        f"'{address}' may mean other weights tomorrow: a training names the commit, so that it can "
        "be repeated.",
        fix=f"Name it: {pinned}{tail}.",
        sample=address,
    )


def _commit_of(repository: str, revision: str, name: str, hub: Hub) -> str:
    with _answer(HubFile(repository, revision, name), hub) as (_, told):
        commit = told.get("x-repo-commit", "")
    return commit if _COMMIT.fullmatch(commit) else "COMMIT"


def _require_made_for(made_for: Mapping[str, Any], file: HubFile, hub: Hub) -> None:
    """Refuse weights whose network is told to be another, which their names may not show."""
    config = HubFile(file.repository, file.commit, str(Path(file.name).with_name(_CONFIG)))
    try:
        with _answer(config, hub) as (stream, _):
            told = json.loads(_read(stream, _MOST_CONFIG_BYTES, hub))
    except (NotFound, ValueError):
        return
    told = told if isinstance(told, dict) else {}
    pictures = told.get("pretrained_cfg")
    known = {**(pictures if isinstance(pictures, dict) else {}), **told}
    for key, wanted in made_for.items():
        found = known.get(key)
        if found is not None and not _is_alike(found, wanted):
            raise InvalidValue(
                f"'{file.repository}' has weights of '{found}' as {key}; '{wanted}' is asked for.",
                fix="Choose the algorithm and depth or size that the weights were learned with.",
                sample=str(found),
            )


def _is_alike(found: object, wanted: object) -> bool:
    if isinstance(found, list) and isinstance(wanted, tuple):
        numbers = [each for each in found if isinstance(each, int | float)]
        return len(numbers) == len(wanted) == len(found) and all(
            math.isclose(a, b, abs_tol=1e-3) for a, b in zip(numbers, wanted, strict=True)
        )
    return found == wanted


def _kept(file: HubFile, place: WeightsPlace, progress: Progress) -> Path:
    """Fetch a file; of two trainings that do so at once the later one stays, both have the same."""
    folder = file.folder(place)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor, half = tempfile.mkstemp(suffix=".half", dir=folder)
        try:
            with os.fdopen(descriptor, "wb") as draft:
                sha256 = _into(draft, file, place.hub, progress)
            return Path(half).replace(folder / f"{sha256}.safetensors")
        finally:
            Path(half).unlink(missing_ok=True)
    except OSError as error:
        raise StoreError(
            f"'{folder}' cannot be written: {error.strerror}.",
            fix="Make room there, or let the project lie where it can be written.",
            sample=str(folder),
        ) from error


def _into(draft: IO[bytes], file: HubFile, hub: Hub, progress: Progress) -> str:
    """Write a file, and return its SHA-256, which is the one that the hub tells."""
    digest, n_bytes = hashlib.sha256(), 0
    with _answer(file, hub) as (stream, told):
        wanted = told.get("x-linked-etag", told.get("etag", "")).removeprefix("W/").strip('"')
        commit = told.get("x-repo-commit", file.commit)
        if not _SHA256.fullmatch(wanted) or commit != file.commit:
            raise Unavailable(
                f"'{stated(hub.endpoint)}' does not tell the SHA-256 of '{file.name}' of the "
                f"commit {file.commit} of '{file.repository}'.",
                fix="Ask a hub that does, or put the file into the folder of weights yourself.",
            )
        while chunk := _read(stream, _CHUNK_BYTES, hub):
            n_bytes += len(chunk)
            if n_bytes > _MOST_BYTES:
                raise InvalidValue(
                    f"'{file.name}' of '{file.repository}' has more than "
                    f"{_MOST_BYTES // 1_000_000} MB, which no network here has.",
                    fix="Name the weights of a network that there is.",
                    sample=file.repository,
                )
            draft.write(chunk)
            digest.update(chunk)
            progress.say(f"{n_bytes / 1e6:,.0f} MB of weights fetched")
    if digest.hexdigest() != wanted:
        raise Unavailable(
            f"What came as '{file.name}' of '{file.repository}' is not what the hub names: its "
            f"SHA-256 is {digest.hexdigest()}, not {wanted}.",
            fix="Try again; if it stays so, somebody on the way changes it.",
        )
    return wanted


@contextmanager
def _answer(file: HubFile, hub: Hub) -> Iterator[tuple[Any, Mapping[str, str]]]:
    """Yield the content of a file, and what the hub told of it on the way there.

    Raises:
        NotFound, Unavailable: as `fetched`.
    """
    hops = _Hops()
    address = f"{hub.endpoint}/{file.repository}/resolve/{file.commit}/{file.name}"
    request = Request(address, headers={"User-Agent": "modelyard"})  # noqa: S310 -- checked below
    try:
        stream = build_opener(hops).open(request, timeout=_TIMEOUT_S)
    except HTTPError as error:
        error.close()
        if error.code in _NOT_THERE:
            raise NotFound(
                f"'{stated(hub.endpoint)}' shows no '{file.name}' of '{file.repository}' at "
                f"{file.commit}.",
                fix="Look the repository, the commit and the file up; it must be public.",
                sample=file.repository,
            ) from error
        raise _unreachable(hub, f"it answers {error.code}") from error
    except (OSError, HTTPException) as error:
        raise _unreachable(hub, str(getattr(error, "reason", error))) from error
    with stream:
        hops.note(stream.headers)
        yield stream, hops.told


def _read(stream: Any, n_bytes: int, hub: Hub) -> bytes:
    try:
        content: bytes = stream.read(n_bytes)
    except (OSError, HTTPException) as error:
        raise _unreachable(hub, f"it breaks off, {error}") from error
    return content


def _unreachable(hub: Hub, why: str) -> Unavailable:
    return Unavailable(
        f"'{stated(hub.endpoint)}' hands out no weights now: {why}.",
        fix="Try again, name another hub by HF_ENDPOINT, or put the file into the folder of "
        "weights and name it alone.",
    )


class _Hops(HTTPRedirectHandler):
    """Follows redirects, and keeps what the first answer says of the file that it leads to."""

    def __init__(self) -> None:
        self.told: dict[str, str] = {}

    def note(self, headers: Mapping[str, str]) -> None:
        """Keep headers, but for those that an earlier answer had."""
        self.told = {name.lower(): value for name, value in headers.items()} | self.told

    def redirect_request(self, *given: Any) -> Request | None:
        """Follow a redirect that does not lead from a safe line to one that anybody reads."""
        request, _, _, _, headers, target = given
        if request.full_url.startswith("https:") and not target.startswith("https:"):
            raise OSError("it leads to an address without TLS")
        self.note(headers)
        return super().redirect_request(*given)
