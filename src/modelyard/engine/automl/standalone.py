"""The best candidate of a run on its own, for what is measured with one algorithm."""

from dataclasses import replace
from typing import Any

from modelyard.engine.evaluation.judging import Judge


def judge_of_best(judge: Judge) -> Judge:
    """Return the judge of the best single candidate; of a named algorithm, the judge itself."""
    if judge.leaderboard is None:
        return judge
    candidate = judge.leaderboard.ranked[0].candidate
    algorithm = judge.workshop.catalog.algorithms()[candidate.algorithm]
    words: dict[str, Any] = dict(candidate.preparation)
    preparation = replace(judge.plan.preparation, **words)
    plan = replace(
        judge.plan,
        algorithm=algorithm,
        parameters=candidate.parameters,
        preparation=preparation,
        members=(),
        holds_validation=False,
    )
    return replace(judge, plan=plan)
