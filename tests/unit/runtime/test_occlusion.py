"""Where a model looks is where covering changes its answer."""

import io

import numpy as np
import pytest

from modelyard.domain.columns import ColumnKind, InputColumn
from modelyard.domain.errors import UsageError
from modelyard.domain.pictures import Picture
from modelyard.domain.tasks import Task
from modelyard.packaging.graphs.chains import DOUBLE, Chain, encoded
from modelyard.packaging.graphs.messages import UINT8, Port, model_of
from modelyard.runtime.decisions import Decision
from modelyard.runtime.explaining.occlusion import saliency_of
from modelyard.runtime.pictures.pixels import PictureForm
from modelyard.runtime.predictor import Predictor
from modelyard.runtime.reading import InputReader
from modelyard.runtime.recipes import Recipe
from modelyard.runtime.sessions import Session

Image = pytest.importorskip("PIL.Image")
SIDE = 32


def graph(rows: slice, columns: slice, *, is_label: bool) -> bytes:
    """Return a graph that answers how bright a part of the picture is, from 0 to 1."""
    starts = np.array([rows.start, columns.start], dtype=np.int64)
    stops = np.array([rows.stop, columns.stop], dtype=np.int64)
    part = Chain(taken="pictures_0").then("Slice", None, starts, stops, np.array([1, 2]))
    mean = part.then("Cast", to=DOUBLE).then("Div", np.array(255.0))
    mean = mean.then("ReduceMean", np.array([1, 2, 3]), keepdims=0)
    bright = mean.then("Unsqueeze", np.array([1]))
    dark = bright.then("Neg").then("Add", np.array(1.0))
    scores = dark.then("Concat", None, bright, axis=1) if is_label else bright
    nodes, constants = encoded({"scores": scores})
    ports = Port("pictures_0", UINT8, (SIDE, SIDE, 3)), Port("scores", DOUBLE, 2 if is_label else 1)
    return model_of(nodes, constants, inputs=ports[:1], outputs=ports[1:])


def predictor(rows: slice, columns: slice, task: Task = Task.BINARY) -> Predictor:
    is_label = task is Task.BINARY
    return Predictor(
        Recipe((), ("image",), (), (), (PictureForm("image", SIDE, SIDE),)),
        Session(graph(rows, columns, is_label=is_label), fuses=True),
        reader=InputReader((InputColumn("image", ColumnKind.IMAGE),), ()),
        decision=Decision(task, ("dark", "bright") if is_label else ()),
    )


def picture(left: int, top: int) -> Picture:
    """Return a dark picture with one bright quarter of a quarter."""
    pixels = np.zeros((SIDE, SIDE, 3), dtype=np.uint8)
    pixels[top : top + 8, left : left + 8] = 250
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return Picture.of(stream.getvalue())


@pytest.mark.parametrize(("left", "top"), [(0, 0), (24, 0), (0, 24), (12, 16)])
def test_the_part_that_decides_is_the_hottest(left: int, top: int) -> None:
    here = predictor(slice(top, top + 8), slice(left, left + 8))
    found = saliency_of(here, picture(left, top))
    assert (found.label, found.answer > 0.9) == ("bright", True)
    heat = np.array(found.heat)
    row, column = np.unravel_index(heat.argmax(), heat.shape)
    assert heat.shape == (8, 8)
    assert top <= (row + 0.5) * SIDE / 8 <= top + 8
    assert left <= (column + 0.5) * SIDE / 8 <= left + 8
    assert heat.max() > 0.3


def test_what_speaks_against_another_class_is_below_zero() -> None:
    here = predictor(slice(0, 8), slice(0, 8))
    found = saliency_of(here, picture(0, 0), label="dark")
    assert found.label == "dark"
    assert np.array(found.heat).min() < -0.3


def test_a_picture_that_does_not_matter_leaves_no_heat() -> None:
    here = predictor(slice(0, 8), slice(0, 8))
    plain = io.BytesIO()
    Image.new("RGB", (SIDE, SIDE), (90, 90, 90)).save(plain, "PNG")
    assert np.abs(saliency_of(here, Picture.of(plain.getvalue())).heat).max() < 1e-9


def test_values_are_explained_as_well() -> None:
    here = predictor(slice(8, 16), slice(8, 16), Task.REGRESSION)
    found = saliency_of(here, picture(8, 8))
    assert found.label is None
    assert np.array(found.heat)[2:4, 2:4].min() > 0.1


def test_a_label_that_the_model_does_not_answer_is_refused() -> None:
    with pytest.raises(UsageError, match="no label 'cat'"):
        saliency_of(predictor(slice(0, 8), slice(0, 8)), picture(0, 0), label="cat")


def test_a_model_of_rows_is_refused() -> None:
    here = predictor(slice(0, 8), slice(0, 8))
    here.recipe = Recipe((), ("word",), (), ("word",))
    with pytest.raises(UsageError, match="one picture and nothing else"):
        saliency_of(here, picture(0, 0))
