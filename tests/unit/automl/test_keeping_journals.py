"""What was finished survives the process, and nothing that is damaged is taken for it."""

import errno
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from competitions import arena, candidate, entry, fits_of, of_status

from modelyard.domain.errors import WorkersLost
from modelyard.domain.trials import TrialStatus
from modelyard.engine.automl.journals import Journal, forget, mark_of, telling_what_is_kept
from modelyard.engine.mending import Mending


@pytest.fixture
def place():
    return arena()


@pytest.fixture
def finished(place):
    one = candidate("logistic-regression")
    return entry(3, goodness=0.8, one=one), fits_of(one, place)


def test_what_was_remembered_is_recalled_to_the_last_bit(tmp_path, place, finished):
    done, fits = finished
    Journal(tmp_path, place, metric="roc-auc").remember(done, fits)
    ((again, known),) = Journal(tmp_path, place, metric="roc-auc").recall()
    assert again == done
    for before, after in zip(fits, known, strict=True):
        assert np.array_equal(before.scores, after.scores)
        assert np.array_equal(before.taught, after.taught)
        assert (before.graph, before.recipe) == (after.graph, after.recipe)


def test_whoever_interrupts_is_told_of_what_is_kept_and_only_of_that(tmp_path, place, finished):
    def interrupted(journal):
        with pytest.raises(KeyboardInterrupt) as ended, telling_what_is_kept(journal):
            raise KeyboardInterrupt
        return getattr(ended.value, "__notes__", [])

    kept, another = (Journal(tmp_path, place, metric=each) for each in ("roc-auc", "log-loss"))
    assert interrupted(kept) == []
    kept.remember(*finished)
    (note,) = interrupted(kept)
    assert "goes on from them" in note
    assert interrupted(another) == interrupted(None) == []


def test_what_did_not_finish_is_not_kept(tmp_path, place, finished):
    done, fits = finished
    journal = Journal(tmp_path, place, metric="roc-auc")
    journal.remember(of_status(done, TrialStatus.CANCELLED, "the time was up"), fits[:1])
    assert journal.recall() == []


def test_other_rows_and_another_metric_make_another_journal(tmp_path, place, finished):
    Journal(tmp_path, place, metric="roc-auc").remember(*finished)
    assert Journal(tmp_path, arena(n=90), metric="roc-auc").recall() == []
    assert Journal(tmp_path, place, metric="log-loss").recall() == []


def test_fixes_make_another_journal(place):
    marks = {
        mark_of(replace(place, plan=replace(place.plan, **told)), "roc-auc")
        for told in (
            {},
            {"mending": Mending(clipped=("a",))},
            {"mending": Mending(merged=("c",))},
            {"silent": np.array([3, 5])},
        )
    }
    assert len(marks) == 4


def test_a_disk_that_is_full_leaves_no_half_of_a_candidate(tmp_path, place, finished, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    journal = Journal(tmp_path, place, metric="roc-auc")
    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space"):
        journal.remember(*finished)
    assert list(journal.folder.iterdir()) == []


def test_where_the_fits_are_lost_the_fix_tells_of_what_is_kept(tmp_path, place, finished):
    journal = Journal(tmp_path, place, metric="roc-auc")
    journal.remember(*finished)
    with pytest.raises(WorkersLost) as ended, telling_what_is_kept(journal):
        raise WorkersLost("gone", fix="Train again.")
    assert ended.value.fix.startswith("Train again. Candidates that AutoML had finished are kept")


def test_a_gap_is_not_an_empty_word():
    empty, gap = arena(), arena()
    empty.plan.blocks.strings[0, 0] = ""
    gap.plan.blocks.strings[0, 0] = None
    assert mark_of(empty, "roc-auc") != mark_of(gap, "roc-auc")


@pytest.mark.parametrize("name", ["fold-0.onnx", "fold-1.npz", "fold-2.json", "entry.json"])
def test_a_candidate_with_a_damaged_file_is_fitted_again(tmp_path, place, finished, name):
    journal = Journal(tmp_path, place, metric="roc-auc")
    journal.remember(*finished)
    path = journal.folder / finished[0].candidate.name / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(bytes(content))
    assert journal.recall() == []


def test_a_candidate_that_was_being_written_is_not_taken_for_one(tmp_path, place):
    journal = Journal(tmp_path, place, metric="roc-auc")
    half = journal.folder / ".unfinished-7"
    half.mkdir(parents=True)
    (half / "fold-0.onnx").write_bytes(b"half")
    assert journal.recall() == []


def test_the_first_of_two_runs_to_finish_a_candidate_keeps_it(tmp_path, place, finished):
    done, fits = finished
    journal = Journal(tmp_path, place, metric="roc-auc")
    journal.remember(done, fits)
    journal.remember(replace(done, number=9), fits)
    assert [entry.number for entry, _ in journal.recall()] == [3]


def test_what_is_done_with_and_what_is_old_is_deleted(tmp_path):
    for name in ("done", "old", "young"):
        (tmp_path / name).mkdir()
    os.utime(tmp_path / "old", (0, 0))
    forget(tmp_path, ("done",))
    assert [path.name for path in tmp_path.iterdir()] == ["young"]
