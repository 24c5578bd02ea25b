"""Equal trainings that keep their checkpoint at once leave one that is whole, and no drafts."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from modelyard.networks.training.checkpoints import Keeper
from modelyard.networks.training.devices import settled_precision

pytestmark = pytest.mark.extras
torch = pytest.importorskip("torch")
pytest.importorskip("safetensors")


def test_two_that_keep_at_once_leave_one_whole_checkpoint(tmp_path: Path) -> None:
    def keep_often(value: int) -> None:
        for _ in range(20):
            Keeper(tmp_path).keep({"value": value}, {"w": torch.full((5_000,), float(value))})

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(keep_often, (1, 2)))
    found = Keeper(tmp_path).find()
    assert found is not None
    assert found.tensors["w"].unique().tolist() == [float(found.state["value"])]
    assert [each.name for each in tmp_path.iterdir()] == ["checkpoint.safetensors"]


def test_a_draft_that_cannot_be_put_in_place_is_not_left(tmp_path: Path) -> None:
    (tmp_path / "checkpoint.safetensors" / "in the way").mkdir(parents=True)
    with pytest.raises(OSError, match="directory"):
        Keeper(tmp_path).keep({}, {"w": torch.zeros(3)})
    assert [each.name for each in tmp_path.iterdir()] == ["checkpoint.safetensors"]


@pytest.mark.parametrize(
    ("word", "settled"), [("auto", "float32"), ("float32", "float32"), ("bfloat16", "bfloat16")]
)
def test_the_precision_of_a_processor_is_decided_where_it_is_open(word: str, settled: str) -> None:
    assert settled_precision("cpu", word) == settled
