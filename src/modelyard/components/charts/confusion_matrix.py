"""Confusion matrix: which labels are taken for which."""

from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.domain.charts import ChartKind, ChartSpec, Series
from modelyard.domain.confusion import Pairs
from modelyard.domain.tasks import Label, Task
from modelyard.protocols.charts import ChartCard, ChartInput
from modelyard.runtime.decisions import decide_codes

# More cells than these are no longer read one by one.
_MAX_CLASSES = 30


class _ConfusionMatrix:
    card = ChartCard(
        key="confusion-matrix",
        title="Confusion matrix",
        tasks=frozenset({Task.BINARY, Task.MULTICLASS}),
        order=10,
    )

    def chart(self, subject: ChartInput) -> ChartSpec | None:
        if len(subject.y_true) == 0:
            return None
        answered = decide_codes(subject.scores, subject.rule)
        counts = Pairs.of(subject.y_true, answered, n_classes=len(subject.labels)).count()
        shown = np.sort(np.argsort(-counts.sum(axis=1), kind="stable")[:_MAX_CLASSES])
        names = tuple(str(subject.labels[code]) for code in shown)
        places = tuple(float(place) for place in range(len(shown)))
        return ChartSpec(
            key=self.card.key,
            title=self.card.title,
            kind=ChartKind.MATRIX,
            x_label="Answered",
            y_label="Truth",
            series=tuple(
                Series(name, places, tuple(counts[code, shown].tolist()))
                for name, code in zip(names, shown, strict=True)
            ),
            caption=_caption(counts, subject.labels, n_shown=len(shown)),
            categories=names,
        )


def _caption(counts: npt.NDArray[Any], labels: tuple[Label, ...], *, n_shown: int) -> str:
    right, total = int(counts.trace()), int(counts.sum())
    said = f"{right:,} of {total:,} rows are on the diagonal, where the answer is the truth."
    mistakes = counts - np.diag(counts.diagonal())
    if mistakes.any():
        truth, answer = np.unravel_index(int(mistakes.argmax()), mistakes.shape)
        said += (
            f" The most frequent mistake: '{labels[truth]}' answered as '{labels[answer]}', "
            f"{int(mistakes.max()):,} times."
        )
    if n_shown < len(labels):
        said += f" Shown are the {n_shown} most frequent of {len(labels)} classes."
    return said


COMPONENT = _ConfusionMatrix()
