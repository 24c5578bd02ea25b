"""Says where a model looks in a picture: what it answers when parts of the picture are covered.

Source: Zeiler, Fergus: Visualizing and Understanding Convolutional Networks (2014), section 4.2. It
needs nothing but answers, so that a network of 8 bits is explained as any other.
"""

import numpy as np
import numpy.typing as npt

from modelyard.domain.errors import UsageError
from modelyard.domain.explanations import Saliency
from modelyard.domain.pictures import Picture
from modelyard.domain.tasks import Label
from modelyard.runtime.decisions import decide_codes
from modelyard.runtime.pictures.pixels import PictureForm, Pixels
from modelyard.runtime.predictor import Predictor

# Cells of the grid along a side, of which a cover takes two by two; a cell has a few pixels.
_CELLS, _COVERED, _LEAST_PIXELS = 8, 2, 2
# Covered pictures that are answered at a time.
_ROWS_AT_ONCE = 16

FloatArray = npt.NDArray[np.float64]


def saliency_of(predictor: Predictor, picture: Picture, *, label: Label | None = None) -> Saliency:
    """Return what each part of a picture moves the answer by.

    Args:
        predictor: of a model that takes one picture and nothing else.
        picture: to look at.
        label: class whose probability is explained; None for the one that is answered.

    Raises:
        UsageError: if the model takes something else, or has no such label.
        UnreadablePicture: if the picture cannot be read.
    """
    form = form_of(predictor)
    pixels = form.pixels_of(picture)
    scores = _scores(predictor, pixels[None])
    code = _code(predictor, scores, label)
    edges = [_edges(side) for side in pixels.shape[:2]]
    places = [(row, column) for row in _starts(edges[0]) for column in _starts(edges[1])]
    covered = np.repeat(pixels[None], len(places), axis=0)
    # A cover of the picture's own mean is the least of a shape by itself.
    plain = np.rint(pixels.mean(axis=(0, 1))).astype(np.uint8)
    for each, (row, column) in zip(covered, places, strict=True):
        bottom, right = (
            edge[min(at + _COVERED, len(edge) - 1)]
            for at, edge in zip((row, column), edges, strict=True)
        )
        each[edges[0][row] : bottom, edges[1][column] : right] = plain
    moved = scores[0, code] - _scores(predictor, covered)[:, code]
    heat = np.zeros((len(edges[0]) - 1, len(edges[1]) - 1))
    counts = np.zeros_like(heat)
    for (row, column), amount in zip(places, moved.tolist(), strict=True):
        part = np.s_[row : row + _COVERED, column : column + _COVERED]
        heat[part] += amount
        counts[part] += 1
    labels = predictor.decision.labels
    return Saliency(
        label=labels[code] if labels else None,
        answer=float(scores[0, code]),
        heat=tuple(map(tuple, (heat / counts).tolist())),
        n_asked=1 + len(places),
    )


def form_of(predictor: Predictor) -> PictureForm:
    """Return how the one picture that a model takes comes to it.

    Raises:
        UsageError: if the model takes something else.
    """
    recipe = predictor.recipe
    if len(recipe.pictures) != 1 or recipe.features:
        raise UsageError(
            "Where a model looks is told of models that take one picture and nothing else.",
            fix="Ask what each column moves its answer by.",
        )
    return recipe.pictures[0]


def _scores(predictor: Predictor, pixels: Pixels) -> FloatArray:
    asked = [
        predictor.session.scores(np.empty((len(part), 0)), (part,))
        for part in (pixels[at : at + _ROWS_AT_ONCE] for at in range(0, len(pixels), _ROWS_AT_ONCE))
    ]
    return predictor.decision.calibrated(np.concatenate(asked))


def _code(predictor: Predictor, scores: FloatArray, label: Label | None) -> int:
    decision = predictor.decision
    if not decision.labels:
        return 0
    if label is None:
        return int(decide_codes(scores, decision.rule)[0])
    known = [str(each) for each in decision.labels]
    if str(label) not in known:
        raise UsageError(
            f"The model answers no label '{label}'.", fix=f"It answers: {', '.join(known)}."
        )
    return known.index(str(label))


def _edges(side: int) -> list[int]:
    """Return where the cells along a side begin, and where the last one ends."""
    n_cells = max(1, min(_CELLS, side // _LEAST_PIXELS))
    return [round(at * side / n_cells) for at in range(n_cells + 1)]


def _starts(edges: list[int]) -> range:
    """Return the cells at which covers begin; each cell is under one at least."""
    return range(max(1, len(edges) - _COVERED))
