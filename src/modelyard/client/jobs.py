"""Jobs: asked for, listed, followed while they run, cancelled, and tried again."""

from modelyard.client.events import follow, wait
from modelyard.client.flows import answer, each_of
from modelyard.client.operations import Noun, Via, asks, tells
from modelyard.client.requests import create, get, post
from modelyard.client.steps import Feed, Flow
from modelyard.wire.bodies import PageOf
from modelyard.wire.jobs import (
    JobAnswer,
    JobDetail,
    JobLeaderboard,
    JobListQuery,
    LimitsBody,
    LineAnswer,
    LogAnswer,
    LogQuery,
    QuotaUseAnswer,
    RetryRequest,
    TrainingPlan,
    TrainingRequest,
)
from modelyard.wire.outlines import OutlineAnswer, SpellingsAnswer


class Jobs(Noun[Via]):
    """What is done in the background."""

    @asks
    def train(self, body: TrainingRequest) -> Flow[JobDetail]:
        """Ask for a training."""
        return answer(create("training", "start", body=body), JobDetail)

    @asks
    def outline(self, body: TrainingPlan) -> Flow[OutlineAnswer]:
        """Return what a training would learn from, and what AutoML may expect of its budget."""
        return answer(post("training", "outline", body=body, is_repeatable=True), OutlineAnswer)

    @asks
    def spell(self, body: TrainingPlan) -> Flow[SpellingsAnswer]:
        """Return a training as a configuration file, as a command line, and in Python."""
        return answer(post("training", "spellings", body=body, is_repeatable=True), SpellingsAnswer)

    @asks
    def page(self, query: JobListQuery | None = None) -> Flow[PageOf[JobAnswer]]:
        """Return one page of the jobs, the newest first."""
        return answer(get("jobs", query=query), PageOf[JobAnswer])

    @asks
    def quota(self) -> Flow[QuotaUseAnswer]:
        """Return how many jobs of one's own tenant may run and wait at once, and how many do."""
        return answer(get("quota"), QuotaUseAnswer)

    @tells
    def each(self, query: JobListQuery | None = None) -> Feed[JobAnswer]:
        """Iterate over all jobs that a query asks for, the newest first."""
        asked = query or JobListQuery()
        return each_of(
            lambda cursor: answer(
                get("jobs", query=asked.model_copy(update={"cursor": cursor})), PageOf[JobAnswer]
            )
        )

    @asks
    def show(self, job_id: str) -> Flow[JobDetail]:
        """Return a job, with how far it is."""
        return answer(get("jobs", job_id), JobDetail)

    @asks
    def cancel(self, job_id: str) -> Flow[JobAnswer]:
        """Cancel a job; what it has made so far is thrown away within 10 seconds."""
        return answer(post("jobs", job_id, "cancel", is_repeatable=True), JobAnswer)

    @asks
    def finish(self, job_id: str) -> Flow[JobAnswer]:
        """Let AutoML, or a search, end now with the best so far."""
        return answer(post("jobs", job_id, "finish", is_repeatable=True), JobAnswer)

    @asks
    def leaderboard(self, job_id: str) -> Flow[JobLeaderboard]:
        """Return what AutoML, or a search, has tried so far, the best first."""
        return answer(get("jobs", job_id, "leaderboard"), JobLeaderboard)

    @asks
    def retry(self, job_id: str, *, limits: LimitsBody | None = None) -> Flow[JobDetail]:
        """Do a job again that failed or was cancelled, as a new job."""
        body = RetryRequest() if limits is None else RetryRequest(limits=limits)
        return answer(create("jobs", job_id, "retry", body=body), JobDetail)

    @tells
    def log(self, job_id: str, *, after: int = 0) -> Feed[LineAnswer]:
        """Iterate over the lines of a job's log, as many as there are now.

        Args:
            job_id: of the job.
            after: number of the last line that is known.
        """
        return each_of(lambda cursor: _lines(job_id, after if cursor is None else int(cursor)))

    @tells
    def follow(self, job_id: str, *, after: int = 0) -> Feed[LineAnswer | JobAnswer]:
        """Iterate over what happens to a job, until nothing more will.

        Lines of the log come once each, whatever was cut off meanwhile; the job comes whenever it
        stands otherwise, and last as it ended.

        Args:
            job_id: of the job.
            after: number of the last line that is known.
        """
        return follow(job_id, after)

    @asks
    def wait(self, job_id: str) -> Flow[JobAnswer]:
        """Wait until a job has ended, however, and return it."""
        return wait(job_id)


def _lines(job_id: str, known: int) -> Flow[PageOf[LineAnswer]]:
    # The cursor of a log is the number of a line.
    query = LogQuery(limit=1000, cursor=known)
    found = yield from answer(get("jobs", job_id, "logs", query=query), LogAnswer)
    after = None if found.next_cursor is None else str(found.next_cursor)
    return PageOf[LineAnswer](items=found.items, next_cursor=after)
