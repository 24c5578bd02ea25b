"""YAML is read as plain values, and its traps are errors with their line."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelyard.domain.errors import InvalidValue, NotFound, UsageError
from modelyard.wire.schema_files import read_data_schema
from modelyard.wire.yaml_files import MAX_SIZE_BYTES, YamlDocument, read_yaml, write_yaml

# Without what YAML has no place for (U+FFFE, U+FFFF) and the breaks of lines that are refused.
TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"], exclude_characters="\ufffe\uffff"),
    max_size=8,
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
Read = Callable[[str | bytes], YamlDocument]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Return a function that writes a file and reads it."""

    def write_and_read(content: str | bytes) -> YamlDocument:
        path = tmp_path / "x.yaml"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return read_yaml(path)

    return write_and_read


@given(st.dictionaries(TEXT, VALUES, max_size=4))
def test_plain_values_are_read_as_they_were_written(
    tmp_path_factory: pytest.TempPathFactory, values: dict[str, object]
) -> None:
    path = tmp_path_factory.mktemp("yaml") / "x.yaml"
    # As JSON, which YAML includes: every text is in quotes, so that `1e3` cannot be a number.
    path.write_text(json.dumps(values, ensure_ascii=False), encoding="utf-8")
    assert read_yaml(path).values == values


@pytest.mark.parametrize(
    ("word", "number"), [("1e-3", 0.001), ("-2E5", -2e5), ("1.5e3", 1500.0), (".5e1", 5.0)]
)
def test_a_number_with_an_exponent_is_a_number(read: Read, word: str, number: float) -> None:
    assert read(f"a: {word}").values == {"a": number}


@pytest.mark.parametrize("text", ["\u2028", "a \u2029 b", "\x85"])
def test_a_break_that_cannot_be_seen_is_read_where_it_is_written_out(
    tmp_path: Path, text: str
) -> None:
    for content in (json.dumps({text: text}), write_yaml({text: text})):
        path = tmp_path / "x.yaml"
        path.write_text(content, encoding="utf-8")
        assert read_yaml(path).values == {text: text}


@pytest.mark.parametrize("word", ["e3", "1e", "1e3x", "v1e3"])
def test_a_word_that_resembles_a_number_stays_a_word(read: Read, word: str) -> None:
    assert read(f"a: {word}").values == {"a": word}


def test_a_byte_order_mark_is_no_part_of_the_first_key(read: Read) -> None:
    assert read(b"\xef\xbb\xbfa: 1").values == {"a": 1}


def test_each_key_is_known_with_its_line(read: Read) -> None:
    document = read("a:\n  b: 1\n  c:\n    - x\n    - d: 2\n")
    assert document.lines == {"a": 1, "a.b": 2, "a.c": 3, "a.c.0": 4, "a.c.1": 5, "a.c.1.d": 5}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("a: 1\nb:\n\tc: 2\n", "line 3: a tab stands where YAML wants spaces"),
        ("a: 1\nb: 2\na: 3\n", "line 3: the key 'a' stands in line 1 too"),
        ("x:\n  a: 1\n  a: 1\n", "line 3: the key 'a' stands in line 2 too"),
        ("a: 1\n2: 3\n", "line 2: a key must be text, which 2 is not; put it in quotes"),
        ("yes: 1\n", "line 1: a key must be text, which yes is not"),
        ("? [1]\n: 2\n", "a key must be text, which a list or a mapping is not"),
        ("<<: {a: 1}\n", "line 1: a key must be text, which << is not"),
        ("a: &x [1]\nb: *x\n", "line 2: aliases (*name) are not supported"),
        ("a: !!python/object/apply:os.system [ls]\n", "line 1: could not determine a constructor"),
        ("a: !secret x\n", "could not determine a constructor for the tag '!secret'"),
        ("a: [1, 2\n", "line 2: expected ',' or ']'"),
        ("a: 1\n---\nb: 2\n", "line 2: but found another document"),
        ("a: 'x\n", "found unexpected end of stream"),
        ("- a\n- b\n", "it holds a list"),
        ("just words", "it holds a str"),
        ("", "it holds nothing"),
        ("# a comment\n", "it holds nothing"),
        (b"a: \xff\xfe\n", "the byte at 3 does not belong"),
        (b"a: \x00\n", "not YAML that can be used"),
        ("a: 2026-99-99\n", "not YAML that can be used"),
        (f"a: {'9' * 5000}\n", "not YAML that can be used"),
        ("a: " + "[" * 5000, "nested deeper than 32 levels"),
        ('{"a":\n "\u2028"}', "line 2: the character U+2028 cannot be seen"),
        ('{"\u2029": 1}', "line 1: the character U+2029 cannot be seen"),
        ("a: 1\nb: x\x85y\n", "line 2: the character U+0085 cannot be seen"),
        ("a: x\ufffe\n", "not YAML that can be used"),
        ("a: 1\n" * (MAX_SIZE_BYTES // 5 + 1), "is larger than 1024 KiB"),
    ],
)
def test_what_yaml_would_get_wrong_is_refused(read: Read, content: str | bytes, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(content)
    assert words in str(caught.value)


def test_an_alias_bomb_is_refused_before_it_goes_off(read: Read) -> None:
    lines = ["a0: &a0 [x, x]"]
    lines += [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 60)]
    with pytest.raises(UsageError, match="line 2: aliases"):
        read("\n".join(lines))


def test_a_file_that_does_not_exist_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"nowhere\.yaml"):
        read_yaml(tmp_path / "nowhere.yaml")


def test_a_folder_is_no_yaml_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Is a directory"):
        read_yaml(tmp_path)


def test_a_data_schema_is_read_as_plain_values(tmp_path: Path) -> None:
    path = tmp_path / "row.json"
    path.write_bytes(b'\xef\xbb\xbf{"properties": {"a": {"type": "number"}}}')
    assert read_data_schema(path) == {"properties": {"a": {"type": "number"}}}


@pytest.mark.parametrize(
    ("content", "error", "words"),
    [
        (b"[1]", InvalidValue, "a list came"),
        (b"{", UsageError, "not JSON"),
        (b'{"a": NaN}', UsageError, "NaN is no JSON value"),
        (b"\xff", UsageError, "not JSON"),
        (b"[" * 100_000, UsageError, "not JSON"),
    ],
)
def test_a_data_schema_that_is_none_is_refused(
    tmp_path: Path, content: bytes, error: type[UsageError], words: str
) -> None:
    (tmp_path / "row.json").write_bytes(content)
    with pytest.raises(error, match=words):
        read_data_schema(tmp_path / "row.json")


def test_a_data_schema_that_does_not_exist_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"row\.json"):
        read_data_schema(tmp_path / "row.json")


def test_a_folder_is_no_data_schema(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Is a directory"):
        read_data_schema(tmp_path)
