"""A file is known by how it begins, whatever it is called."""

import gzip
import io

import polars as pl
import pytest

from modelyard.domain.datasets import DatasetFormat
from modelyard.domain.errors import NotATable
from modelyard.domain.formats import START_BYTES, format_of

FRAME = pl.DataFrame({"age": [41, 29], "city": ["Oslo", "Rome"]})


def _written(how):
    stream = io.BytesIO()
    how(stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "form"),
    [
        (b"age,city\n41,Oslo\n", DatasetFormat.CSV),
        (b"age;city\n41;Oslo\n", DatasetFormat.CSV),
        ("âge\tville\n41\tOslo\n".encode("utf-16"), DatasetFormat.CSV),
        (b"\xef\xbb\xbfage,city\n41,Oslo\n", DatasetFormat.CSV),
        (gzip.compress(b"age,city\n41,Oslo\n", mtime=0), DatasetFormat.PACKED_CSV),
        (b'{"age": 41}\n', DatasetFormat.NDJSON),
        (b'\xef\xbb\xbf\n {"age": 41}\n', DatasetFormat.NDJSON),
        (_written(FRAME.write_parquet), DatasetFormat.PARQUET),
        (_written(FRAME.head(0).write_parquet), DatasetFormat.PARQUET),
        (_written(FRAME.write_ipc), DatasetFormat.ARROW),
        (_written(FRAME.write_ipc_stream), DatasetFormat.ARROW),
    ],
)
def test_the_first_bytes_tell_the_format(content, form):
    assert format_of(content[:START_BYTES], "data.bin") is form


@pytest.mark.parametrize(
    "header", [b"PAR1,PAR2\n", b"BZh,x\n", b"Rar!,x\n", b"ARROW1,x\n", b"FEA1,x\n"]
)
def test_a_column_called_like_a_binary_format_is_still_text(header):
    assert format_of(header + b"1,2\n", "data.csv") is DatasetFormat.CSV


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (b"PK\x03\x04\x14\x00../../etc/passwd", "zip archive or an Excel workbook"),
        (b"PK\x05\x06" + bytes(18), "an empty zip archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Excel workbook"),
        (b"\x28\xb5\x2f\xfd\x04\x00", "packed with zstd"),
        (b"%PDF-1.7\n", "a PDF document"),
        (b"SQLite format 3\x00", "an SQLite database"),
        (b"\x80\x04\x95\x10\x00", "a pickle, which is never opened"),
        (b'[{"age": 41}]', "a JSON document"),
    ],
)
def test_what_is_no_table_is_refused_by_its_name_and_with_what_to_do(content, named):
    with pytest.raises(NotATable, match=named) as refused:
        format_of(content, "sales.csv")
    assert "'sales.csv'" in refused.value.message
    assert refused.value.fix
