"""Every table at once, for making, migrating and comparing databases; found by scanning."""

import importlib
import pkgutil

import sqlalchemy as sa

from modelyard.store import tables
from modelyard.store.tables.schema import METADATA


def whole_schema() -> sa.MetaData:
    """Return the schema with the tables of every module beside this one."""
    for found in pkgutil.iter_modules(tables.__path__):
        importlib.import_module(f"{tables.__name__}.{found.name}")
    return METADATA
