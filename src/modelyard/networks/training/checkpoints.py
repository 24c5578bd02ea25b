"""Keeps how far a training has come, so that one that was killed goes on where it was.

A checkpoint is one safetensors file: tensors, and beside them one JSON document. Nothing in it is
ever executed. It is replaced as a whole, so that what is found is what was written.
"""

import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from modelyard.kit.failpoints import CHECKPOINT_KEPT, reach
from modelyard.protocols.extras import import_extra

EXTRA = "networks"
_NAME = "checkpoint.safetensors"
_STATE = "state"


@dataclass(frozen=True)
class Checkpoint:
    """How far a training has come.

    Attributes:
        state: plain JSON values.
        tensors: by name.
    """

    state: dict[str, Any]
    tensors: dict[str, Any]


@dataclass(frozen=True)
class Keeper:
    """Keeps the checkpoint of one fit.

    Attributes:
        folder: of this fit alone; it is named by a hash of all that the fit depends on.
    """

    folder: Path

    def keep(self, state: Mapping[str, Any], tensors: Mapping[str, Any]) -> None:
        """Replace the checkpoint; of two equal trainings at once the later one stays."""
        safetensors = import_extra("safetensors.torch", extra=EXTRA)
        self.folder.mkdir(parents=True, exist_ok=True)
        whole = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
        content = safetensors.save(whole, {_STATE: json.dumps(state)})
        descriptor, half = tempfile.mkstemp(prefix=f"{_NAME}.", dir=self.folder)
        try:
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            Path(half).replace(self.folder / _NAME)
        except OSError:
            Path(half).unlink(missing_ok=True)
            raise
        reach(CHECKPOINT_KEPT)

    def find(self) -> Checkpoint | None:
        """Return the checkpoint, None where there is none that can be read."""
        safetensors = import_extra("safetensors", extra=EXTRA)
        try:
            with safetensors.safe_open(self.folder / _NAME, framework="pt") as file:
                state = json.loads(file.metadata()[_STATE])
                return Checkpoint(state, {name: file.get_tensor(name) for name in file.keys()})  # noqa: SIM118 -- a file, not a mapping
        except (OSError, KeyError, TypeError, ValueError, safetensors.SafetensorError):
            return None
