"""What two readers of JSON could understand differently is refused, with its place."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelyard.domain.errors import MalformedBody
from modelyard.wire.jsons import read_json

SCALARS = st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
VALUES = st.recursive(
    SCALARS, lambda each: st.lists(each) | st.dictionaries(st.text(), each), max_leaves=20
)


@given(VALUES)
def test_what_is_written_is_read(value: object) -> None:
    for is_ascii in (True, False):
        text = json.dumps(value, ensure_ascii=is_ascii)
        try:
            body = text.encode()
        except UnicodeEncodeError:
            continue
        assert read_json(body) == json.loads(text)


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (b'{"row":{"age":NaN}}', "$.row.age"),
        (b'{"row":{"age":-Infinity}}', "$.row.age"),
        (b'{"rows":[{"age":1},{"age":2,"age":3}]}', "$.rows[1].age"),
        (b'{"row":{"age":' + b"1" * 5000 + b"}}", "$.row.age"),
        (b'{"row":{"age":[1,1e400]}}', "$.row.age[1]"),
        (rb'{"row":{"city":"\ud800"}}', "$.row.city"),
        (b'{"row":{"city":"\xed\xa0\x80"}}', "$.row.city"),
        (b'{"row":{"city":"\x01"}}', "$.row.city"),
        (b'{"row":{"age":01}}', "$.row"),
        (b'{"row":{"age":1}', "$"),
        (b'{"row":{}} more', "$"),
        (b"", "$"),
        (b"\xff", "$"),
    ],
)
def test_what_is_no_json_is_refused_with_its_place(body: bytes, path: str) -> None:
    with pytest.raises(MalformedBody) as caught:
        read_json(body)
    assert caught.value.path == path
    assert caught.value.status == 422


def test_nesting_without_end_is_refused() -> None:
    for sign in (b"[", b'{"a":'):
        with pytest.raises(MalformedBody, match="nested too deeply"):
            read_json(sign * 100_000)


@given(st.lists(st.text(max_size=3), min_size=2, max_size=6), st.text(max_size=3))
def test_a_key_that_stands_twice_is_always_refused(keys: list[str], cell: str) -> None:
    pairs = [f"{json.dumps(key)}: {json.dumps(cell)}" for key in keys]
    body = f"{{{', '.join(pairs)}}}".encode("utf-8", errors="surrogatepass")
    if len(set(keys)) == len(keys):
        assert set(read_json(body)) == set(keys)
        return
    with pytest.raises(MalformedBody, match="stands twice"):
        read_json(body)


def test_a_key_that_is_spelled_in_two_ways_is_one_key() -> None:
    with pytest.raises(MalformedBody, match="'a' stands twice"):
        read_json(rb'{"a":1,"\u0061":2}')


def test_an_escaped_quotation_mark_is_no_second_key() -> None:
    assert read_json(rb'{"say \"a\"":"\"","b":"\\"}') == {'say "a"': '"', "b": "\\"}


def test_a_long_body_is_refused_without_looking_for_the_place() -> None:
    with pytest.raises(MalformedBody) as caught:
        read_json(b'{"rows":[' + b'"' + b"x" * 2_000_000 + b'",NaN]}')
    assert caught.value.path is None


def test_large_whole_numbers_stay_whole() -> None:
    assert read_json(b"[123456789012345678901234567890]") == [123456789012345678901234567890]
    assert math.isfinite(read_json(b"[1e308]")[0])


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (b"[" * 100_000, "$[0][0][0][0][0]"),
        (b'{"row":' * 100_000, "$.row.row.row.row.row"),
        (rb'{"row":{"species":1,"sp\u0065cies":2}}', "$.row.species"),
        (rb'{"row":{"a\nb":1,"a\u000ab":2}}', "$.row.a\nb"),
    ],
    ids=["lists", "objects", "escaped once", "escaped twice"],
)
def test_what_is_deep_or_escaped_has_a_place_too(body: bytes, path: str) -> None:
    with pytest.raises(MalformedBody) as caught:
        read_json(body)
    assert caught.value.path == path
