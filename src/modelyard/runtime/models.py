"""A verified package that is ready to predict, with what it can tell beside its predictions."""

import json
from dataclasses import dataclass
from functools import cached_property

from modelyard.domain.columns import ColumnKind
from modelyard.domain.errors import UnsupportedPackage
from modelyard.domain.manifests import Manifest
from modelyard.runtime.conformal import Conformal
from modelyard.runtime.explaining.explainer import Explainer
from modelyard.runtime.packages import CONFORMAL, REFERENCE, Package
from modelyard.runtime.predictor import Predictor

_TRAIN_AGAIN = "Train the model again."
_ASK_WHERE = "Of a picture, ask where the model looks: modelyard explain MODEL cat.jpg."


@dataclass(frozen=True)
class ReadyModel:
    """A model as every door holds it; ranks and reasons are read when they are first asked for."""

    package: Package
    predictor: Predictor

    @property
    def manifest(self) -> Manifest:
        """What the model is."""
        return self.package.manifest

    @property
    def has_ranks(self) -> bool:
        """Whether the package can tell intervals and sets."""
        return CONFORMAL in self.package.contents

    @cached_property
    def conformal(self) -> Conformal:
        """The ranks behind intervals and sets.

        Raises:
            UnsupportedPackage: if the package was made without.
        """
        if not self.has_ranks:
            raise UnsupportedPackage(
                "The package was made before intervals and sets were.", fix=_TRAIN_AGAIN
            )
        return Conformal.from_bytes(self.package.contents[CONFORMAL])

    @cached_property
    def explainer(self) -> Explainer:
        """What explains answers against the reference rows of the package.

        Raises:
            UnsupportedPackage: if the package has no reference rows.
        """
        content = self.package.contents.get(REFERENCE)
        columns = {} if content is None else json.loads(content)["columns"]
        if not any(columns.values()):
            sees = any(each.kind is ColumnKind.IMAGE for each in self.manifest.inputs)
            raise UnsupportedPackage(
                "The package has no reference rows to compare an answer with.",
                fix=_ASK_WHERE if sees else _TRAIN_AGAIN,
            )
        return Explainer(self.predictor, self.predictor.reader.read_columns(columns))
