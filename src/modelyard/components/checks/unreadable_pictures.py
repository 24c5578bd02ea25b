"""Names the files that were taken for pictures and cannot be read."""

from collections.abc import Iterator

from modelyard.domain.findings import Finding, Severity
from modelyard.protocols.checks import CheckCard, CheckInput

_N_SHOWN = 5


class UnreadablePictures:
    """Looks for broken, empty and foreign files among pictures."""

    card = CheckCard("unreadable-pictures", "Unreadable pictures", ("unreadable-pictures",))

    def check(self, subject: CheckInput) -> Iterator[Finding]:
        """Report for each column how many files cannot be read, and which come first."""
        for name, album in subject.table.known.albums.items():
            if not album.unread:
                continue
            first = album.unread[0]
            yield Finding(
                code="unreadable-pictures",
                severity=Severity.WARNING,
                message=f"{len(album.unread):,} of {subject.table.n_rows:,} pictures of column "
                f"'{name}' cannot be read; the first: {first.reason}",
                columns=(name,),
                sample=tuple(each.name for each in album.unread[:_N_SHOWN]),
                fix="They are left out. Write them anew as PNG or JPEG to have them in.",
            )


COMPONENT = UnreadablePictures()
