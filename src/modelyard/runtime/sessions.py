"""Runs a package's graph in one thread, so that a row has the same sums on every machine."""

import os
from collections.abc import Mapping, Sequence
from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.domain.errors import UnsupportedPackage
from modelyard.runtime.batches import BatchForm
from modelyard.runtime.tree_masks import TreeMasks

# Rows that are answered together where there are many: what lies between the nodes of a graph then
# stays in a core's own cache. Of 64 to 5,400 tried, a network of 128 units took least with these.
_PART_ROWS = 256


class Session:
    """A graph that is ready to answer; safe to share between threads, which answer side by side.

    Attributes:
        content: the graph's bytes.
    """

    def __init__(self, content: bytes, *, fuses: bool = False) -> None:
        self.content = content
        self._session = open_graph(content, fuses=fuses)
        # Named here, since the library looks the names up anew in each call without them.
        self._outputs = [self._session.get_outputs()[0].name]
        self._takes_features = any(each.name == "features" for each in self._session.get_inputs())
        self._many: tuple[Mapping[str, TreeMasks], Any] | None = None
        self._making = Lock()

    def scores(
        self, features: npt.NDArray[np.float64], pictures: Sequence[npt.NDArray[np.uint8]] = ()
    ) -> npt.NDArray[np.float64]:
        """Return (n, m) scores of (n, k) features that a recipe made, and of pictures beside them.

        Args:
            features: taken where the graph takes any.
            pictures: (n, height, width, 3) of each column of pictures.
        """
        taken: dict[str, npt.NDArray[Any]]
        taken = {f"pictures_{at}": pixels for at, pixels in enumerate(pictures)}
        if self._takes_features:
            taken["features"] = features
        if len(features) <= _PART_ROWS or pictures or not self._takes_features:
            return self._run(self._session, taken)
        trees, session = self._for_many()
        taken |= {name: masks.sums(features) for name, masks in trees.items()}
        parts = [slice(at, at + _PART_ROWS) for at in range(0, len(features), _PART_ROWS)]
        return np.concatenate(
            [
                self._run(session, {name: each[part] for name, each in taken.items()})
                for part in parts
            ]
        )

    def _run(self, session: Any, taken: dict[str, npt.NDArray[Any]]) -> npt.NDArray[np.float64]:
        scores: npt.NDArray[np.float64] = session.run(self._outputs, taken)[0]
        return scores

    def _for_many(self) -> tuple[Mapping[str, TreeMasks], Any]:
        """Return what answers many rows: trees in another form, and the session of the rest.

        It is made once, in some hundredths of a second, and adds up the same numbers in the same
        order: an answer does not depend on how many rows there are.
        """
        with self._making:
            if self._many is None:
                form = BatchForm.of(self.content)
                known = ({}, self._session) if form is None else (form.trees, open_graph(form.rest))
                self._many = known
        return self._many


def open_graph(content: bytes, *, fuses: bool = False) -> Any:
    """Return the session of a graph, whatever it takes and gives.

    Args:
        content: the graph's bytes.
        fuses: whether neighbouring operators may become one, and values lie in memory as the
            processor likes them. Convolutions take two thirds of the time then, and those of
            8 bits a fifth (`benchmarks/pictures.py latency`); graphs of doubles lose digits.

    Raises:
        UnsupportedPackage: if it cannot be loaded.
    """
    # Before the library is loaded: from 1.29 on it would write an id of this machine into the home,
    # and tell its makers of every graph. Source: microsoft/onnxruntime, pull requests 27379, 29843.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime
    from onnxruntime.capi import onnxruntime_pybind11_state as failures

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # The extended level fuses constants into a MatMul and rounds them to float32 on the way.
    levels = onnxruntime.GraphOptimizationLevel
    options.graph_optimization_level = levels.ORT_ENABLE_ALL if fuses else levels.ORT_ENABLE_BASIC
    try:
        return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except (
        failures.Fail,
        failures.InvalidArgument,
        failures.InvalidGraph,
        failures.InvalidProtobuf,
        failures.NotImplemented,
    ) as error:
        raise UnsupportedPackage(f"The package's model cannot be loaded: {error}.") from error
