"""The Python door, handed out lazily so that importing the name costs nothing.

`modelyard.train`, `modelyard.estimate`, `modelyard.load` and `modelyard.compare` live in
`modelyard.workbench`; they are fetched on first use.
"""

from importlib import import_module
from types import MappingProxyType
from typing import Any

__all__ = ["__version__", "compare", "estimate", "load", "train"]

_HOMES = MappingProxyType(
    {
        "compare": "modelyard.workbench.comparing",
        "estimate": "modelyard.workbench.training",
        "load": "modelyard.workbench.models",
        "train": "modelyard.workbench.training",
    }
)


def __getattr__(name: str) -> Any:
    """Fetch a public name on first use (PEP 562)."""
    if name == "__version__":
        from modelyard.kit.version import VERSION

        return VERSION
    if name in _HOMES:
        from modelyard.kit.installs import WHOLE_INSTALL, serves_alone

        if serves_alone():
            raise ImportError(f"modelyard.{name} is not part of this install. {WHOLE_INSTALL}")
        return getattr(import_module(_HOMES[name]), name)
    msg = f"module 'modelyard' has no attribute {name!r}"
    raise AttributeError(msg)


def __dir__() -> list[str]:
    return sorted(__all__)
