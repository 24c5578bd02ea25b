"""What a run hands on is answered: thresholds and intervals are found on it."""

import numpy as np
from competitions import answering, arena

from modelyard.engine.automl.blends import answers_of
from modelyard.engine.automl.running import answered


def test_rows_of_folds_that_were_not_finished_are_not_handed_on():
    place = arena(n_folds=3)
    fits = answering(1, place, np.linspace(0, 1, 120)[:, None])[:2]
    rows, scores = answered(place.rows, answers_of(place, fits))
    assert sorted(rows) == sorted(np.concatenate([fold.held for fold in place.folds[:2]]))
    assert np.isfinite(scores).all()
