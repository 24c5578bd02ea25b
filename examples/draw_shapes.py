"""Draws the 30 pictures of `data/shapes`: red circles, green squares and blue triangles, 64 × 64.

    python examples/draw_shapes.py examples/data/shapes

It needs numpy alone; the same pictures come each time.
"""

import struct
import sys
import zlib
from pathlib import Path

import numpy as np

SIDE, A_CLASS, SEED = 64, 10, 0
COLOURS = {"circle": (200, 60, 50), "square": (60, 170, 80), "triangle": (60, 90, 200)}


def is_inside(shape: str, x: int, y: int, radius: int) -> np.ndarray:
    """Return which pixels belong to a shape around (x, y)."""
    down, right = np.mgrid[:SIDE, :SIDE] - np.array([y, x])[:, None, None]
    if shape == "circle":
        return right**2 + down**2 <= radius**2
    if shape == "square":
        return np.maximum(np.abs(right), np.abs(down)) <= radius
    return (down <= radius) & (np.abs(right) * 2 <= down + radius)


def draw(shape: str, rng: np.random.Generator) -> np.ndarray:
    """Return (64, 64, 3) bytes: a shape somewhere, of about its colour, on a dark ground."""
    x, y = rng.integers(24, 40, size=2)
    picture = rng.integers(0, 60, size=(1, 1, 3)).repeat(SIDE, 0).repeat(SIDE, 1)
    colour = np.array(COLOURS[shape]) + rng.integers(-40, 41, size=3)
    picture[is_inside(shape, x, y, rng.integers(12, 22))] = colour
    return np.clip(picture, 0, 255).astype(np.uint8)


def png(pixels: np.ndarray) -> bytes:
    """Return pixels as a PNG file (RFC 2083)."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        checked = kind + content
        return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))

    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    header = struct.pack(">IIBBBBB", pixels.shape[1], pixels.shape[0], 8, 2, 0, 0, 0)
    parts = [(b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts)


def main(folder: Path) -> None:
    """Write the pictures, a folder for each class."""
    rng = np.random.default_rng(SEED)
    for shape in COLOURS:
        (folder / shape).mkdir(parents=True, exist_ok=True)
        for number in range(A_CLASS):
            (folder / shape / f"{number:02}.png").write_bytes(png(draw(shape, rng)))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
