"""A graph that was rounded to 8 bits answers nearly as before, whatever convolutions do in it."""

from collections.abc import Callable

import numpy as np
import pytest

from modelyard.packaging.graphs.chains import Chain, encoded, in_order
from modelyard.packaging.graphs.messages import FLOAT, UINT8, Port, model_of
from modelyard.packaging.graphs.quantising import Grid, quantised
from modelyard.runtime.sessions import open_graph

SIDE, N_OUT = 12, 5
PIXELS = np.random.default_rng(5).integers(0, 256, (24, SIDE, SIDE, 3), dtype=np.uint8)
PORT = Port("pictures_0", UINT8, (SIDE, SIDE, 3))
Shape = Callable[[Chain], Chain]


def _ints(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int64)


def _floats(*shape: int, spread: float = 1.0) -> np.ndarray:
    """Return numbers that are the same whichever tests were run before."""
    return np.random.default_rng(shape).normal(scale=spread, size=shape).astype(np.float32)


def convolved(value: Chain, n_in: int, n_out: int, **more: int) -> Chain:
    weights = _floats(n_out, n_in // more.get("group", 1), 3, 3, spread=0.3)
    return value.then("Conv", weights, _floats(n_out), pads=_ints(1, 1, 1, 1), **more)


def started() -> Chain:
    floats = Chain(taken="pictures_0").then("Cast", to=FLOAT)
    moved = floats.then("Transpose", perm=_ints(0, 3, 1, 2))
    return moved.then("Mul", np.float32([0.02])).then("Add", np.float32([-2.5]))


def ended(value: Chain, n_in: int) -> Chain:
    return (
        value.then("GlobalAveragePool").then("Flatten", axis=1).then("Gemm", _floats(n_in, N_OUT))
    )


def plain(value: Chain) -> Chain:
    return convolved(convolved(value, 3, 8).then("Relu"), 8, 8).then("Relu")


def pooled(value: Chain) -> Chain:
    half = convolved(value, 3, 8).then("Relu")
    half = half.then("MaxPool", kernel_shape=_ints(2, 2), strides=_ints(2, 2))
    return convolved(half, 8, 8).then("Relu")


def added(value: Chain) -> Chain:
    first = convolved(value, 3, 8).then("Relu")
    return convolved(first, 8, 8).then("Add", first).then("Relu")


def gated(value: Chain) -> Chain:
    """Return an inverted bottleneck: each channel by itself, and scaled by what the field holds."""
    wide = convolved(value, 3, 8)
    wide = wide.then("Mul", wide.then("Sigmoid"))
    own = convolved(wide, 8, 8, group=8)
    gate = own.then("GlobalAveragePool").then("Conv", _floats(8, 8, 1, 1), _floats(8))
    return convolved(own.then("Mul", gate.then("Sigmoid")), 8, 8)


SHAPES = (plain, pooled, added, gated)


def scores(answers: Chain) -> np.ndarray:
    nodes, constants = encoded({"scores": answers})
    content = model_of(nodes, constants, inputs=(PORT,), outputs=(Port("scores", FLOAT, N_OUT),))
    return open_graph(content, fuses=True).run(None, {"pictures_0": PIXELS})[0]


def rounded(answers: Chain) -> Chain:
    rows = [{"pictures_0": PIXELS[at : at + 8]} for at in range(0, len(PIXELS), 8)]
    return quantised(answers, inputs=(PORT,), rows=rows)


@pytest.mark.parametrize("shape", SHAPES, ids=lambda each: each.__name__)
def test_rounded_graph_answers_nearly_as_before(shape: Shape) -> None:
    answers = ended(shape(started()), 8)
    before, after = scores(answers), scores(rounded(answers))
    assert (before != after).any()
    assert np.abs(after - before).max() < 0.1 * before.std()


@pytest.mark.parametrize("shape", SHAPES, ids=lambda each: each.__name__)
def test_every_convolution_works_on_integers_and_the_last_layer_on_floats(shape: Shape) -> None:
    links = in_order([rounded(ended(shape(started()), 8))])
    for link in links:
        if link.op == "Conv":
            assert {each.link.op for each in link.inputs} == {"DequantizeLinear"}
            whole = link.inputs[1].link.inputs[0]
            assert (whole.dtype, np.abs(whole).max()) == (np.int8, 64)
    (last,) = [link for link in links if link.op == "Gemm"]
    assert last.inputs[1].dtype == np.float32


def test_a_sum_is_rounded_behind_its_bend_alone() -> None:
    links = in_order([rounded(ended(added(started()), 8))])
    (bend,) = [link for link in links if link.op == "Relu" and link.inputs[0].link.op == "Add"]
    assert bend.inputs[0].link.op == "Add"


def test_a_graph_without_convolutions_stays_as_it_is() -> None:
    answers = started().then("Flatten", axis=1).then("Gemm", _floats(SIDE * SIDE * 3, N_OUT))
    assert (scores(rounded(answers)) == scores(answers)).all()


@pytest.mark.parametrize("span", [(0.0, 6.0), (-1.0, 3.0), (2.0, 5.0), (-4.0, -1.0), (0.0, 0.0)])
def test_a_grid_holds_zero_exactly_and_its_range_nearly(span: tuple[float, float]) -> None:
    grid = Grid.over(span)
    assert 0 <= grid.zero <= 255
    low, high = (float(grid.scale) * (end - int(grid.zero)) for end in (0, 255))
    reach = max(span[1], 0.0) - min(span[0], 0.0)
    assert low <= min(span[0], 0.0) + reach / 255
    assert high >= max(span[1], 0.0) - reach / 255
