"""The files of a form are read as browsers and curl write them, and no more than are answered."""

from typing import Any

import pytest

from modelyard.client.predictions import Predictions
from modelyard.domain.errors import MalformedBody, UnsupportedMedia
from modelyard.serving.exchanges import Route
from modelyard.serving.form_files import MOST_FILES, files_of
from modelyard.serving.routes import require_readable

KIND = b"multipart/form-data; boundary=frontier"


def form(*parts: tuple[bytes, bytes], begins: bytes = b"") -> bytes:
    held = b"".join(
        b"--frontier\r\nContent-Disposition: form-data; " + said + b"\r\n\r\n" + content + b"\r\n"
        for said, content in parts
    )
    return begins + held + b"--frontier--\r\nafterwards"


def read(body: bytes, kind: bytes = KIND) -> list[tuple[str, bytes]]:
    return [(each.name, each.content) for each in files_of(body, kind)]


@pytest.mark.parametrize(
    ("said", "name"),
    [
        (b'name="file"; filename="cat.png"', "cat.png"),
        (b"name=file; filename=cat.png", "cat.png"),
        (b'name="file"; filename="a \\"b\\".png"', 'a "b".png'),
        ('name=file; filename="l\u00e4uft.png"'.encode(), "l\u00e4uft.png"),
        (b"name=file; filename=\"x\"; filename*=UTF-8''l%C3%A4uft.png", "l\u00e4uft.png"),
        (b'name="file"; filename=""', "file 1"),
        (b'name="file"; filename="' + b"n" * 300 + b'"', "n" * 200),
    ],
)
def test_a_file_is_called_as_its_sender_calls_it(said: bytes, name: str) -> None:
    assert read(form((said, b"one"))) == [(name, b"one")]


def test_files_come_in_their_order_and_keep_each_byte() -> None:
    odd = b"\r\n--fronti\r\n\r\n--\0\r\n"
    body = form((b'filename="a"', odd), (b'name="note"', b"hello"), (b'filename="b"', b""))
    assert read(body) == [("a", odd), ("b", b"")]
    assert read(b"before\r\n" + body) == [("a", odd), ("b", b"")]
    assert read(body.replace(b"frontier", b"a b"), b'multipart/form-data; boundary="a b"') == [
        ("a", odd),
        ("b", b""),
    ]


def test_the_form_of_a_client_is_read_as_it_was_meant() -> None:
    files = {'a "b" \\.png': b"\r\n--\0", "l\u00e4uft.png": b"", "c": b"x"}
    flow: Any = Predictions.ask_pictures.describe(None, "shapes", files)
    request = next(flow).request
    assert request.path.endswith("/models/shapes/predict/images")
    assert dict(read(request.content, request.headers["content-type"].encode())) == files


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", KIND),
        (b"no form", KIND),
        (form(), KIND),
        (form((b'filename=""', b"")), KIND),
        (b"--frontier", KIND),
        (b"--frontier\r\nfilename=x", KIND),
        (form((b'filename="a"', b"one")), b"multipart/form-data"),
    ],
)
def test_a_form_without_a_file_has_none(body: bytes, kind: bytes) -> None:
    assert read(body, kind) == []


def test_more_files_than_are_answered_are_refused_before_they_are_held() -> None:
    many = form(*[(b'filename="a"', b"x")] * MOST_FILES)
    assert len(read(many)) == MOST_FILES
    with pytest.raises(MalformedBody, match=r"1,000 parts; more came"):
        read(b"--frontier\r\n" + many)


def test_a_form_for_a_model_of_tables_is_told_what_that_takes(post: Any) -> None:
    with pytest.raises(UnsupportedMedia, match="takes rows of a table; a form came") as caught:
        post("/predict-batch", form((b'filename="a.png"', b"x")), content_type=KIND.decode())
    assert "Send the rows as JSON" in str(caught.value)


@pytest.mark.parametrize("kind", [KIND, b"image/png", b"text/csv"])
def test_what_helps_is_said_where_a_body_is_no_json(kind: bytes) -> None:
    route = Route("/predict", "m", lambda _: None)  # type: ignore[arg-type,return-value]  # unasked
    with pytest.raises(UnsupportedMedia) as caught:
        require_readable(route, {b"content-type": kind})
    assert ("/predict-batch" in str(caught.value)) is (kind != b"text/csv")
