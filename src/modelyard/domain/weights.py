"""Where the weights are that a network may begin with: a folder, and a hub that has more."""

from dataclasses import dataclass
from pathlib import Path

# The address that huggingface_hub asks where HF_ENDPOINT names no other.
PUBLIC_HUB = "https://huggingface.co"


@dataclass(frozen=True)
class Hub:
    """A server that hands out files of weights as that of Hugging Face does.

    Attributes:
        endpoint: its address, without a slash at the end.
        is_offline: whether it must not be asked; what was fetched before is taken all the same.
    """

    endpoint: str = PUBLIC_HUB
    is_offline: bool = False


@dataclass(frozen=True)
class WeightsPlace:
    """Where whoever runs the product keeps weights.

    Attributes:
        folder: of files that were put there; what is fetched from the hub lies below it.
        hub: that is asked for others.
    """

    folder: Path
    hub: Hub = Hub()
