"""Begins a network with weights that were learned elsewhere, from a file of safetensors.

The file lies in the folder of weights, or is fetched from a hub.

Such a file holds tensors and nothing that is executed. Files of torch's own (`.pth`, `.pt`, `.bin`)
are pickles, which may do anything as they are read: they are never opened.
"""

from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import Any

from modelyard.domain.errors import InvalidValue
from modelyard.domain.weights import WeightsPlace
from modelyard.kit.hashing import sha256_of_file
from modelyard.networks.seeing.bodies import Body
from modelyard.networks.training.checkpoints import EXTRA
from modelyard.protocols.extras import import_extra
from modelyard.protocols.progress import Progress

_SUFFIX, _SCHEME = ".safetensors", "hf://"
_CONVERT = (
    'Write it anew once, where you trust it: python -c "import torch, safetensors.torch as s; '
    "s.save_file(torch.load('{name}', weights_only=True), '{stem}.safetensors')\"."
)
# Of the pictures that such weights have seen, by channel, as shares of 255. Source: torchvision,
# weights of ImageNet; timm, IMAGENET_DEFAULT_MEAN and IMAGENET_DEFAULT_STD.
MEAN, SPREAD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def weights_file(name: str, place: WeightsPlace | None, *, body: Body, progress: Progress) -> Path:
    """Return the file of weights that a configuration names.

    Args:
        name: of a file in the folder, or its address at a hub.
        place: where whoever runs the product has put such files; None for nowhere.
        body: the network that they are for.
        progress: told what is fetched.

    Raises:
        InvalidValue: if it is no plain name, no file of safetensors, or not there.
        ModelyardError: as `hubs.fetched`.
    """
    if name.startswith(_SCHEME) and place is not None:
        made_for = {"architecture": body.architecture, "mean": MEAN, "std": SPREAD}
        # Reading over HTTP takes a while to load, and few trainings need it.
        from modelyard.networks.seeing.hubs import fetched

        return fetched(name, place, made_for=made_for, progress=progress)
    path, folder = PurePath(name), None if place is None else place.folder
    if path.suffix != _SUFFIX:
        told = _CONVERT.format(name=name, stem=path.stem)
        raise InvalidValue(
            f"'{name}' is no file of safetensors; others may run code as they are read.",
            fix=f"Name a file that ends in {_SUFFIX}. {told}",
            sample=name,
        )
    if path.name != name or folder is None or not (folder / name).is_file():
        raise InvalidValue(
            f"There are no weights called '{name}' in '{folder or 'any folder'}'.",
            fix="Put the file there, and name it without a folder; or name one of a hub as "
            f"{_SCHEME}OWNER/NAME@COMMIT.",
            sample=name,
        )
    return folder / name


def load(body: Body, path: Path) -> str:
    """Put the tensors of a file into a network without last layers, and return its SHA-256.

    Raises:
        InvalidValue: if the file is none of safetensors, lacks a tensor, or has one of another
            shape.
    """
    import torch

    safetensors = import_extra("safetensors", extra=EXTRA)
    try:
        with safetensors.safe_open(path, framework="pt") as file:
            known = set(file.keys())
            found = {own: _name_in(known, theirs, path) for own, theirs in body.names.items()}
            tensors = {own: file.get_tensor(name) for own, name in found.items()}
    except (OSError, safetensors.SafetensorError) as error:
        raise InvalidValue(
            f"'{path.name}' cannot be read as safetensors: {error}.", fix="Fetch it again."
        ) from error
    held = dict(torch.nn.Sequential(*body.layers).state_dict())
    _put(held, tensors, found, path)
    return sha256_of_file(path)


def _put(
    held: Mapping[str, Any], tensors: Mapping[str, Any], found: Mapping[str, str], path: Path
) -> None:
    for own, tensor in tensors.items():
        if held[own].shape != tensor.shape:
            raise InvalidValue(
                f"'{found[own]}' of '{path.name}' must have the shape {list(held[own].shape)}; it "
                f"has {list(tensor.shape)}.",
                fix="Choose the depth, size or width that the weights were learned with.",
                sample=found[own],
            )
        held[own].copy_(tensor)


def _name_in(known: set[str], theirs: tuple[str, ...], path: Path) -> str:
    for name in theirs:
        if name in known:
            return name
    raise InvalidValue(
        f"'{path.name}' has no tensor '{theirs[0]}': these are the weights of another network.",
        fix="Choose the algorithm and depth that the weights were learned with.",
        sample=theirs[0],
    )
