"""Members' graphs become one that answers as they would one after another."""

import numpy as np
import onnx
import onnxruntime
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import TensorProto, helper

from modelyard.kit.protobuf.decoding import fields_of
from modelyard.packaging.graphs.chains import Chain
from modelyard.packaging.graphs.constants import ConstantModel
from modelyard.packaging.graphs.linear import linear
from modelyard.packaging.graphs.merging import GraphPart, merge
from modelyard.packaging.graphs.scores import softmax

RNG = np.random.default_rng(5)
X = RNG.normal(size=(7, 4))


def run(model, features):
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    return session.run(["scores"], {"features": features})[0]


def weighing(n_columns, seed):
    coefficients = np.random.default_rng(seed).normal(size=(n_columns, 3))
    return softmax(linear(coefficients, np.zeros(3))).to_model(n_features=n_columns, n_outputs=3)


def averaging(n_members, n_outputs):
    weights = np.tile(np.eye(n_outputs), (n_members, 1)) / n_members
    chain = Chain().then("MatMul", None, weights)
    return chain.to_model(n_features=n_members * n_outputs, n_outputs=n_outputs)


def written(nodes, *, inputs=("features",), **given):
    """Return a model as another library might write it."""
    taken = [helper.make_tensor_value_info(n, TensorProto.DOUBLE, ["rows", 2]) for n in inputs]
    made = [helper.make_tensor_value_info("scores", TensorProto.DOUBLE, ["rows", 2])]
    opset = given.pop("opset", 18)
    graph = helper.make_graph(nodes, "graph", taken, made, **given)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("ai.onnx", opset)])
    model.ir_version = 10
    return model.SerializeToString()


def part(model, *columns):
    return GraphPart(model, np.array(columns, dtype=np.int64))


def test_members_read_their_own_columns_and_the_combiner_reads_their_scores():
    parts = [part(weighing(2, 1), 3, 0), part(weighing(3, 2), 0, 1, 2)]

    merged = merge(parts, averaging(2, 3), n_features=4, n_outputs=3)

    onnx.checker.check_model(onnx.load_from_string(merged), full_check=True)
    expected = (run(parts[0].model, X[:, [3, 0]]) + run(parts[1].model, X[:, :3])) / 2
    np.testing.assert_allclose(run(merged, X), expected, rtol=0, atol=1e-15)


def test_one_model_may_be_a_member_twice():
    member = weighing(4, 3)
    parts = [part(member, 0, 1, 2, 3), part(member, 3, 2, 1, 0)]

    merged = merge(parts, averaging(2, 3), n_features=4, n_outputs=3)

    onnx.checker.check_model(onnx.load_from_string(merged), full_check=True)
    expected = (run(member, X) + run(member, X[:, ::-1].copy())) / 2
    np.testing.assert_allclose(run(merged, X), expected, rtol=0, atol=1e-15)


def test_a_member_that_counts_rows_alone_takes_part():
    parts = [
        part(ConstantModel(np.array([0.5, 0.3, 0.2]), 2, {}).to_onnx(), 1, 2),
        part(weighing(1, 4), 0),
    ]

    merged = merge(parts, averaging(2, 3), n_features=4, n_outputs=3)

    expected = (np.array([0.5, 0.3, 0.2]) + run(parts[1].model, X[:, :1])) / 2
    np.testing.assert_allclose(run(merged, X), expected, rtol=0, atol=1e-15)


def test_a_graph_of_another_library_with_an_input_left_out_takes_part():
    clip = [
        helper.make_node("Constant", [], ["most"], value_float=0.25),
        helper.make_node("CastLike", ["most", "features"], ["limit"]),
        helper.make_node("Clip", ["features", "", "limit"], ["scores"], name="features"),
    ]

    merged = merge([part(written(clip), 2, 1)], averaging(1, 2), n_features=4, n_outputs=2)

    onnx.checker.check_model(onnx.load_from_string(merged), full_check=True)
    np.testing.assert_array_equal(run(merged, X), np.minimum(X[:, [2, 1]], 0.25))


def conditional():
    """Return a model whose node holds graphs that take `features` from around them."""
    branches = [
        helper.make_graph(
            [helper.make_node(op, ["features"], [op])],
            op,
            [],
            [helper.make_tensor_value_info(op, TensorProto.DOUBLE, ["rows", 2])],
        )
        for op in ("Neg", "Abs")
    ]
    yes = helper.make_tensor("yes", TensorProto.BOOL, [], [1])
    names = dict(zip(("then_branch", "else_branch"), branches, strict=True))
    return written([helper.make_node("If", ["yes"], ["scores"], **names)], initializer=[yes])


def test_a_graph_within_a_node_takes_part():
    parts = [part(conditional(), 2, 1), part(conditional(), 0, 3)]

    merged = merge(parts, averaging(2, 2), n_features=4, n_outputs=2)

    onnx.checker.check_model(onnx.load_from_string(merged), full_check=True)
    expected = -(X[:, [2, 1]] + X[:, [0, 3]]) / 2
    np.testing.assert_allclose(run(merged, X), expected, rtol=0, atol=1e-15)


IDENTITY = helper.make_node("Identity", ["features"], ["scores"])
REFUSED = {
    "takes .*'others'": written(
        [helper.make_node("Add", ["features", "others"], ["scores"])], inputs=("features", "others")
    ),
    "versions 18 and 17 of the operators 'ai.onnx'": written([IDENTITY], opset=17),
    "ends within": written([IDENTITY])[:-1],
}


@pytest.mark.parametrize("says", REFUSED)
def test_a_graph_that_cannot_be_joined_is_refused_with_the_reason(says):
    parts = [part(weighing(2, 0), 0, 1), part(REFUSED[says], 0, 1)]
    with pytest.raises(ValueError, match=says):
        merge(parts, averaging(2, 2), n_features=4, n_outputs=2)


def test_what_is_read_is_written_back_as_it_was():
    model = written([helper.make_node("LeakyRelu", ["features"], ["scores"], alpha=0.5)])
    assert b"".join(each.encoded() for each in fields_of(model)) == model
    parsed = onnx.load_from_string(model)
    attribute = parsed.graph.node[0].attribute[0].SerializeToString()
    assert b"".join(each.encoded() for each in fields_of(attribute)) == attribute


@given(st.binary(max_size=60))
def test_bytes_are_read_as_they_are_or_refused(content):
    try:
        found = list(fields_of(content))
    except ValueError:
        return
    again = b"".join(each.encoded() for each in found)
    assert list(fields_of(again)) == found
