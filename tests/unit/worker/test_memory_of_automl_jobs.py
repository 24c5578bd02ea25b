"""AutoML as a job keeps to the memory of the job, and names the limit that was too narrow."""

from dataclasses import replace

import pytest

from modelyard.domain.automl import AutoMLConfig
from modelyard.domain.configs import TrainingConfig
from modelyard.domain.errors import InvalidValue, TooLittleMemory
from modelyard.worker.kinds.training import telling_whose_limit

JOB_BYTES = 1_000_000_000


@pytest.mark.parametrize(("asked", "allowed"), [(None, 850), (2_000, 850), (300, 300)])
def test_automl_keeps_to_the_narrower_of_both_limits(asked, allowed):
    assert AutoMLConfig(memory_limit_mb=asked).within(JOB_BYTES).memory_limit_mb == allowed


def test_in_a_job_without_a_limit_what_is_asked_for_stays():
    assert AutoMLConfig(memory_limit_mb=300).within(None).memory_limit_mb == 300


def failing(memory_limit_mb):
    automl = AutoMLConfig(memory_limit_mb=memory_limit_mb)
    asked = TrainingConfig(target="y", automl=automl)
    with telling_whose_limit(asked, replace(asked, automl=automl.within(JOB_BYTES))):
        raise TooLittleMemory("No fit has room.", fix="Allow more with --memory-limit.")


def test_where_the_job_has_too_little_its_own_limit_is_not_what_to_raise():
    with pytest.raises(TooLittleMemory) as told:
        failing(None)
    assert str(told.value) == "No fit has room."


def test_where_the_user_allowed_too_little_more_for_the_job_is_not_the_advice():
    with pytest.raises(InvalidValue, match="--memory-limit") as told:
        failing(300)
    assert not isinstance(told.value, TooLittleMemory)
