"""Bytes of pictures are brought to mean 0 and spread 1, in memory that does not grow with them."""

import tracemalloc

import numpy as np
import pytest

from modelyard.networks.seeing.ends import standardise

pytestmark = pytest.mark.extras
torch = pytest.importorskip("torch")


def pictures_of(n_pictures: int) -> np.ndarray:
    rng = np.random.default_rng(0)
    return rng.integers(40, 200, size=(n_pictures, 16, 24, 3), dtype=np.uint8)


def standardised(layer: object, pictures: np.ndarray) -> np.ndarray:
    with torch.inference_mode():
        return layer(torch.from_numpy(pictures).permute(0, 3, 1, 2).float()).double().numpy()


def test_each_channel_comes_to_mean_zero_and_spread_one() -> None:
    pictures = pictures_of(50) // np.array([1, 2, 4], dtype=np.uint8)
    seen = standardised(standardise(pictures), pictures)
    assert seen.mean(axis=(0, 2, 3)) == pytest.approx([0.0] * 3, abs=1e-5)
    assert seen.std(axis=(0, 2, 3)) == pytest.approx([1.0] * 3, abs=1e-5)


def test_a_channel_of_one_value_is_moved_and_not_stretched() -> None:
    pictures = np.full((3, 8, 8, 3), 117, dtype=np.uint8)
    layer = standardise(pictures)
    assert layer.weight.flatten().tolist() == [1.0] * 3
    assert standardised(layer, pictures) == pytest.approx(0.0)


def test_no_more_than_two_thousand_pictures_are_looked_at() -> None:
    pictures = np.zeros((3_999, 2, 2, 3), dtype=np.uint8)
    pictures[1::2] = 200
    assert standardise(pictures).bias.tolist() == [0.0] * 3


def test_to_look_at_pictures_takes_less_memory_than_they_do() -> None:
    pictures = pictures_of(2_000)
    standardise(pictures[:1])
    tracemalloc.start()
    try:
        standardise(pictures)
        assert tracemalloc.get_traced_memory()[1] < pictures.nbytes / 4
    finally:
        tracemalloc.stop()
