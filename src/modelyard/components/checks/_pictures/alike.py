"""Pairs of pictures that hardly differ, by their fingerprints."""

from collections import defaultdict
from collections.abc import Mapping

from modelyard.domain.pictures import Look

# Of 64 bits. Those who search whole archives by this hash take 10 for another version of one
# picture; closer pictures are hardly ever two. Source: Krawetz: Kind of Like That (2013).
_MOST_BITS = 3
# Bits of a part of a fingerprint: of four parts, one is equal where three bits differ.
_PART_BITS = 16
# A plain ground has no neighbours that differ, and equals every other in its fingerprint.
_FEWEST_SET = 8
# Pictures that share a part of their fingerprint; more of them tell of plain grounds alone.
_MOST_ALIKE = 200


def pairs_alike(looks: Mapping[str, Look]) -> dict[str, str]:
    """Return the cells of pictures that nearly equal an earlier one, each with that one's cell.

    Args:
        looks: what was seen of each picture, by its cell.
    """
    seen: dict[tuple[int, int], list[str]] = defaultdict(list)
    pairs: dict[str, str] = {}
    for cell, look in looks.items():
        bits = look.fingerprint
        if not _FEWEST_SET <= bits.bit_count() <= 64 - _FEWEST_SET:
            continue
        keys = [(at, bits >> at & (1 << _PART_BITS) - 1) for at in range(0, 64, _PART_BITS)]
        near = (each for key in keys for each in seen[key])
        found = next(
            (e for e in near if (looks[e].fingerprint ^ bits).bit_count() <= _MOST_BITS), None
        )
        if found is not None:
            pairs[cell] = found
        for key in keys:
            if len(seen[key]) < _MOST_ALIKE:
                seen[key].append(cell)
    return pairs
