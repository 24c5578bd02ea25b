"""Where a model fails, in words: weak slices as sentences, the worst rows as a table."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from modelyard.domain.weaknesses import Slice, Weaknesses, WorstRow
from modelyard.kit.numerals import count, number, share
from modelyard.kit.texts import shorten, visible

_MAX_CELL_EM = 16.0


@dataclass(frozen=True)
class WorstRowView:
    """One line of the table of worst rows; `picture` and `saliency` are data URLs."""

    row: str
    truth: str
    answer: str
    sureness: str
    inputs: tuple[str, ...]
    picture: str = ""
    saliency: str = ""


@dataclass(frozen=True)
class WeakView:
    """What the report says of weak spots.

    Attributes:
        sentences: on slices.
        headings: columns whose cells the worst rows show.
    """

    sentences: tuple[str, ...]
    headings: tuple[str, ...]
    worst: tuple[WorstRowView, ...]

    @property
    def has_pictures(self) -> bool:
        """Whether a worst row has one."""
        return any(each.picture for each in self.worst)


def slice_sentences(weaknesses: Weaknesses) -> tuple[str, ...]:
    """Return a sentence for each weak slice; where none was found, one that says so."""
    if not weaknesses.n_looked:
        return ("The rows are too few to look for parts that the model serves worse.",)
    if not weaknesses.slices:
        n_looked = count(weaknesses.n_looked)
        return (f"No part stands out among {n_looked} conditions and pairs of conditions.",)
    return tuple(_sentence(each, weaknesses.loss) for each in weaknesses.slices)


def weak_view(
    weaknesses: Weaknesses | None,
    *,
    thumbnails: Mapping[str, str] = MappingProxyType({}),
    saliency: Mapping[str, str] = MappingProxyType({}),
) -> WeakView | None:
    """Return what the report shows, None where nothing was looked for.

    Args:
        weaknesses: as they were found.
        thumbnails: small copies of pictures, by their names.
        saliency: the same, with where the model looked.
    """
    if weaknesses is None:
        return None
    headings = tuple(weaknesses.worst[0].inputs) if weaknesses.worst else ()
    worst = _worst_rows(weaknesses, thumbnails, saliency)
    return WeakView(slice_sentences(weaknesses), headings, worst)


def _worst_rows(
    weaknesses: Weaknesses, thumbnails: Mapping[str, str], saliency: Mapping[str, str]
) -> tuple[WorstRowView, ...]:
    return tuple(
        WorstRowView(
            row=count(each.row),
            truth=_cell(each.truth),
            answer=_cell(each.answer),
            sureness="" if each.sureness is None else f"{share(each.sureness, 1)} sure",
            inputs=tuple(_cell(cell) for cell in each.inputs.values()),
            picture=_first_of(thumbnails, each),
            saliency=_first_of(saliency, each),
        )
        for each in weaknesses.worst
    )


def _first_of(pictures: Mapping[str, str], row: WorstRow) -> str:
    return next((pictures[name] for name in row.inputs.values() if name in pictures), "")


def _sentence(each: Slice, loss: str) -> str:
    where = " and ".join(each.where)
    n_rows = count(each.n_rows)
    if each.wrong is None or each.rest_wrong is None:
        return (
            f"Where {where}: {loss} {number(each.loss)} on average (n = {n_rows}) against "
            f"{number(each.rest)} elsewhere."
        )
    said = (
        f"Where {where}: {share(each.wrong, 1)} wrong (n = {n_rows}) against "
        f"{share(each.rest_wrong, 1)} elsewhere"
    )
    if each.loss != each.wrong:
        said += f"; {loss} {number(each.loss)} against {number(each.rest)}"
    return f"{said}."


def _cell(text: str) -> str:
    return shorten(visible(text), _MAX_CELL_EM)
