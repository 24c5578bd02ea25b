"""Registered models: listed, promoted, compared, measured, downloaded, and advised about."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from modelyard.client.downloads import download
from modelyard.client.flows import answer, done, each_of, text
from modelyard.client.operations import Noun, Via, asks, tells
from modelyard.client.requests import create, delete, get, patch, post, put
from modelyard.client.steps import Feed, Flow
from modelyard.wire.bodies import Query
from modelyard.wire.deployments import DeploymentAnswer, DeployRequest
from modelyard.wire.jobs import JobDetail
from modelyard.wire.models import (
    AliasList,
    AliasPut,
    CompareRequest,
    ComparisonAnswer,
    EvaluateRequest,
    EvaluationList,
    LineageAnswer,
    MetricsForm,
    MetricsQuery,
    ModelAnswer,
    ModelDetail,
    ModelPage,
    ModelQuery,
    SuggestionList,
    SuggestionRequest,
    TagsPatch,
    VersionList,
)
from modelyard.wire.results import ResultsAnswer

Progress = Callable[[int, int], None]


class _Forcing(Query):
    """Whether a champion is deleted as well."""

    force: bool


class Models(Noun[Via]):
    """Versions of models; a reference is `churn@3`, `churn@champion`, or `churn`."""

    @asks
    def page(self, query: ModelQuery | None = None) -> Flow[ModelPage]:
        """Return one page of the model versions, the newest first where nothing else is said."""
        return answer(get("models", query=query), ModelPage)

    @tells
    def each(self, query: ModelQuery | None = None) -> Feed[ModelAnswer]:
        """Iterate over all model versions that a query asks for."""
        asked = query or ModelQuery()
        return each_of(
            lambda cursor: answer(
                get("models", query=asked.model_copy(update={"cursor": cursor})), ModelPage
            )
        )

    @asks
    def show(self, reference: str) -> Flow[ModelDetail]:
        """Return a version, with what its package says of itself."""
        return answer(get("models", reference), ModelDetail)

    @asks
    def versions(self, name: str) -> Flow[VersionList]:
        """Return every version of a model, the newest first."""
        return answer(get("models", name, "versions"), VersionList)

    @asks
    def aliases(self, name: str) -> Flow[AliasList]:
        """Return where the aliases of a model stand, and where rolling back would put each."""
        return answer(get("models", name, "aliases"), AliasList)

    @asks
    def lineage(self, reference: str) -> Flow[LineageAnswer]:
        """Return the run and the data that a version came of."""
        return answer(get("models", reference, "lineage"), LineageAnswer)

    @asks
    def card(self, reference: str) -> Flow[str]:
        """Return the model card, as Markdown."""
        return text(get("models", reference, "card"))

    @asks
    def report(self, reference: str) -> Flow[str]:
        """Return the report of the training, as a page of HTML."""
        return text(get("models", reference, "report"))

    @asks
    def results(self, reference: str) -> Flow[ResultsAnswer]:
        """Return what came of the training: figures, charts, and what they mean in words."""
        return answer(get("models", reference, "results"), ResultsAnswer)

    @asks
    def metrics(self, reference: str, *, form: MetricsForm = MetricsForm.JSON) -> Flow[str]:
        """Return the metrics of the training, as JSON or as CSV."""
        query = MetricsQuery(form=form)
        return text(get("models", reference, "metrics", query=query))

    @asks
    def charts(
        self, reference: str, file: Path, *, on_progress: Progress | None = None
    ) -> Flow[Path]:
        """Write every chart of the report as SVG to a zip file."""
        return download(get("models", reference, "charts"), file, on_progress=on_progress)

    @asks
    def onnx(
        self, reference: str, file: Path, *, on_progress: Progress | None = None
    ) -> Flow[Path]:
        """Write the model as one ONNX graph, recipe and decision included."""
        return download(get("models", reference, "onnx"), file, on_progress=on_progress)

    @asks
    def download(
        self, reference: str, file: Path, *, on_progress: Progress | None = None
    ) -> Flow[Path]:
        """Write the package to a zip file, whose bytes are the same at every download."""
        return download(get("models", reference, "package"), file, on_progress=on_progress)

    @asks
    def promote(self, name: str, version: int, *, alias: str = "champion") -> Flow[ModelAnswer]:
        """Put an alias on a version."""
        return answer(
            put("models", name, "aliases", alias, body=AliasPut(version=version)), ModelAnswer
        )

    @asks
    def demote(self, name: str, alias: str) -> Flow[None]:
        """Take an alias away."""
        return done(delete("models", name, "aliases", alias))

    @asks
    def roll_back(self, name: str, *, alias: str = "champion") -> Flow[ModelAnswer]:
        """Put an alias back on the version that it stood on before."""
        return answer(post("models", name, "aliases", alias, "roll-back"), ModelAnswer)

    @asks
    def tag(self, reference: str, tags: Mapping[str, str | None]) -> Flow[ModelAnswer]:
        """Set tags; None takes one off."""
        return answer(
            patch("models", reference, "tags", body=TagsPatch(tags=dict(tags))), ModelAnswer
        )

    @asks
    def compare(
        self, references: Sequence[str], *, metric: str | None = None
    ) -> Flow[ComparisonAnswer]:
        """Put models side by side, by what their trainings measured."""
        body = CompareRequest(models=list(references), metric=metric)
        return answer(post("models", "compare", body=body, is_repeatable=True), ComparisonAnswer)

    @asks
    def evaluate(self, reference: str, body: EvaluateRequest) -> Flow[JobDetail]:
        """Measure a version on a dataset, as a job; see its `evaluations` afterwards."""
        return answer(create("models", reference, "evaluate", body=body), JobDetail)

    @asks
    def evaluations(self, reference: str) -> Flow[EvaluationList]:
        """Return every measurement of a version, the newest first."""
        return answer(get("models", reference, "evaluations"), EvaluationList)

    @asks
    def suggest(
        self, *, model: str | None = None, dataset: str | None = None
    ) -> Flow[SuggestionList]:
        """Return what to do next: after the training of a model, or before one on a dataset."""
        body = SuggestionRequest(model=model, dataset=dataset)
        return answer(post("suggestions", body=body, is_repeatable=True), SuggestionList)

    @asks
    def deploy(self, reference: str, *, name: str | None = None) -> Flow[DeploymentAnswer]:
        """Serve a version under a name, by default the model's."""
        body = DeployRequest(name=name)
        return answer(create("models", reference, "deploy", body=body), DeploymentAnswer)

    @asks
    def delete(self, reference: str, *, is_forced: bool = False) -> Flow[None]:
        """Delete a version and its package; a champion where that is forced."""
        return done(delete("models", reference, query=_Forcing(force=is_forced)))
