"""A viewer who is refused models is told of none by another way."""

import pytest


@pytest.mark.parametrize(
    "path",
    [
        "/jobs",
        "/jobs/x",
        "/jobs/x/logs",
        "/jobs/x/stream",
        "/training/jobs",
        "/training/jobs/x",
        "/datasets/sales/versions/1/lineage",
    ],
)
def test_what_tells_of_every_model_is_told_to_whoever_is_refused_none(ask, path):
    assert ask("bounded").get(f"/api/v1/ml{path}").status_code == 403
    assert ask("viewer").get(f"/api/v1/ml{path}").status_code != 403
