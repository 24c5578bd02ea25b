"""The reasons that an answer is told with, and how long they may take."""

import time
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Any

import msgspec

from modelyard.domain.errors import InvalidValue
from modelyard.domain.explanations import Contribution, Explanation
from modelyard.runtime.blocks import Blocks
from modelyard.runtime.explaining.explainer import Explainer

# An explanation asks the model some thousand times where its graph is not of a known form.
MOST_EXPLAINED = 100
# Seconds after which no further row of a request is explained: proxies wait for a minute (nginx,
# AWS), and other explanations wait for the same thread.
LONGEST_S = 10.0


class Reasons(msgspec.Struct):
    """The strongest reasons for one answer; `base`, these and `others` sum up to `score`."""

    label: Any
    scale: str
    method: str
    base: float
    score: float
    contributions: tuple[Contribution, ...]
    others: float


def explained(
    explainer: Explainer,
    parts: Iterable[Blocks],
    *,
    n_reasons: int,
    clock: Callable[[], float] = time.perf_counter,
) -> list[Reasons]:
    """Return the strongest reasons for the answer of each row.

    Raises:
        InvalidValue: if they take longer than one request may.
    """
    told: list[Reasons] = []
    begun = clock()
    for row in chain.from_iterable(map(_single, parts)):
        if clock() - begun > LONGEST_S:
            raise InvalidValue(
                f"{len(told)} rows were explained in the {LONGEST_S:g} s that a request may take.",
                fix=f"Send no more than {len(told)} rows at a time, or leave explain out.",
            )
        told += [_strongest(each, n_reasons) for each in explainer.explain(row)]
    return told


def _single(blocks: Blocks) -> Iterator[Blocks]:
    for at in range(blocks.n_rows):
        numbers, strings = blocks.numbers[at : at + 1], blocks.strings[at : at + 1]
        yield Blocks(blocks.number_names, blocks.string_names, numbers, strings)


def _strongest(told: Explanation, n_reasons: int) -> Reasons:
    rest = told.contributions[n_reasons:]
    return Reasons(
        label=told.label,
        scale=told.scale,
        method=told.method,
        base=told.base,
        score=told.score,
        contributions=told.contributions[:n_reasons],
        others=sum(each.amount for each in rest),
    )
