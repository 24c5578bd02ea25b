"""Finds pictures that hardly differ: scaled, compressed anew, or taken a moment later."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from modelyard.domain.findings import Finding, Severity
from modelyard.domain.pictures import Look
from modelyard.protocols.checks import CheckCard, CheckInput

# Of 64 bits. Those who search whole archives by this hash take 10 for another version of one
# picture; closer pictures are hardly ever two. Source: Krawetz: Kind of Like That (2013).
_MOST_BITS = 3
# Bits of a part of a fingerprint: of four parts, one is equal where three bits differ.
_PART_BITS = 16
# A plain ground has no neighbours that differ, and equals every other in its fingerprint.
_FEWEST_SET = 8
_N_SHOWN = 5
# Pictures that share a part of their fingerprint; more of them tell of plain grounds alone.
_MOST_ALIKE = 200


class NearDuplicatePictures:
    """Compares fingerprints."""

    card = CheckCard(
        "near-duplicate-pictures", "Near duplicates of pictures", ("near-duplicate-pictures",)
    )

    def check(self, subject: CheckInput) -> Iterator[Finding]:
        """Report for each column how many pictures nearly equal an earlier one."""
        for name, album in subject.table.known.albums.items():
            pairs = _pairs(album.looks)
            if not pairs:
                continue
            shown = [f"{one} and {two}" for one, two in list(pairs.items())[:_N_SHOWN]]
            yield Finding(
                code="near-duplicate-pictures",
                severity=Severity.INFO,
                message=f"{len(pairs):,} pictures of column '{name}' hardly differ from another; "
                "they may stand on both sides of the split.",
                columns=(name,),
                sample=tuple(shown),
                fix="Name what belongs together in a table with a group column, or leave them out "
                "if they are one picture.",
            )


def _pairs(looks: Mapping[str, Look]) -> dict[str, str]:
    """Return pictures that nearly equal an earlier one, by name, with that one."""
    seen: dict[tuple[int, int], list[Look]] = defaultdict(list)
    pairs: dict[str, str] = {}
    for look in looks.values():
        bits = look.fingerprint
        if not _FEWEST_SET <= bits.bit_count() <= 64 - _FEWEST_SET:
            continue
        keys = [(at, bits >> at & (1 << _PART_BITS) - 1) for at in range(0, 64, _PART_BITS)]
        near = (each for key in keys for each in seen[key])
        found = next((e for e in near if (e.fingerprint ^ bits).bit_count() <= _MOST_BITS), None)
        if found is not None:
            pairs[look.name] = found.name
        for key in keys:
            if len(seen[key]) < _MOST_ALIKE:
                seen[key].append(look)
    return pairs


COMPONENT = NearDuplicatePictures()
