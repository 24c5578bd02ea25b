"""Networks of several branches, each of which reads its own part of a row, and a head."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from modelyard.networks.writing.tensors import ints
from modelyard.packaging.graphs.chains import Chain
from modelyard.protocols.algorithms import Span


@dataclass(frozen=True)
class Branch:
    """A layer that reads a part of each row.

    Attributes:
        layer: from the matrix, or from pictures, to (n, n_out).
        n_out: numbers that it makes of it.
        sees: whether it takes pictures.
    """

    layer: Any
    n_out: int
    sees: bool = False


def joined(branches: Sequence[Branch], head: Sequence[Any]) -> Any:
    """Return the network whose head takes what the branches make, side by side.

    It takes pictures first, where a branch sees them, and then the matrix, where one takes it.
    """
    import torch

    class Joined(torch.nn.Module):  # type: ignore[misc] # torch is an extra, and untyped here
        """Branches, side by side, and a head."""

        def __init__(self) -> None:
            super().__init__()
            self.seeing = torch.nn.ModuleList(each.layer for each in branches if each.sees)
            self.reading = torch.nn.ModuleList(each.layer for each in branches if not each.sees)
            self.head = torch.nn.Sequential(*head)

        def joined(self, pictures: Any, matrix: Any) -> Any:
            seen = [each(pictures) for each in self.seeing]
            return self.head(torch.cat([*seen, *(each(matrix) for each in self.reading)], dim=1))

    class Reads(Joined):
        def forward(self, matrix: Any) -> Any:
            return self.joined(None, matrix)

    class Sees(Joined):
        def forward(self, pictures: Any) -> Any:
            return self.joined(pictures, None)

    class Both(Joined):
        def forward(self, pictures: Any, matrix: Any) -> Any:
            return self.joined(pictures, matrix)

    kinds = {each.sees for each in branches}
    return Both() if len(kinds) == 2 else Sees() if kinds == {True} else Reads()


def dense(
    places: Sequence[int], *, n_units: int, n_layers: int, dropout: float, activation: str
) -> Branch:
    """Return the branch that takes columns of the matrix which are no text and no sequence.

    Args:
        places: of the columns.
        n_units: of each layer.
        n_layers: of weighted sums, each bent.
        dropout: share of them that each step leaves out.
        activation: how they are bent, a key of `ACTIVATIONS`.
    """
    import torch

    class Columns(torch.nn.Module):  # type: ignore[misc] # torch is an extra, and untyped here
        """Chooses columns."""

        def __init__(self) -> None:
            super().__init__()
            self.register_buffer("places", torch.tensor(list(places)))

        def forward(self, matrix: Any) -> Any:
            return matrix[:, self.places]

        def as_graph(self, matrix: Chain) -> Chain:
            return matrix.then("Gather", ints(*places), axis=1)

    layers: list[Any] = [Columns()]
    width = len(places)
    for _ in range(n_layers):
        layers += [torch.nn.Linear(width, n_units), bend(activation), torch.nn.Dropout(dropout)]
        width = n_units
    return Branch(torch.nn.Sequential(*layers), width)


ACTIVATIONS = ("relu", "silu", "tanh")


def bend(activation: str) -> Any:
    """Return the layer that bends sums."""
    import torch

    kinds = {"relu": torch.nn.ReLU, "silu": torch.nn.SiLU, "tanh": torch.nn.Tanh}
    return kinds[activation]()


def columns_beside(spans: Sequence[Span], n_columns: int) -> list[int]:
    """Return the columns of a matrix that are in no span."""
    taken = {at for span in spans for at in range(span.start, span.stop)}
    return [at for at in range(n_columns) if at not in taken]
