"""What the encoding wrote is read back; what is no message is refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelyard.kit.protobuf.decoding import fields_of, integers_of
from modelyard.kit.protobuf.encoding import bytes_field, number_field, packed_field, varints

INT64 = st.integers(-(2**63), 2**63 - 1)


@given(st.lists(INT64 | st.integers(0, 300)))
def test_packed_integers_are_read_back(values):
    (field,) = fields_of(packed_field(8, np.array(values, dtype=np.int64)))
    assert field.number == 8
    assert integers_of(field.payload).tolist() == values


@given(st.lists(st.tuples(st.integers(1, 1000), st.binary() | st.integers(0, 2**64 - 1))))
def test_fields_are_read_back_in_order(given_fields):
    message = b"".join(
        (bytes_field if isinstance(value, bytes) else number_field)(number, value)
        for number, value in given_fields
    )
    found = [
        (each.number, each.payload if each.value is None else each.value)
        for each in fields_of(message)
    ]
    assert found == given_fields


@pytest.mark.parametrize(
    "packed", [b"\x80", varints(np.array([5])) + b"\xff", b"\x80" * 11 + b"\0"]
)
def test_integers_without_an_end_are_refused(packed):
    with pytest.raises(ValueError, match="integer"):
        integers_of(packed)
