"""Measures texts: their length, their words, and what their characters are."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from modelyard.domain.columns import ColumnKind
from modelyard.protocols.transforms import FittedStep, Lesson, Role, TransformCard
from modelyard.runtime.steps.text_shape import MEASURES, TextShape

_LENGTH = "characters"


def measure_texts(
    table: pl.DataFrame, columns: Sequence[str], *, taught: Sequence[int]
) -> tuple[pl.DataFrame, list[str]]:
    """Add the measures of texts that differ among the rows that teach."""
    texts = table.select(pl.col(columns).fill_null(""))
    shares = {"capitals": r"\p{Lu}", "digits": r"\p{Nd}", "marks": r"[^\p{L}\p{N}\s]"}
    length = pl.all().str.len_chars().clip(lower_bound=1)
    taken = {
        "characters": texts.select(pl.all().str.len_chars()),
        "words": texts.select(pl.all().str.count_matches(r"\S+")),
    } | {
        measure: texts.select(pl.all().str.count_matches(pattern) / length)
        for measure, pattern in shares.items()
    }
    kept = [
        measure
        for measure, values in taken.items()
        if measure == "characters" or any(values[taught, name].n_unique() > 1 for name in columns)
    ]
    made = {
        f"{name}.{measure}": taken[measure][name].cast(pl.Float64)
        for name in columns
        for measure in kept
    }
    return table.with_columns(**made), list(made)


class MeasureTexts:
    """Learns which measures vary; one that is equal in all training rows says nothing.

    The length is always kept.
    """

    card = TransformCard(
        key="text-shape",
        title="Length and characters of texts",
        kinds=frozenset({ColumnKind.TEXT}),
        source="AutoGluon, TextSpecialFeatureGenerator",
        role=Role.MEASURE_TEXT,
        word="shape",
    )
    script = staticmethod(measure_texts)

    def fit(
        self,
        block: npt.NDArray[np.object_],
        names: Sequence[str],
        lesson: Lesson,  # noqa: ARG002 -- as every transform
    ) -> FittedStep:
        """Keep the measures that differ between two training rows."""
        measures = TextShape().apply(block).reshape(len(block), len(names), len(MEASURES))
        kept = tuple(
            measure
            for at, measure in enumerate(MEASURES)
            if measure == _LENGTH or np.ptp(measures[:, :, at], axis=0).any()
        )
        outputs = tuple(f"{name}.{measure}" for name in names for measure in kept)
        return FittedStep(TextShape(kept), outputs)


COMPONENT = MeasureTexts()
