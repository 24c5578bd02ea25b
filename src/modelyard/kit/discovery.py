"""Imports every module of a package and hands back what each one offers under an agreed name."""

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any


def scan(package_name: str, attribute: str) -> Iterator[tuple[str, Any]]:
    """Yield `(module name, module.attribute)` for each public module of a package, sorted by name.

    Args:
        package_name: dotted name of an importable package.
        attribute: what each module must define.

    Raises:
        AttributeError: if a module lacks the attribute: a file on a shelf that offers nothing is
            a mistake, never something to pass over.
    """
    package = importlib.import_module(package_name)
    names = sorted(info.name for info in pkgutil.iter_modules(package.__path__))
    for name in names:
        if name.startswith("_"):
            continue
        module = importlib.import_module(f"{package_name}.{name}")
        yield module.__name__, getattr(module, attribute)
