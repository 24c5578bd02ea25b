"""Failpoints do nothing until a test arms one, and then exactly what it asks for."""

import pytest

from modelyard.kit.failpoints import VARIABLE, reach


def test_a_point_that_nobody_armed_is_passed():
    reach("publish.before-commit")


def test_an_armed_point_fails_and_others_are_passed(monkeypatch):
    monkeypatch.setenv(VARIABLE, "publish.before-commit:fail")
    reach("publish.after-commit")
    with pytest.raises(OSError, match="armed"):
        reach("publish.before-commit")


def test_a_point_with_a_file_fires_once_for_all_processes(monkeypatch, tmp_path):
    monkeypatch.setenv(VARIABLE, f"run.added:fail:{tmp_path / 'fired'}")
    with pytest.raises(OSError, match="armed"):
        reach("run.added")
    reach("run.added")
