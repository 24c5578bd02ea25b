"""Finds pictures that hardly differ: scaled, compressed anew, or taken a moment later."""

from collections.abc import Iterator

from modelyard.components.checks._pictures.alike import pairs_alike
from modelyard.domain.findings import Finding, Severity
from modelyard.kit.numerals import counted
from modelyard.protocols.checks import CheckCard, CheckInput

_N_SHOWN = 5


class NearDuplicatePictures:
    """Compares fingerprints."""

    card = CheckCard(
        "near-duplicate-pictures", "Near duplicates of pictures", ("near-duplicate-pictures",)
    )

    def check(self, subject: CheckInput) -> Iterator[Finding]:
        """Report for each column how many pictures nearly equal an earlier one."""
        for name, album in subject.table.known.albums.items():
            pairs = pairs_alike(album.looks)
            if not pairs:
                continue
            shown = [
                (album.looks[one].name, album.looks[two].name)
                for one, two in list(pairs.items())[:_N_SHOWN]
            ]
            yield Finding(
                code="near-duplicate-pictures",
                severity=Severity.INFO,
                message=f"Column '{name}' holds {counted(len(pairs), 'pair')} of pictures that "
                "hardly differ; they may stand on both sides of the split.",
                columns=(name,),
                sample=tuple(f"{one} and {two}" for one, two in shown),
                fix="Name what belongs together in a table with a group column, or leave them out "
                "if they are one picture.",
                pictures=tuple(each for pair in shown for each in pair),
            )


COMPONENT = NearDuplicatePictures()
