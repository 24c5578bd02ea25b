"""Finds pictures that hardly differ and have different labels: one of two is wrong, most likely."""

from collections import defaultdict
from collections.abc import Iterator

from modelyard.components.checks._pictures.alike import pairs_alike
from modelyard.domain.findings import Finding, Severity
from modelyard.domain.pictures import Album
from modelyard.kit.numerals import counted
from modelyard.protocols.checks import CheckCard, CheckInput

_N_SHOWN, _N_ROWS_SHOWN = 5, 10

# A picture by its cell: the labels that it has, and its rows from 1.
_Labels = dict[str, dict[str, list[int]]]


class MislabelledPictures:
    """Compares the labels of pictures whose fingerprints are alike."""

    card = CheckCard("mislabelled-pictures", "Mislabelled pictures", ("mislabelled-pictures",))

    def check(self, subject: CheckInput) -> Iterator[Finding]:
        """Report for each column how many pairs of pictures contradict each other."""
        if subject.target is None or subject.task is None or not subject.task.is_classification:
            return
        for name, album in subject.table.known.albums.items():
            if name not in subject.features:
                continue
            labels = _labels(subject, name)
            pairs = [
                (one, two)
                for one, two in pairs_alike(album.looks).items()
                if labels[one] and labels[two] and not set(labels[one]) & set(labels[two])
            ]
            if pairs:
                yield _told(name, album, pairs, labels)


def _labels(subject: CheckInput, name: str) -> _Labels:
    frame = subject.table.frame
    found: _Labels = defaultdict(lambda: defaultdict(list))
    cells = zip(frame[name].to_list(), frame[str(subject.target)].to_list(), strict=True)
    for row, (cell, label) in enumerate(cells, start=1):
        if cell is not None and label is not None:
            found[cell][str(label)].append(row)
    return found


def _told(name: str, album: Album, pairs: list[tuple[str, str]], labels: _Labels) -> Finding:
    def named(cell: str) -> str:
        return f"{album.looks[cell].name} ({', '.join(labels[cell])})"

    cells = dict.fromkeys(cell for pair in pairs for cell in pair)
    rows = sorted({row for cell in cells for each in labels[cell].values() for row in each})
    shown = pairs[:_N_SHOWN]
    return Finding(
        code="mislabelled-pictures",
        severity=Severity.WARNING,
        message=f"Column '{name}' holds {counted(len(pairs), 'pair')} of pictures that hardly "
        "differ and have different labels: one of two is wrong, most likely.",
        columns=(name,),
        rows=tuple(rows[:_N_ROWS_SHOWN]),
        sample=tuple(f"{named(one)} and {named(two)}" for one, two in shown),
        fix="Look at both, and correct the label at the source.",
        fixes=("drop-rows",),
        all_rows=tuple(rows),
        pictures=tuple(album.looks[cell].name for pair in shown for cell in pair),
    )


COMPONENT = MislabelledPictures()
