"""The best candidate of a run on its own, for what is measured with one algorithm."""

from dataclasses import replace

from modelyard.engine.automl.fits import plan_of
from modelyard.engine.evaluation.judging import Judge


def judge_of_best(judge: Judge) -> Judge:
    """Return the judge of the best single candidate; of a named algorithm, the judge itself."""
    if judge.leaderboard is None:
        return judge
    candidate = judge.leaderboard.ranked[0].candidate
    algorithm = judge.workshop.catalog.algorithms()[candidate.algorithm]
    return replace(judge, plan=plan_of(judge.plan, candidate, algorithm=algorithm))
