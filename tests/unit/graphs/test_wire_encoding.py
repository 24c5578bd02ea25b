"""The wire format, against the protobuf library's own writer."""

import numpy as np
import pytest
from google.protobuf.wrappers_pb2 import Int64Value
from hypothesis import given
from hypothesis import strategies as st

from modelyard.kit.protobuf.encoding import bytes_field, number_field, varint, varints

INT64 = st.integers(-(2**63), 2**63 - 1)


@given(INT64.filter(bool))
def test_an_integer_is_written_as_protobuf_writes_it(value):
    assert number_field(1, value) == Int64Value(value=value).SerializeToString()


@given(st.lists(INT64 | st.integers(0, 300)))
def test_an_array_is_written_as_its_integers_one_by_one(values):
    assert varints(np.array(values, dtype=np.int64)) == b"".join(map(varint, values))


@pytest.mark.parametrize("value", [0, 1, 127, 128, 2**21 - 1, 2**63 - 1, -1])
def test_the_bounds_of_a_length_are_read_back(value):
    tag = number_field(1, 0)[:1]
    assert Int64Value.FromString(tag + varints(np.array([value]))).value == value


def test_fields_carry_their_number_and_length():
    assert number_field(1, 150) == bytes([0x08, 0x96, 0x01])
    assert bytes_field(2, b"testing") == bytes([0x12, 0x07]) + b"testing"
