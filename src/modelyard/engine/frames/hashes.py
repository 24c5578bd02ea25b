"""Hashes the content of a frame, so that equal data is known to be equal wherever it came from."""

import hashlib

import numpy as np
import polars as pl


def frame_hash(frame: pl.DataFrame) -> str:
    """Return the SHA-256 of a frame's names, types and values as 64 hex digits.

    Chunks, row groups and the library that made the frame do not matter.
    """
    digest = hashlib.sha256()
    digest.update(f"{frame.height} {frame.width}".encode())
    for series in frame.iter_columns():
        name = series.name.encode("utf-8", errors="surrogatepass")
        dtype = "category" if series.dtype in (pl.Categorical, pl.Enum) else str(series.dtype)
        digest.update(f"{len(name)} {dtype} ".encode() + name)
        digest.update(np.packbits(series.is_null().to_numpy()).tobytes())
        digest.update(_bytes_of(series))
    return digest.hexdigest()


def _bytes_of(series: pl.Series) -> bytes:
    dtype = series.dtype
    if dtype in (pl.Date, pl.Datetime, pl.Duration, pl.Time):
        series = series.to_physical()
    elif dtype in (pl.Categorical, pl.Enum) or dtype.is_decimal() or _is_wide(dtype):
        series = series.cast(pl.String)
    if series.dtype == pl.Boolean:
        series = series.cast(pl.UInt8)
    if series.dtype.is_float():
        # Every NaN is one NaN, and zero has no sign.
        values = series.fill_null(0.0).fill_nan(float("nan")).to_numpy()
        return (values + 0.0).tobytes()
    if series.dtype.is_numeric() and series.dtype not in {pl.Int128, pl.UInt128}:
        return series.fill_null(0).to_numpy().tobytes()
    if series.dtype == pl.String:
        lengths = series.str.len_bytes().fill_null(0).to_numpy()
        return lengths.tobytes() + "".join(series.fill_null("").to_list()).encode()
    return repr(series.to_list()).encode()


def _is_wide(dtype: pl.DataType) -> bool:
    """Return whether the integers have 128 bits, which numpy has no room for."""
    return dtype.is_integer() and str(dtype).endswith("128")
