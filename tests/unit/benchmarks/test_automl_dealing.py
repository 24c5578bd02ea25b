"""Every AutoML system gets the same rows, and none sees the answers that it is asked for."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from measuring.splits import N_BATCH, deal, listed


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _write(path: Path, target: list[str]) -> Path:
    lines = [f"{at},0{at},{cell}" for at, cell in enumerate(target)]
    path.write_text("\n".join(["at,code,y", *lines]) + "\n", encoding="utf-8")
    return path


FACTS = {"file": "t.csv", "target": "y", "task": "binary"}


def test_a_fifth_of_each_class_is_held_back_without_its_answer(tmp_path: Path) -> None:
    path = _write(tmp_path / "t.csv", ["no"] * 80 + ["yes"] * 20)
    dealt = deal(FACTS, path, name="t", place=tmp_path, seed=0)
    train, held = _rows(dealt.train), _rows(dealt.held)
    assert [len(train), len(held)] == [80, 20]
    assert dealt.labels == ["no", "yes"]
    assert dealt.truth.sum() == 4
    assert all(row.keys() == {"at", "code"} for row in held)
    assert {row["at"] for row in train}.isdisjoint(row["at"] for row in held)


def test_the_truth_is_in_the_order_of_the_rows_held_back(tmp_path: Path) -> None:
    path = _write(tmp_path / "t.csv", [str(at / 2) for at in range(50)])
    dealt = deal(FACTS | {"task": "regression"}, path, name="t", place=tmp_path, seed=0)
    np.testing.assert_allclose(dealt.truth, [int(row["at"]) / 2 for row in _rows(dealt.held)])


def test_cells_stay_as_they_are_written(tmp_path: Path) -> None:
    dealt = deal(
        FACTS, _write(tmp_path / "t.csv", ["a", "b"] * 10), name="t", place=tmp_path, seed=0
    )
    assert all(row["code"].startswith("0") for row in _rows(dealt.train))


def test_dropped_columns_reach_no_system(tmp_path: Path) -> None:
    path = _write(tmp_path / "t.csv", ["a", "b"] * 10)
    dealt = deal(FACTS | {"drop": ["code"]}, path, name="t", place=tmp_path, seed=0)
    assert all("code" not in row for row in _rows(dealt.train) + _rows(dealt.held))


@pytest.mark.parametrize(
    ("task", "target", "n_rows"),
    [
        ("binary", ["a", " b"] * 10 + ["", "  ", "alone"], 20),
        ("regression", ["1.5", "2"] * 10 + ["", "NA", "nan"], 20),
    ],
)
def test_rows_without_an_answer_and_lone_classes_are_left_out(
    tmp_path: Path, task: str, target: list[str], n_rows: int
) -> None:
    path = _write(tmp_path / "t.csv", target)
    dealt = deal(FACTS | {"task": task}, path, name="t", place=tmp_path, seed=0)
    assert dealt.n_train + len(dealt.truth) == n_rows
    assert dealt.labels in ([], ["a", "b"])


def test_the_batch_repeats_the_rows_held_back(tmp_path: Path) -> None:
    dealt = deal(
        FACTS, _write(tmp_path / "t.csv", ["a", "b"] * 10), name="t", place=tmp_path, seed=0
    )
    batch, held = _rows(dealt.batch), _rows(dealt.held)
    assert len(batch) >= N_BATCH
    assert batch[: 2 * len(held)] == held * 2


def test_the_same_seed_deals_the_same_rows_and_another_seed_others(tmp_path: Path) -> None:
    path = _write(tmp_path / "t.csv", ["a", "b"] * 50)
    digests = [deal(FACTS, path, name="t", place=tmp_path, seed=seed).digest for seed in (0, 0, 1)]
    assert digests[0] == digests[1] != digests[2]


def test_a_list_may_name_tables_beside_other_things(tmp_path: Path) -> None:
    text = json.dumps({"tables": {"t": FACTS, "photos": {"file": "photos.zip"}}})
    (tmp_path / "datasets.json").write_text(text, encoding="utf-8")
    assert list(listed(tmp_path)) == ["t"]
