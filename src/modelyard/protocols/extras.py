"""Libraries that only some components need, asked for when they are used."""

import importlib
from typing import Any

from modelyard.domain.errors import MissingExtra


def import_extra(module: str, *, extra: str) -> Any:
    """Return a module of an optional library.

    Args:
        module: dotted name.
        extra: pip extra that installs it.

    Raises:
        MissingExtra: if it is not installed.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise MissingExtra(
            f"This needs the library '{error.name or module}', which is not installed.",
            fix=f"Install it: pip install 'modelyard[{extra}]'.",
        ) from error
