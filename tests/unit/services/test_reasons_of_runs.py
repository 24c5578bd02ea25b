"""Why a training failed is kept for everybody, and so names no place of the machine."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from modelyard.bootstrap import Project, open_project
from modelyard.domain.configs import TrainingConfig
from modelyard.domain.errors import DamagedFile, StoreError
from modelyard.domain.tables import RawTable
from modelyard.protocols.progress import Silence


@pytest.fixture
def project() -> Iterator[Project]:
    opened = open_project()
    yield opened
    opened.database.close()


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (StoreError("/srv/data is full.", elsewhere="The disk is full."), "The disk is full."),
        (FileNotFoundError(2, "No such file", "/srv/data/x.csv"), "No such file"),
        (DamagedFile("The content of x@1 is another."), "The content of x@1 is another."),
        (RecursionError(), "RecursionError"),
    ],
    ids=["store", "system", "damaged", "without words"],
)
def test_the_reason_of_a_run_names_no_place_of_the_machine(
    project: Project, error: Exception, reason: str
) -> None:
    begun: list[str] = []
    training = replace(project.training, on_run=begun.append)

    def read() -> RawTable:
        raise error

    with pytest.raises(type(error)):
        training.train(read, TrainingConfig(target="y"), progress=Silence())
    assert project.runs.get(begun[0]).reason == reason
