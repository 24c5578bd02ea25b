"""Predicts with an opened package: reader, recipe, one ONNX session, decision."""

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from modelyard.domain.columns import ColumnKind, InputColumn
from modelyard.domain.errors import UnsupportedPackage
from modelyard.domain.manifests import Manifest
from modelyard.domain.predictions import Flag, FlagKind, Predictions, RowPrediction
from modelyard.runtime.blocks import Blocks
from modelyard.runtime.decisions import Decision
from modelyard.runtime.demands import Demands
from modelyard.runtime.packages import MODEL, RECIPE, Package, read_recipe
from modelyard.runtime.reading import InputReader
from modelyard.runtime.recipes import Recipe

# Rows that go through recipe and model at a time, so that memory stays flat on large batches.
_CHUNK_ROWS = 65_536


class Predictor:
    """Answers for rows; safe to share between threads."""

    def __init__(
        self,
        recipe: Recipe,
        model: bytes,
        *,
        reader: InputReader,
        decision: Decision,
        demands: Demands | None = None,
        n_threads: int = 1,
    ) -> None:
        self.recipe = recipe
        self.reader = reader
        self.decision = decision
        self.demands = demands
        self._session = _session(model, n_threads)
        self._seen = {
            column.name: frozenset(column.categories)
            for column in reader.inputs
            if column.kind is ColumnKind.CATEGORY
        }

    @classmethod
    def of(cls, package: Package, *, n_threads: int = 1) -> Self:
        """Return the predictor of a verified package."""
        manifest, schema = package.manifest, package.schema
        demands = None if schema is None else Demands(schema, manifest.inputs)
        return cls.reading(manifest, package.contents, demands=demands, n_threads=n_threads)

    @classmethod
    def reading(
        cls,
        manifest: Manifest,
        contents: Mapping[str, bytes],
        *,
        demands: Demands | None = None,
        n_threads: int = 1,
    ) -> Self:
        """Return the predictor of a package's manifest and files, wherever they are."""
        return cls(
            read_recipe(contents[RECIPE]),
            contents[MODEL],
            reader=InputReader(manifest.inputs, manifest.missing_tokens, decimal=manifest.decimal),
            decision=Decision.of(manifest),
            demands=demands,
            n_threads=n_threads,
        )

    def predict_row(self, row: Mapping[str, Any]) -> RowPrediction:
        """Answer for one row, column name to value.

        Raises:
            SchemaViolation: if a cell breaks the data schema of the training.
        """
        scores = self._run(self.recipe.apply(self._allowed(self.reader.read_row(row))))
        return self.decision.row(scores[0].tolist())

    def predict_rows(self, rows: Sequence[Mapping[str, Any]]) -> Predictions:
        """Answer for many rows."""
        return self.predict_blocks(self._allowed(self.reader.read_rows(rows)))

    def predict_columns(
        self, columns: Mapping[str, Sequence[Any] | npt.NDArray[Any]]
    ) -> Predictions:
        """Answer for whole columns of equal length."""
        return self.predict_blocks(self._allowed(self.reader.read_columns(columns)))

    def predict_blocks(self, blocks: Blocks) -> Predictions:
        """Answer for rows that were read already."""
        return self.decision.rows(self.scores(blocks))

    def scores(self, blocks: Blocks) -> npt.NDArray[np.float64]:
        """Return (n, n_labels) probabilities, or (n, 1) values for regression."""
        if blocks.n_rows <= _CHUNK_ROWS:
            return self._run(self.recipe.apply(blocks))
        starts = range(0, blocks.n_rows, _CHUNK_ROWS)
        parts = [self._run(self.recipe.apply(_rows(blocks, start))) for start in starts]
        return np.concatenate(parts)

    def flags(self, blocks: Blocks) -> tuple[Flag, ...]:
        """Return what deserves a second look: unseen categories and missing values."""
        found = []
        for column in self.reader.inputs:
            found.extend(_flags_of(column, blocks, seen=self._seen.get(column.name)))
        return tuple(found)

    def _allowed(self, blocks: Blocks) -> Blocks:
        if self.demands is not None:
            self.demands.require(blocks)
        return blocks

    def _run(self, features: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        scores: npt.NDArray[np.float64] = self._session.run(None, {"features": features})[0]
        return scores


def _session(model: bytes, n_threads: int) -> Any:
    import onnxruntime
    from onnxruntime.capi import onnxruntime_pybind11_state as failures

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = n_threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # The extended level fuses constants into a MatMul and rounds them to float32 on the way.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    # Spinning threads burn a core between requests and gain nothing at one thread.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    except (failures.Fail, failures.InvalidGraph, failures.InvalidProtobuf) as error:
        raise UnsupportedPackage(f"The package's model cannot be loaded: {error}.") from error


def _rows(blocks: Blocks, start: int) -> Blocks:
    part = slice(start, start + _CHUNK_ROWS)
    return Blocks(
        blocks.number_names, blocks.string_names, blocks.numbers[part], blocks.strings[part]
    )


def _flags_of(column: InputColumn, blocks: Blocks, *, seen: frozenset[str] | None) -> list[Flag]:
    if column.kind.is_number:
        values: npt.NDArray[Any] = blocks.numbers[:, blocks.number_names.index(column.name)]
        missing = np.isnan(values)
    else:
        values = blocks.strings[:, blocks.string_names.index(column.name)]
        missing = np.array([value is None for value in values], dtype=bool)
    flags = []
    if missing.any():
        flags.append(_flag(column.name, FlagKind.MISSING_VALUE, missing, ()))
    if seen is not None:
        unseen = ~missing & np.array([value not in seen for value in values], dtype=bool)
        if unseen.any():
            sample = tuple(dict.fromkeys(values[unseen].tolist()))[:5]
            flags.append(_flag(column.name, FlagKind.UNSEEN_CATEGORY, unseen, sample))
    return flags


def _flag(
    column: str, kind: FlagKind, where: npt.NDArray[np.bool_], sample: tuple[str, ...]
) -> Flag:
    rows = tuple(int(at) + 1 for at in np.flatnonzero(where)[:10])
    return Flag(column, kind, int(where.sum()), rows, sample)
