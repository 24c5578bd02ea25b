"""What goes wrong at the platform is raised by the client as the same error."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from modelyard.client.clients import Client
from modelyard.client.patience import Patience
from modelyard.domain import errors
from modelyard.domain.errors import (
    BlockingFindings,
    InvalidValue,
    ModelyardError,
    NotFound,
    RequestError,
    StoreUnavailable,
    TooManyRequests,
    Unavailable,
)
from modelyard.wire.problem_documents import document_of, error_from


def _kinds(kind: type[ModelyardError] = ModelyardError) -> Iterator[type[ModelyardError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from _kinds(below)


def _example(kind: type[ModelyardError]) -> ModelyardError:
    if issubclass(kind, BlockingFindings):
        return kind("It leaks.", findings=(), fix="Drop it.")
    if issubclass(kind, StoreUnavailable):
        return kind("It starts again.", fix="Wait.", retry_after_s=3)
    if issubclass(kind, TooManyRequests):
        return kind("Too many.", retry_after_s=3)
    if issubclass(kind, RequestError):
        return kind("Wrong.", fix="Mend it.", path="$.rows[1]")
    return kind("Wrong.", fix="Mend it.", row=3, column="age", sample="n/a")


@pytest.mark.parametrize("kind", list(_kinds()), ids=lambda kind: kind.__name__)
def test_an_error_comes_back_from_its_document(kind: type[ModelyardError]) -> None:
    error = _example(kind)
    document = document_of(error.status, error.to_dict(), request_id="r")
    back = error_from(json.dumps(document).encode(), retry_after_s=3)
    assert (type(back), back.to_dict()) == (kind, error.to_dict())


def test_an_error_of_a_newer_platform_is_told_as_it_stands() -> None:
    document = {"code": "of-tomorrow", "detail": "It is Tuesday.", "fix": "Wait."}
    error = error_from(json.dumps(document).encode(), retry_after_s=1)
    assert (type(error), str(error)) == (ModelyardError, "It is Tuesday. Wait.")


@pytest.mark.parametrize("content", [b"<html>Bad Gateway</html>", b"[]", b"{}", b"\xff"])
def test_what_is_no_problem_document_is_said_to_be_none(content: bytes) -> None:
    assert isinstance(error_from(content, retry_after_s=1), errors.Unavailable)


def test_what_is_not_there_is_not_found(client: Client) -> None:
    with pytest.raises(NotFound, match="nothing"):
        client.models.show("nothing")


def test_where_no_platform_is_the_address_is_named() -> None:
    with (
        Client("http://127.0.0.1:1", patience=Patience(retries=0)) as client,
        pytest.raises(Unavailable, match=r"127\.0\.0\.1:1"),
    ):
        client.platform.version()


@pytest.mark.parametrize(
    "url", ["127.0.0.1:8000", "ftp://x", "http://", "http://a:b@x", "http://x?token=y"]
)
def test_what_is_no_address_of_a_platform_is_refused(url: str) -> None:
    with pytest.raises(InvalidValue):
        Client(url)


@pytest.mark.parametrize("name", ["", ".", ".."])
def test_a_name_that_would_lead_elsewhere_is_refused(client: Client, name: str) -> None:
    with pytest.raises(InvalidValue, match="name"):
        client.models.show(name)


def test_a_name_is_one_segment_of_a_path_whatever_it_holds(client: Client) -> None:
    with pytest.raises(NotFound, match=r"\.\./\.\./version"):
        client.jobs.cancel("../../version")
    with pytest.raises(InvalidValue, match=r"a\?b#c"):
        client.models.show("a?b#c")


def test_a_download_that_finds_no_place_leaves_nothing(client: Client, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        client.datasets.download("nothing", tmp_path / "data.csv")
    assert list(tmp_path.iterdir()) == []
