"""Blocks of EfficientNet learn from whole gradients, in half precision too."""

from typing import Any

import pytest

from modelyard.networks.seeing.inverted import Inverted

pytestmark = pytest.mark.extras
torch = pytest.importorskip("torch")


@pytest.mark.parametrize("size", [3, 5])
@pytest.mark.parametrize("height", [1, 3])
def test_gradients_of_a_field_one_pixel_wide_are_whole(size: int, height: int) -> None:
    torch.manual_seed(0)
    block = Inverted(n_in=16, n_out=24, widening=6, size=size, stride=2).built()
    values = torch.rand(12, height, 1, 16).permute(0, 3, 1, 2)
    wished = torch.rand(12, 24, -(-height // 2), 1)
    exact = gradient(block, values, wished, is_half=False)
    for _ in range(10):
        found = gradient(block, values, wished, is_half=True)
        assert torch.isfinite(found).all()
        assert (found - exact).abs().max() < 0.1 * exact.abs().max()


def gradient(block: Any, values: Any, wished: Any, *, is_half: bool) -> Any:
    """Return that of what looks at each channel, in memory in which something was left."""
    left = [torch.full((n,), torch.nan) for n in range(16, 4096, 64) for _ in range(4)]
    del left
    block.zero_grad()
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=is_half):
        answers = block(values)
    (answers.float() * wished).sum().backward()
    return block.own[0].weight.grad.clone()
