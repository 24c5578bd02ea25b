"""The best candidate of a run on its own, for what is measured with one algorithm."""

from dataclasses import replace

from modelyard.engine.evaluation.judging import Judge


def judge_of_best(judge: Judge) -> Judge:
    """Return the judge of the best single candidate; of a named algorithm, the judge itself."""
    if judge.leaderboard is None:
        return judge
    candidate = judge.leaderboard.ranked[0].candidate
    algorithm = judge.workshop.catalog.algorithms()[candidate.algorithm]
    preparation = replace(judge.plan.preparation, **dict(candidate.preparation))
    plan = replace(
        judge.plan,
        algorithm=algorithm,
        parameters=candidate.parameters,
        preparation=preparation,
        members=(),
        holds_validation=False,
    )
    return replace(judge, plan=plan)
