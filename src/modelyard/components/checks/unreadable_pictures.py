"""Names the files that were taken for pictures and cannot be read."""

from collections.abc import Iterator, Sequence

from modelyard.components.checks._pictures.naming import told
from modelyard.domain.findings import Finding, Severity
from modelyard.domain.pictures import Unread
from modelyard.protocols.checks import CheckCard, CheckInput

_N_SHOWN, _N_ROWS = 5, 10


class UnreadablePictures:
    """Looks for broken, empty, foreign and missing files among pictures."""

    card = CheckCard("unreadable-pictures", "Unreadable pictures", ("unreadable-pictures",))

    def check(self, subject: CheckInput) -> Iterator[Finding]:
        """Report for each column how many files cannot be read, and which come first."""
        for name, album in subject.table.known.albums.items():
            if not album.unread:
                continue
            shown = album.unread[:_N_SHOWN]
            # One of each kind of fault, the first.
            kinds = list({each.fix: each for each in reversed(shown)}.values())[::-1]
            yield Finding(
                code="unreadable-pictures",
                severity=Severity.WARNING,
                message=f"{len(album.unread):,} of {subject.table.n_rows:,} pictures of column "
                f"'{name}' cannot be read: {told([_place(each) for each in album.unread])}. "
                f"Of the first: {' '.join(each.reason for each in kinds)}",
                columns=(name,),
                rows=tuple(each.row for each in album.unread if each.row is not None)[:_N_ROWS],
                sample=tuple(each.name for each in shown),
                fix=" ".join(("They are left out.", *_ways(kinds))),
            )


def _ways(kinds: Sequence[Unread]) -> list[str]:
    """Return what mends each fault, with the picture that has it where there are several."""
    if len(kinds) == 1:
        return [kinds[0].fix]
    return [f"'{each.name}': {each.fix}" for each in kinds if each.fix]


def _place(unread: Unread) -> str:
    row = None if unread.row is None else f"row {unread.row}"
    # Bytes have no other name than their row.
    return unread.name if row in {None, unread.name} else f"{unread.name} ({row})"


COMPONENT = UnreadablePictures()
