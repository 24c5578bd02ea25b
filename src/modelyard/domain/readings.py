"""How a version of a dataset is read and mended, as a training's configuration takes it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from modelyard.domain.columns import ColumnKind
from modelyard.domain.configs import ReadOptions, TrainingConfig
from modelyard.domain.datasets import DatasetVersion


def options_of(read: Mapping[str, Any]) -> ReadOptions:
    """Return the options of reading that a version keeps as plain values.

    Raises:
        InvalidValue: if a kind does not exist.
    """
    kinds = {name: ColumnKind.called(kind) for name, kind in read.get("kinds", {}).items()}
    tokens = read.get("missing_tokens")
    return ReadOptions(
        encoding=read.get("encoding"),
        delimiter=read.get("delimiter"),
        decimal=read.get("decimal"),
        header=read.get("header"),
        missing_tokens=None if tokens is None else tuple(tokens),
        kinds=kinds,
    )


def with_dataset(config: TrainingConfig, version: DatasetVersion) -> TrainingConfig:
    """Return a training's configuration that reads and mends as the version says.

    What the configuration says itself comes first.

    Raises:
        InvalidValue: if a kind does not exist.
    """
    kept, asked = options_of(version.read), config.read
    read = replace(
        asked,
        encoding=asked.encoding or kept.encoding,
        delimiter=asked.delimiter or kept.delimiter,
        decimal=asked.decimal or kept.decimal,
        header=kept.header if asked.header is None else asked.header,
        missing_tokens=kept.missing_tokens
        if asked.missing_tokens is None
        else asked.missing_tokens,
        kinds={**kept.kinds, **asked.kinds},
    )
    return replace(config, read=read, fixes={**version.fixes, **config.fixes})
