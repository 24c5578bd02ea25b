"""The demo is made once, of ordinary parts, and not beside what somebody has deployed."""

import pytest

from modelyard.bootstrap import Project
from modelyard.domain.errors import Unavailable
from modelyard.domain.identities import LOCAL_CALLER
from modelyard.domain.jobs import JobKind, JobQuery
from modelyard.services.demonstrating import DEMO


def _begin(project: Project) -> None:
    """Do one turn, as though the platform ended then."""
    assert project.demo.make(wait=lambda: True) is None


def _trainings(project: Project) -> int:
    return len(project.jobs.find(JobQuery(kind=JobKind.TRAINING)).items)


def test_a_platform_on_which_nothing_was_deployed_wants_a_demo(project: Project) -> None:
    assert project.demo.is_wanted()


def test_a_demo_that_was_begun_is_gone_on_with_and_not_begun_again(project: Project) -> None:
    _begin(project)
    _begin(project)
    assert project.demo.is_wanted()
    assert project.named_datasets.get(DEMO).version == 1
    assert _trainings(project) == 1


def test_a_training_that_ended_without_a_model_is_told_with_its_reason(project: Project) -> None:
    _begin(project)
    job = project.jobs.find(JobQuery(kind=JobKind.TRAINING)).items[0]
    project.jobs.cancel(job.id, caller=LOCAL_CALLER)
    with pytest.raises(Unavailable, match="cancelled"):
        _begin(project)
