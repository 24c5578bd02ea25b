"""What a platform holds for the tests of its page: models of tables, also of hostile ones."""

import csv
import io
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from modelyard.client.clients import Client
from modelyard.domain.jobs import JobState
from modelyard.wire.jobs import JobDetail, TrainingRequest

# Each is a name of a column and a category as well. What they try: a script, a formula of a
# spreadsheet, SQL, Markdown with a picture from elsewhere, Streamlit's own markup, mathematics,
# and letters that run from right to left, also with the mark that turns what follows around.
HOSTILE = (
    "<img src=x onerror=alert(1)>",
    "<script>alert(2)</script>",
    "=1+1",
    "'; DROP TABLE datasets; --",
    "![a](https://example.com/a.png)",
    "[go](javascript:alert(3))",
    ":red[x] :material/home: :smile:",
    "$x^2$ `code` **bold**",
    "עמודה",
    "a\u202egnp.exe",
    "🚀",
    "long " * 12 + "name",
)
HOSTILE_FILE = "<img src=x onerror=alert(4)> =1+1 שלום.csv"


# What is seen of models side by side, which has no page of its own.
COMPARED = "compared"


@dataclass(frozen=True)
class Content:
    """A trained model with what it was made of.

    Attributes:
        rival: another version of the model, to be put beside it; None for none.
    """

    dataset: str
    job: str
    run: str
    model: str
    rival: str | None = None

    def path(self, view: str) -> str:
        """Return the path of the page that shows a view."""
        return "models" if view == COMPARED else view

    def query(self, view: str) -> dict[str, str]:
        """Return the parameters of an address by which a page finds what it shows."""
        if view == COMPARED:
            return {"compare": f"{self.model},{self.rival}"}
        by_path = {"data": "dataset", "train": "dataset", "jobs": "job"}
        name = by_path.get(view, "model")
        return {name: str(getattr(self, name))}


def written(rows: Sequence[Sequence[str]]) -> str:
    """Return rows as a CSV file, quoted where it has to be."""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def hostile_table(*, n_rows: int = 120) -> str:
    """Return a table in which every name and every category is hostile; the target is the first."""
    rng = random.Random(11)  # noqa: S311 - no secret
    n_numbers = len(HOSTILE) // 2
    rows = []
    for _ in range(n_rows):
        numbers = [rng.gauss(0, 1) for _ in range(n_numbers)]
        words = [rng.choice(HOSTILE[:4]) for _ in HOSTILE[n_numbers:]]
        label = HOSTILE[numbers[0] + rng.gauss(0, 1) > 0]
        rows.append((label, *(f"{each:.3f}" for each in numbers), *words))
    header = ("target <b>x</b>", *HOSTILE)
    return written((header, *rows))


def trained(client: Client, file: Path, *, name: str, target: str) -> Content:
    """Upload a file, train a quick model on it, and deploy that; return what there is then."""
    dataset = client.datasets.upload(file, name=name)
    job = _train(client, dataset.reference, name, target, "logistic_regression")
    model = job.result["model"]
    client.models.deploy(model)
    client.deployments.wait(name)
    return Content(dataset.reference, job.id, job.run_id or "", model)


def trained_again(client: Client, content: Content) -> Content:
    """Train another version of a model, on the same data; return it as the rival of the first."""
    detail = client.models.show(content.model)
    job = _train(client, content.dataset, detail.name, detail.target, "decision_tree")
    return replace(content, rival=job.result["model"])


def _train(client: Client, dataset: str, name: str, target: str, algorithm: str) -> JobDetail:
    body = TrainingRequest.model_validate(
        {
            "dataset": dataset,
            "configuration": {
                "data": {"tabular": {"target_column": target}},
                "model": {"name": algorithm},
                "modelyard": {"name": name},
            },
        }
    )
    job = client.jobs.wait(client.jobs.train(body).id)
    assert job.state is JobState.SUCCEEDED, job.reason
    return job
