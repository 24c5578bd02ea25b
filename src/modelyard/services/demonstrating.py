"""The demo: a model of a sample table that the platform itself makes and serves when it is new.

Nothing of it is special: it is a dataset, a training and a deployment as anybody asks for them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from modelyard.domain.configs import TrainingConfig
from modelyard.domain.deployments import Deployment, DeploymentState
from modelyard.domain.errors import NotFound, Unavailable
from modelyard.domain.identities import LOCAL_CALLER
from modelyard.domain.jobs import Job, JobKind, JobQuery, JobState
from modelyard.domain.runs import Model
from modelyard.services.deployments import DeploymentService
from modelyard.services.jobs import JobService
from modelyard.services.models import ModelService
from modelyard.services.named_datasets import NamedDatasetService
from modelyard.services.samples import read_sample
from modelyard.services.uploads import UploadRequest, UploadService

# What the dataset, the model and the deployment are called.
DEMO = "demo"
# A row that it has not seen, as it may be asked.
ROW: Mapping[str, float] = MappingProxyType(
    {"sepal_length": 5.1, "sepal_width": 3.5, "petal_length": 1.5, "petal_width": 0.25}
)
_SAMPLE = "iris.csv"
_FIX = "GET /api/v1/ml/jobs and /api/v1/ml/deployments tell more; --no-demo does without it."
# A process that is not ready in time, on a machine that is very busy, is started again.
_MOST_STARTS = 3
# Learns the sample in a moment.
_CONFIG = TrainingConfig(target="species", algorithm="logistic-regression", name=DEMO)


@dataclass(frozen=True)
class DemoService:
    """Makes the demo in a tenant that has never deployed anything."""

    datasets: NamedDatasetService
    uploads: UploadService
    jobs: JobService
    models: ModelService
    deployments: DeploymentService

    def is_wanted(self) -> bool:
        """Return whether there is a demo, or nothing was ever deployed beside which it stood."""
        deployments = self.deployments.find(LOCAL_CALLER)
        return not deployments or any(each.name == DEMO and each.is_wanted for each in deployments)

    def make(self, *, wait: Callable[[], bool]) -> Deployment | None:
        """Do what lacks of the demo, and return it once it answers.

        Args:
            wait: pauses; returns whether to give up.

        Returns:
            The deployment; None where it was given up.

        Raises:
            Unavailable: if its training or its process fails.
            ModelyardError: as the services that make it.
        """
        while True:
            demo = self._demo()
            if demo is None:
                self._go_on()
            elif demo.state is DeploymentState.READY:
                return demo
            elif demo.state is DeploymentState.FAILING and demo.n_restarts >= _MOST_STARTS:
                raise Unavailable(f"The demo model does not answer: {demo.reason}.", fix=_FIX)
            if wait():
                return None

    def _demo(self) -> Deployment | None:
        found = self.deployments.find(LOCAL_CALLER)
        return next((each for each in found if each.name == DEMO), None)

    def _go_on(self) -> None:
        """Do the next step that is due; whatever was begun before is not begun again."""
        # The job ends in the transaction that makes the model: it is looked at first.
        job = self._job()
        model = self._model()
        if model is not None:
            self.deployments.deploy(LOCAL_CALLER, model)
        elif job is None or job.state is JobState.SUCCEEDED:
            self._begin()
        elif job.state.is_final:
            raise Unavailable(f"The training of the demo model failed: {job.reason}.", fix=_FIX)

    def _begin(self) -> None:
        dataset = self._dataset()
        self.jobs.train(dataset, _CONFIG, caller=LOCAL_CALLER)
        # So that it has a preview and a profile; a training reads the file itself.
        payload = {"dataset": dataset, "loads_rows": False}
        self.jobs.submit(JobKind.INGEST, payload, created_by=LOCAL_CALLER.subject)

    def _dataset(self) -> str:
        try:
            return self.datasets.get(DEMO).reference
        except NotFound:
            content = read_sample(_SAMPLE)
        request = UploadRequest(
            name=DEMO,
            filename=_SAMPLE,
            size_bytes=len(content),
            created_by=LOCAL_CALLER.subject,
        )
        return self.uploads.take(request, [content]).reference

    def _model(self) -> Model | None:
        try:
            return self.models.get(DEMO)
        except NotFound:
            return None

    def _job(self) -> Job | None:
        """Return the latest training of the demo."""
        recent = self.jobs.find(JobQuery(kind=JobKind.TRAINING)).items
        return next((job for job in recent if job.payload["config"]["name"] == DEMO), None)
