"""What it cost to round a model, in sentences."""

from modelyard.domain.evaluations import Evaluation
from modelyard.domain.quantisations import Quantisation
from modelyard.domain.tasks import Task
from modelyard.kit.numerals import count, decimals_for, number, size


def quantisation_sentences(cost: Quantisation | None, evaluation: Evaluation) -> tuple[str, ...]:
    """Say what rounding cost; nothing where the model was not rounded."""
    if cost is None:
        return ()
    low, high = sorted((cost.before, cost.after))
    decimals = decimals_for(low, high, value=cost.after)
    told = (
        "Weights and values of the network were rounded to 8 bits after its training. All figures "
        "of this report are those of the rounded network."
    )
    values = f"{number(cost.after, decimals)} in place of {number(cost.before, decimals)}"
    return (
        told,
        f"{rounding_told(cost, evaluation.task)} {evaluation.deciding.title} is {values}.",
        f"The graph has {size(cost.size_bytes)} in place of {size(cost.size_bytes_before)}.",
    )


def rounding_told(cost: Quantisation, task: Task) -> str:
    """Say how far the answers for test rows are from those before the model was rounded."""
    if task is Task.REGRESSION:
        return (
            "Rounded to 8 bits, it answers test rows with up to "
            f"{number(cost.max_difference)} of the spread of the target more or less than before."
        )
    flips = f"{count(cost.n_flips)} of {count(cost.n_rows)} test rows another label than before"
    if cost.n_flips:
        flips += f"; {count(cost.n_lost)} were right before, {count(cost.n_won)} are now"
    return f"Rounded to 8 bits, it gives {flips}."
