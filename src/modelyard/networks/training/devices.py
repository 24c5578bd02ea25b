"""Where a network is trained and in which precision, and how that is the same each time."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from modelyard.domain.errors import InvalidValue


def device_of(word: str) -> str:
    """Return where to train: `cpu` or `cuda`.

    Raises:
        InvalidValue: if a GPU is asked for and there is none.
    """
    import torch

    has_gpu = torch.cuda.is_available()
    if word == "cuda" and not has_gpu:
        raise InvalidValue(
            "The device 'cuda' needs a GPU that torch can use; there is none.",
            fix="Use auto or cpu, or install a build of torch for your GPU.",
            sample=word,
        )
    return "cuda" if has_gpu and word != "cpu" else "cpu"


@contextmanager
def repeatable(seed: int, *, n_threads: int) -> Iterator[None]:
    """Draw from the seed alone and sum in one order, and leave torch as it was found."""
    import torch

    before, cudnn = torch.get_num_threads(), torch.backends.cudnn
    flags = (cudnn.benchmark, cudnn.deterministic)
    devices = [torch.cuda.current_device()] if torch.cuda.is_available() else []
    with torch.random.fork_rng(devices=devices):
        torch.manual_seed(seed)
        torch.set_num_threads(n_threads)
        cudnn.benchmark, cudnn.deterministic = False, True
        try:
            yield
        finally:
            torch.set_num_threads(before)
            cudnn.benchmark, cudnn.deterministic = flags


def settled_precision(device: str, word: str) -> str:
    """Return the precision of sums, `float32` or `bfloat16`, where `auto` is decided."""
    import torch

    if word != "auto":
        return word
    return "bfloat16" if device == "cuda" and torch.cuda.is_bf16_supported() else "float32"


def precision(device: str, word: str) -> Any:
    """Return the context in which sums are made in less than single precision, where they may."""
    import torch

    if settled_precision(device, word) == "float32":
        return nullcontext()
    return torch.autocast(device, dtype=torch.bfloat16)


def precision_of_convolutions(device: str, word: str) -> str:
    """Return the precision in which a network of convolutions is trained where none is named.

    A processor with units for matrices (AMX) makes three times as many steps in bfloat16
    (`benchmarks/pictures.py speed`); the weights stay in single precision.
    """
    import torch

    # Told by torch 2.10 and later.
    told: dict[str, Any] = getattr(torch.cpu, "get_capabilities", dict)()
    return "bfloat16" if word == "auto" and device == "cpu" and told.get("amx_bf16") else word
