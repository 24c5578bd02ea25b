"""Predicts with an opened package: reader, recipe, one session, decision."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from math import isfinite
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from modelyard.domain.errors import DataError
from modelyard.domain.manifests import Manifest
from modelyard.domain.predictions import Flag, Predictions, RowPrediction
from modelyard.domain.sequence_layouts import SequenceLayout
from modelyard.runtime.blocks import Blocks
from modelyard.runtime.decisions import Decision
from modelyard.runtime.demands import Demands
from modelyard.runtime.flagging import Flagger
from modelyard.runtime.packages import MODEL, RECIPE, Package, read_recipe
from modelyard.runtime.reading import InputReader
from modelyard.runtime.recipes import Recipe
from modelyard.runtime.sessions import Session

# Rows that go through recipe and model at a time, so that memory stays flat on large batches.
_CHUNK_ROWS = 65_536
# Fewer rows are answered sooner than a second thread has begun.
_FEWEST_ROWS_A_THREAD = 1_000


class Predictor:
    """Answers for rows; safe to share between threads.

    Large batches are cut into as many parts as there are threads: an answer does not depend on it.
    """

    def __init__(
        self,
        recipe: Recipe,
        session: Session,
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
        self.session = session
        self.n_threads = n_threads
        self.flagger = Flagger(reader.inputs)

    @classmethod
    def of(cls, package: Package, *, n_threads: int = 1, session: Session | None = None) -> Self:
        """Return the predictor of a verified package; see `reading` for the session."""
        manifest, schema = package.manifest, package.schema
        demands = None if schema is None else Demands(schema, manifest.inputs)
        return cls.reading(
            manifest, package.contents, demands=demands, n_threads=n_threads, session=session
        )

    @classmethod
    def reading(
        cls,
        manifest: Manifest,
        contents: Mapping[str, bytes],
        *,
        demands: Demands | None = None,
        n_threads: int = 1,
        session: Session | None = None,
    ) -> Self:
        """Return the predictor of a package's manifest and files, wherever they are.

        Args:
            manifest: what the package says about itself.
            contents: file name to bytes.
            demands: what rows must fulfil beside the manifest.
            n_threads: cores to use for large batches.
            session: opened already; taken if it runs this package's very graph.
        """
        model = contents[MODEL]
        is_same = session is not None and session.content == model
        recipe = read_recipe(contents[RECIPE])
        if session is None or not is_same:
            session = Session(model, fuses=bool(recipe.pictures))
        return cls(
            recipe,
            session,
            reader=InputReader(
                manifest.inputs,
                manifest.missing_tokens,
                decimal=manifest.decimal,
                layout=SequenceLayout.of((manifest.extra or {}).get("sequences", {})),
            ),
            decision=Decision.of(manifest),
            demands=demands,
            n_threads=n_threads,
        )

    def predict_row(self, row: Mapping[str, Any]) -> RowPrediction:
        """Answer for one row, column name to value.

        Raises:
            SchemaViolation: if a cell breaks the data schema of the training.
            DataError: if a cell is so large that there is no finite answer.
        """
        scores = self._run(self.allowed(self.reader.read_row(row)))
        answer = scores[0].tolist()
        # Plain Python: for one row that is a tenth of what numpy takes.
        if not all(map(isfinite, answer)):
            _finite(scores)
        return self.decision.row(answer)

    def predict_rows(self, rows: Sequence[Mapping[str, Any]]) -> Predictions:
        """Answer for many rows."""
        return self.predict_blocks(self.allowed(self.reader.read_rows(rows)))

    def predict_columns(
        self, columns: Mapping[str, Sequence[Any] | npt.NDArray[Any]]
    ) -> Predictions:
        """Answer for whole columns of equal length."""
        return self.predict_blocks(self.allowed(self.reader.read_columns(columns)))

    def predict_blocks(self, blocks: Blocks) -> Predictions:
        """Answer for rows that were read already."""
        return self.decision.rows(self.scores(blocks))

    def scores(self, blocks: Blocks) -> npt.NDArray[np.float64]:
        """Return (n, n_labels) probabilities, or (n, 1) values for regression.

        Raises:
            DataError: at the first row with a cell so large that there is no finite answer.
        """
        n_rows = -(-blocks.n_rows // self.n_threads)
        n_rows = min(max(n_rows, _FEWEST_ROWS_A_THREAD), _CHUNK_ROWS)
        if blocks.n_rows <= n_rows or self.recipe.pictures:
            return _finite(self._run(blocks))
        parts = [_rows(blocks, at, at + n_rows) for at in range(0, blocks.n_rows, n_rows)]
        with ThreadPoolExecutor(self.n_threads) as threads:
            return _finite(np.concatenate(list(threads.map(self._run, parts))))

    def flags(self, blocks: Blocks) -> tuple[Flag, ...]:
        """Return what deserves a second look: missing values, and those that training never saw."""
        return self.flagger.rows(blocks)

    def allowed(self, blocks: Blocks) -> Blocks:
        """Return the rows as they are, if none breaks the data schema of the training.

        Raises:
            SchemaViolation: at the first cell that does.
        """
        if self.demands is not None:
            self.demands.require(blocks)
        return blocks

    def _run(self, blocks: Blocks) -> npt.NDArray[np.float64]:
        return self.decision.calibrated(self.recipe.ask(blocks, self.session.scores))


def _finite(scores: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    is_finite = np.isfinite(scores)
    if not is_finite.all():
        misfits = np.flatnonzero(~is_finite.all(axis=1))
        row = int(misfits[0]) + 1
        error = DataError(
            f"There is no finite answer for row {row}: a number in it is too large for the model.",
            fix="Mend the largest number of the row, or leave its cell empty.",
            row=row,
        )
        error.misfits = misfits.tolist()
        raise error
    return scores


def _rows(blocks: Blocks, start: int, stop: int) -> Blocks:
    return Blocks(
        blocks.number_names,
        blocks.string_names,
        blocks.numbers[start:stop],
        blocks.strings[start:stop],
    )
