"""What a platform holds for the tests of its page: models of tables, also of hostile ones."""

import csv
import io
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from modelyard.client.clients import Client
from modelyard.domain.jobs import JobState
from modelyard.wire.jobs import TrainingRequest

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


@dataclass(frozen=True)
class Content:
    """A trained model with what it was made of."""

    dataset: str
    job: str
    run: str
    model: str

    def query(self, path: str) -> dict[str, str]:
        """Return the parameters of an address by which a page finds what it shows."""
        by_path = {"data": "dataset", "train": "dataset", "jobs": "job"}
        name = by_path.get(path, "model")
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
    body = TrainingRequest.model_validate(
        {
            "dataset": dataset.reference,
            "configuration": {
                "data": {"tabular": {"target_column": target}},
                "model": {"name": "logistic_regression"},
                "modelyard": {"name": name},
            },
        }
    )
    job = client.jobs.wait(client.jobs.train(body).id)
    assert job.state is JobState.SUCCEEDED, job.reason
    model = job.result["model"]
    client.models.deploy(model)
    client.deployments.wait(name)
    return Content(dataset.reference, job.id, job.run_id or "", model)
