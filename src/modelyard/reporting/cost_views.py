"""What a model's answers cost, in words, where the user said what mistakes cost."""

from collections.abc import Sequence

from modelyard.domain.evaluations import Evaluation
from modelyard.kit.numerals import decimals_for, number, share


def cost_sentence(evaluation: Evaluation) -> str:
    """Say what the answers cost a row, beside the best single answer; empty without costs."""
    costs, counts = evaluation.costs, evaluation.confusion
    n_rows = sum(map(sum, counts))
    if not costs or not n_rows:
        return ""
    spent = _spent(counts, costs)
    truths = [sum(row) for row in counts]
    always = [
        sum(n * row[at] for n, row in zip(truths, costs, strict=True)) for at in range(len(costs))
    ]
    cheapest = min(range(len(always)), key=always.__getitem__)
    label, instead = evaluation.labels[cheapest], _rounded(always[cheapest] / n_rows)
    told = (
        f"By the costs that were given its answers cost {_rounded(spent / n_rows)} a row; always "
        f"answering '{label}' would cost {instead}"
    )
    if always[cheapest] <= 0:
        return f"{told}."
    saved = 1 - spent / always[cheapest]
    way = "saves" if saved >= 0 else "wastes"
    return f"{told}, so the model {way} {share(abs(saved), 1)} of that."


def _rounded(cost: float) -> str:
    return number(cost, decimals_for(cost, cost, value=cost))


def _spent(counts: Sequence[Sequence[int]], costs: Sequence[Sequence[float]]) -> float:
    pairs = zip(counts, costs, strict=True)
    return sum(n * cost for row, dear in pairs for n, cost in zip(row, dear, strict=True))
