"""Spreads words over a fixed number of columns by their hash, so that no list of words is kept.

The hash is MurmurHash3 in 32 bits: the same on every machine, in every process and version.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

_MASK = 0xFFFFFFFF
_HALF = 0x80000000


@dataclass(frozen=True)
class HashedWords:
    """(n, k) objects, str or None, to (n, n_buckets) float64: the sums of signs, a sign a word.

    The text `name=word` is hashed, and `name` alone where the word is missing, so that one word
    means something else in each column. Equal to scikit-learn's FeatureHasher for these texts.

    Attributes:
        names: of the k columns.
        n_buckets: columns of the result.

    Source: Weinberger et al.: Feature Hashing for Large Scale Multitask Learning, ICML 26 (2009).
    """

    names: tuple[str, ...]
    n_buckets: int
    kind: ClassVar[str] = "hashed-words"

    def apply(self, block: npt.NDArray[np.object_]) -> npt.NDArray[np.float64]:
        """Return the sums."""
        n_rows = len(block)
        spread = np.zeros(n_rows * self.n_buckets)
        starts = np.arange(n_rows) * self.n_buckets
        for name, column in zip(self.names, block.T.tolist(), strict=True):
            hashed = {word: self._bucket(name, word) for word in set(column)}
            places = np.array([hashed[word][0] for word in column], dtype=np.int64)
            spread[starts + places] += [hashed[word][1] for word in column]
        return spread.reshape(n_rows, self.n_buckets)

    def origins(self, n_inputs: int) -> tuple[tuple[int, ...], ...]:
        """Return for each output the inputs that it is made of."""
        return (tuple(range(n_inputs)),) * self.n_buckets

    def to_params(self) -> dict[str, Any]:
        """Return the parameters as plain JSON values."""
        return {"names": list(self.names), "n_buckets": self.n_buckets}

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> Self:
        """Read what `to_params` wrote."""
        return cls(tuple(params["names"]), int(params["n_buckets"]))

    def _bucket(self, name: str, word: str | None) -> tuple[int, float]:
        text = name if word is None else f"{name}={word}"
        code = murmur3(text.encode("utf-8", "surrogatepass"))
        signed = code - (1 << 32) if code & _HALF else code
        return abs(signed) % self.n_buckets, 1.0 if signed >= 0 else -1.0


def murmur3(content: bytes) -> int:
    """Return the hash of the bytes, 0 to 2**32 - 1, with seed 0.

    Source: Appleby: MurmurHash3_x86_32 (2011), public domain.
    """
    code = 0
    whole = len(content) - len(content) % 4
    for at in range(0, whole, 4):
        code ^= _mixed(int.from_bytes(content[at : at + 4], "little"))
        code = (_rotated(code, 13) * 5 + 0xE6546B64) & _MASK
    code ^= _mixed(int.from_bytes(content[whole:], "little"))
    code ^= len(content)
    code = ((code ^ (code >> 16)) * 0x85EBCA6B) & _MASK
    code = ((code ^ (code >> 13)) * 0xC2B2AE35) & _MASK
    return code ^ (code >> 16)


def _mixed(part: int) -> int:
    return (_rotated((part * 0xCC9E2D51) & _MASK, 15) * 0x1B873593) & _MASK


def _rotated(word: int, n_bits: int) -> int:
    return ((word << n_bits) | (word >> (32 - n_bits))) & _MASK


STEP = HashedWords
