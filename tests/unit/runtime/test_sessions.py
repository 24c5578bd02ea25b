"""A session answers in double, alike from any thread, and refuses what is no graph."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from modelyard.domain.errors import UnsupportedPackage
from modelyard.packaging.graphs.linear import linear
from modelyard.runtime.sessions import Session

# None of them is a number of float32.
COEFFICIENTS = np.array([[0.1], [-1 / 3], [2.0**-30 + 1]])


@pytest.fixture
def session() -> Session:
    return Session(linear(COEFFICIENTS, np.array([0.7])).to_model(n_features=3, n_outputs=1))


def test_constants_keep_every_digit_of_a_double(session: Session) -> None:
    scores = session.scores(np.eye(3))

    np.testing.assert_allclose(scores, COEFFICIENTS + 0.7, rtol=1e-15, atol=0)


def test_threads_that_share_a_session_get_the_answers_of_one(session: Session) -> None:
    parts = [np.random.default_rng(at).normal(size=(200, 3)) for at in range(32)]

    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(session.scores, parts))

    assert all(
        np.array_equal(scores, session.scores(part))
        for scores, part in zip(found, parts, strict=True)
    )


@pytest.mark.parametrize("content", [b"", b"no graph", b"\x08\x0a"])
def test_what_is_no_graph_is_refused(content: bytes) -> None:
    with pytest.raises(UnsupportedPackage, match="cannot be loaded"):
        Session(content)
