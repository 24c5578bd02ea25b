"""Measures a text without reading it: how long it is, and what its characters are."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

# What is measured, in the order of the columns.
MEASURES = ("characters", "words", "capitals", "digits", "marks")

# A sign for each kind of character. A blank is what Unicode's White_Space names.
_BLANK, _CAPITAL, _DIGIT, _LETTER, _MARK = " ", "C", "D", "L", "M"
_SHARES = MappingProxyType({"capitals": _CAPITAL, "digits": _DIGIT, "marks": _MARK})
_BLANKS = frozenset("\t\n\v\f\r\x85")
_SIGNS = MappingProxyType({"Lu": _CAPITAL, "Nd": _DIGIT, "Zs": _BLANK, "Zl": _BLANK, "Zp": _BLANK})
_LETTERS = frozenset("LN")

# Characters whose sign is remembered: more than a language uses, less than a stranger could send.
_REMEMBERED = 10_000


@dataclass(frozen=True)
class TextShape:
    """(n, k) objects, str or None, to (n, k * measures) float64; the measures of one text together.

    `characters` are its Unicode code points and `words` what stands between its blanks; `capitals`,
    `digits` and `marks` are shares of the characters, where a mark is neither letter, nor number,
    nor blank. All are 0 of a text that is empty or missing.

    Source: AutoGluon, TextSpecialFeatureGenerator; Unicode Standard Annex 44, General_Category.
    """

    measures: tuple[str, ...] = MEASURES
    kind: ClassVar[str] = "text-shape"

    def apply(self, block: npt.NDArray[np.object_]) -> npt.NDArray[np.float64]:
        """Return the measures."""
        signs, wanted = self._signs, self.measures
        found = [
            value
            for text in block.ravel().tolist()
            for value in _measured((text or "").translate(signs), wanted)
        ]
        n_rows, n_columns = block.shape
        return np.array(found, dtype=np.float64).reshape(n_rows, n_columns * len(wanted))

    def origins(self, n_inputs: int) -> tuple[tuple[int, ...], ...]:
        """Return for each output the inputs that it is made of."""
        return tuple((at,) for at in range(n_inputs) for _ in self.measures)

    def to_params(self) -> dict[str, Any]:
        """Return the parameters as plain JSON values."""
        return {"measures": list(self.measures)}

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> Self:
        """Read what `to_params` wrote."""
        return cls(tuple(params["measures"]))

    @cached_property
    def _signs(self) -> "_Signs":
        return _Signs()


def _measured(signs: str, measures: tuple[str, ...]) -> list[float]:
    """Return the measures of a text of which the signs of its characters are left."""
    length = len(signs)
    counts = {"characters": length, "words": len(signs.split())}
    return [
        counts[measure] if measure in counts else signs.count(_SHARES[measure]) / max(length, 1)
        for measure in measures
    ]


class _Signs(dict[int, str]):
    """Code point to the sign of its kind, looked up when it first comes."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        category = unicodedata.category(character)
        other = _LETTER if category[0] in _LETTERS else _MARK
        sign = _BLANK if character in _BLANKS else _SIGNS.get(category, other)
        if len(self) < _REMEMBERED:
            self[code] = sign
        return sign


STEP = TextShape
