"""Chains of nodes, read back with the onnx package and run with ONNX Runtime."""

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import numpy_helper

from modelyard.packaging.graphs.blocks import in_blocks
from modelyard.packaging.graphs.chains import DOUBLE, FLOAT, Chain, encoded
from modelyard.packaging.graphs.constants import ConstantModel
from modelyard.packaging.graphs.linear import linear
from modelyard.packaging.graphs.scores import softmax, spread, spread_columns, two_columns


def run(model: bytes, X):
    onnx.checker.check_model(onnx.load_from_string(model), full_check=True)
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    return session.run(["scores"], {"features": X})[0]


def test_the_model_says_what_it_takes_and_gives():
    model = onnx.load_from_string(Chain().then("Neg").to_model(n_features=3, n_outputs=3))
    taken, given = model.graph.input[0], model.graph.output[0]
    assert (taken.name, given.name) == ("features", "scores")
    for value in (taken, given):
        assert value.type.tensor_type.elem_type == onnx.TensorProto.DOUBLE
        rows, columns = value.type.tensor_type.shape.dim
        assert (rows.dim_param, columns.dim_value) == ("rows", 3)
    assert {each.domain: each.version for each in model.opset_import} == {"": 18, "ai.onnx.ml": 5}


@pytest.mark.parametrize(
    "array",
    [
        np.array([[0.1, -1e300], [np.inf, 5e-324]]),
        np.array([1.5, -2.0], dtype=np.float32),
        np.array([0, 255], dtype=np.uint8),
        np.array([-(2**63), 2**63 - 1]),
        np.zeros((0, 3)),
    ],
    ids=["float64", "float32", "uint8", "int64", "empty"],
)
def test_a_constant_is_read_back_to_the_last_bit(array):
    model = onnx.load_from_string(Chain().then("Any", array).to_model(n_features=1, n_outputs=1))
    read = numpy_helper.to_array(model.graph.initializer[0])
    assert read.dtype == array.dtype
    assert np.array_equal(read, array)


def test_attributes_are_read_back_by_their_kind():
    chain = Chain().then("Any", one=3, many=np.array([-1, 300]), tensor=np.array([0.5]))
    node = onnx.load_from_string(chain.to_model(n_features=1, n_outputs=1)).graph.node[0]
    one, many, tensor = node.attribute
    assert (one.type, one.i) == (onnx.AttributeProto.INT, 3)
    assert (many.type, list(many.ints)) == (onnx.AttributeProto.INTS, [-1, 300])
    assert tensor.type == onnx.AttributeProto.TENSOR
    assert numpy_helper.to_array(tensor.t).tolist() == [0.5]


def test_each_node_takes_what_the_one_before_made():
    chain = Chain().then("Sub", np.array([[10.0]]), None).then("Neg").then("Cast", to=FLOAT)
    model = chain.then("Cast", to=DOUBLE).to_model(n_features=2, n_outputs=2)
    assert run(model, np.array([[1.0, 2.0]])).tolist() == [[-9.0, -8.0]]


def test_a_linear_graph_gives_the_sums():
    rng = np.random.default_rng(0)
    X, W, b = rng.normal(size=(7, 4)), rng.normal(size=(4, 3)), rng.normal(size=3)
    assert np.allclose(run(linear(W, b).to_model(n_features=4, n_outputs=3), X), X @ W + b)


def test_two_columns_are_the_share_and_its_rest():
    raw = np.array([[-800.0], [-1.5], [0.0], [2.0], [800.0]])
    got = run(two_columns(Chain()).to_model(n_features=1, n_outputs=2), raw)
    assert np.allclose(got[1:4, 1], 1 / (1 + np.exp(-raw[1:4, 0])), rtol=1e-14)
    assert np.array_equal(got[:, 0], 1 - got[:, 1])
    assert got[[0, 4]].tolist() == [[1.0, 0.0], [0.0, 1.0]]


def test_softmax_rows_sum_to_one():
    raw = np.array([[1.0, 2.0, 700.0], [0.0, 0.0, 0.0]])
    got = run(softmax(Chain()).to_model(n_features=3, n_outputs=3), raw)
    assert np.allclose(got.sum(axis=1), 1, rtol=1e-14)
    assert np.allclose(got[1], 1 / 3)


def test_classes_that_were_not_seen_get_zero_in_the_graph_as_in_numpy():
    seen, shares = np.array([0, 3]), np.array([[0.25, 0.75], [1.0, 0.0]])
    chain = spread(Chain().then("Identity"), seen, n_classes=4)
    got = run(chain.to_model(n_features=2, n_outputs=4), shares)
    assert got.tolist() == [[0.25, 0.0, 0.0, 0.75], [1.0, 0.0, 0.0, 0.0]]
    assert np.array_equal(spread_columns(shares, seen, n_classes=4), got)


def test_nothing_is_added_where_every_class_was_seen():
    chain = Chain().then("Identity")
    assert spread(chain, np.array([0, 1]), n_classes=2) is chain


@pytest.mark.parametrize("n_rows", [0, 1, 5])
def test_a_constant_answers_every_row_alike_whatever_it_holds(n_rows):
    model = ConstantModel(np.array([0.1, 0.2, 0.7]), n_features=2, parameters={})
    X = np.full((n_rows, 2), np.nan)
    assert np.array_equal(run(model.to_onnx(), X), model.scores(X))
    assert model.scores(X).shape == (n_rows, 3)


def test_several_nodes_take_one_value_and_it_is_computed_once():
    squares = Chain().then("Mul", Chain())
    chain = squares.then("Sub", Chain()).then("Mul", squares)
    model = chain.to_model(n_features=2, n_outputs=2)
    assert run(model, np.array([[3.0, -2.0]])).tolist() == [[54.0, 24.0]]
    assert [node.op_type for node in onnx.load_from_string(model).graph.node] == [
        "Mul",
        "Sub",
        "Mul",
    ]


def test_an_output_other_than_the_first_can_be_taken():
    places = Chain().then("TopK", np.array([1]), output=1).then("Cast", to=DOUBLE)
    assert run(places.to_model(n_features=3, n_outputs=1), np.array([[1.0, 7.0, 2.0]])) == [[1.0]]


@pytest.mark.parametrize("n_rows", [0, 1, 255, 256, 257, 700])
def test_rows_in_blocks_are_answered_as_all_at_once(n_rows):
    X = np.random.default_rng(0).integers(-9, 9, size=(n_rows, 3)).astype(float)
    body = Chain().then("Mul", Chain()).then("MatMul", np.ones((3, 2)))
    chain = in_blocks(body, n_features=3, n_outputs=2)
    got = run(chain.to_model(n_features=3, n_outputs=2), X)
    assert np.array_equal(got, (X * X) @ np.ones((3, 2)))


def test_an_attribute_may_be_a_word():
    weights, recurrence = np.ones((2, 4, 1), np.float32), np.ones((2, 4, 1), np.float32)
    chain = Chain(taken="steps").then(
        "LSTM", None, weights, recurrence, hidden_size=1, direction="bidirectional"
    )
    (made,), _ = encoded({"states": chain})
    node = onnx.NodeProto.FromString(made)
    told = {each.name: onnx.helper.get_attribute_value(each) for each in node.attribute}
    assert told == {"hidden_size": 1, "direction": b"bidirectional"}
