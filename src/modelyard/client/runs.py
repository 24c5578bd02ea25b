"""Runs, which are trainings: listed, compared, tagged, and what was tried in them."""

from collections.abc import Mapping, Sequence

from modelyard.client.flows import answer, done, each_of
from modelyard.client.operations import Noun, Via, asks, tells
from modelyard.client.requests import delete, get, patch, post
from modelyard.client.steps import Feed, Flow
from modelyard.wire.models import TagsPatch
from modelyard.wire.runs import (
    LeaderboardAnswer,
    RunAnswer,
    RunCompareRequest,
    RunComparison,
    RunDetail,
    RunPage,
    RunQuery,
    TrialList,
)


class Runs(Noun[Via]):
    """Trainings, those too that made no model."""

    @asks
    def page(self, query: RunQuery | None = None) -> Flow[RunPage]:
        """Return one page of the runs, the newest first where nothing else is said."""
        return answer(get("runs", query=query), RunPage)

    @tells
    def each(self, query: RunQuery | None = None) -> Feed[RunAnswer]:
        """Iterate over all runs that a query asks for."""
        asked = query or RunQuery()
        return each_of(
            lambda cursor: answer(
                get("runs", query=asked.model_copy(update={"cursor": cursor})), RunPage
            )
        )

    @asks
    def show(self, run_id: str) -> Flow[RunDetail]:
        """Return a run, with its configuration and its findings."""
        return answer(get("runs", run_id), RunDetail)

    @asks
    def trials(self, run_id: str) -> Flow[TrialList]:
        """Return the trials of a search, the best first."""
        return answer(get("runs", run_id, "trials"), TrialList)

    @asks
    def leaderboard(self, run_id: str) -> Flow[LeaderboardAnswer]:
        """Return what AutoML tried, the best first."""
        return answer(get("runs", run_id, "leaderboard"), LeaderboardAnswer)

    @asks
    def compare(self, run_ids: Sequence[str]) -> Flow[RunComparison]:
        """Put runs side by side: where their configurations differ, and every metric."""
        body = RunCompareRequest(runs=list(run_ids))
        return answer(post("runs", "compare", body=body, is_repeatable=True), RunComparison)

    @asks
    def tag(self, run_id: str, tags: Mapping[str, str | None]) -> Flow[RunAnswer]:
        """Set tags; None takes one off."""
        return answer(patch("runs", run_id, "tags", body=TagsPatch(tags=dict(tags))), RunAnswer)

    @asks
    def delete(self, run_id: str) -> Flow[None]:
        """Forget a run that made no model."""
        return done(delete("runs", run_id))
