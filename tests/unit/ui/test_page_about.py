"""About tells what can be trained, measured, and what Modelyard is built of."""

import pytest

from modelyard.kit.version import VERSION
from modelyard.ui.about.stack import STACK, version_of

pytestmark = pytest.mark.extras


def test_about_shows_every_algorithm_metric_and_library(page, client):
    about = page("about")
    assert not about.exception
    algorithms, metrics, libraries = (each.value for each in about.dataframe)
    assert len(algorithms) == len(client.platform.algorithms().items)
    assert len(metrics) == len(client.platform.metrics().items)
    assert list(libraries["Library"]) == [each.name for each in STACK]
    assert any(VERSION in each.value for each in about.caption)


def test_a_task_leaves_what_suits_it(page, client):
    about = page("about")
    chosen = about.segmented_control[0].set_value("regression").run()
    suiting = [each for each in client.platform.metrics().items if "regression" in each.tasks]
    assert len(chosen.dataframe[1].value) == len(suiting)


def test_every_library_of_the_stack_is_installed():
    assert [each.name for each in STACK if not version_of(each)] == []
