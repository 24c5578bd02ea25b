"""Makes pixels of pictures: every one the same size, in memory that does not grow with them.

Training and serving run this same code, so that a model is asked what it was taught.
"""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from modelyard.domain.errors import UnreadablePicture
from modelyard.domain.pictures import Picture
from modelyard.protocols.extras import import_extra
from modelyard.runtime.pictures.opening import EXTRA, open_upright

Pixels = npt.NDArray[np.uint8]
Cells = Sequence[Picture | None] | npt.NDArray[np.object_]

CHANNELS = 3
# More pixels than this lie in a file without a name, which the system keeps in memory as it can.
_HELD_BYTES = 256 << 20
# Pixels that are decoded at a time for an answer.
_ANSWERED_BYTES = 32 << 20


@dataclass(frozen=True)
class PictureForm:
    """How the pictures of one column come to a model: upright RGB, stretched to one size.

    Attributes:
        column: name.
        height, width: in pixels.
    """

    column: str
    height: int
    width: int

    @property
    def n_bytes(self) -> int:
        """Of one picture."""
        return self.height * self.width * CHANNELS

    def pixels_of(self, picture: Picture) -> Pixels:
        """Return (height, width, 3) uint8.

        Raises:
            UnreadablePicture: if the file is no picture that can be read.
        """
        least = max(self.height, self.width)
        image = open_upright(picture.fetch(), picture.name, least=least).image
        # Pillow's bilinear filter weighs every pixel that a pixel of the result covers.
        filters = import_extra("PIL.Image", extra=EXTRA).Resampling
        return np.asarray(image.resize((self.width, self.height), filters.BILINEAR))

    def fill(self, pictures: Cells) -> Pixels:
        """Return (n, height, width, 3) uint8; where they are many, not in the memory alone.

        Raises:
            UnreadablePicture: at the first row that has no picture, or one that cannot be read.
        """
        shape = (len(pictures), self.height, self.width, CHANNELS)
        held = _room(shape)
        for at, picture in enumerate(pictures):
            held[at] = self._pixels_at(at, picture)
        return held

    def _pixels_at(self, at: int, picture: Picture | None) -> Pixels:
        if picture is None:
            fix = "Give one: its path or its bytes in a table, base64 in a request."
            raise self._refused(at, UnreadablePicture("there is no picture.", fix=fix))
        try:
            return self.pixels_of(picture)
        except UnreadablePicture as error:
            raise self._refused(at, error) from error

    def _refused(self, at: int, error: UnreadablePicture) -> UnreadablePicture:
        told = UnreadablePicture(
            f"Row {at + 1}, column '{self.column}': {error.message}",
            fix=error.fix,
            row=at + 1,
            column=self.column,
            sample=error.sample,
        )
        told.misfits = [at]
        return told

    def to_dict(self) -> dict[str, Any]:
        """Return the form as plain JSON values."""
        return {"column": self.column, "height": self.height, "width": self.width}

    @classmethod
    def from_dict(cls, raw: dict[str, Any]) -> Self:
        """Read what `to_dict` wrote."""
        return cls(str(raw["column"]), int(raw["height"]), int(raw["width"]))


def rows_at_a_time(forms: Sequence[PictureForm], n_rows: int) -> Iterator[slice]:
    """Yield rows that are decoded at a time where nobody needs all of them at once; one at least.

    Args:
        forms: of the columns.
        n_rows: 0 gives one empty part.
    """
    step = max(1, _ANSWERED_BYTES // sum(form.n_bytes for form in forms))
    for start in range(0, max(n_rows, 1), step):
        yield slice(start, min(start + step, n_rows))


def _room(shape: tuple[int, ...]) -> Pixels:
    if np.prod(shape, dtype=np.int64) <= _HELD_BYTES:
        return np.empty(shape, dtype=np.uint8)
    with tempfile.TemporaryFile() as file:
        return np.memmap(file, dtype=np.uint8, mode="w+", shape=shape)
