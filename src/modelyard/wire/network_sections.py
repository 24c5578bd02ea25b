"""The sections of a YAML configuration that only networks have: pictures, and how is trained.

The keys are those of the product's documents; what they come to are hyperparameters.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from modelyard.domain.errors import InvalidValue
from modelyard.domain.pictures import LABEL_COLUMN
from modelyard.wire.strict_sections import Section, SplitSection, Text

Side = Annotated[int, Field(ge=8, le=4096)]


class AugmentationSection(Section):
    """How pictures are changed while a network learns from them."""

    horizontal_flip: bool | None = Field(default=None, description="Mirror half of the pictures.")
    rotation_range: Annotated[float, Field(ge=0, le=180)] | None = Field(
        default=None, description="Turn pictures by up to this many degrees."
    )
    crop_range: Annotated[float, Field(ge=0, le=0.5)] | None = Field(
        default=None, description="Shift and zoom by up to this share of a side."
    )
    colour_range: Annotated[float, Field(ge=0, le=1)] | None = Field(
        default=None, description="Change brightness, contrast and colours by up to this share."
    )
    normalize: Literal[True] = Field(
        default=True, description="Pixels always come to mean 0 and spread 1."
    )


class PictureSection(SplitSection):
    """Pictures that a dataset holds, and which of them train, validate and test."""

    target_column: Text = Field(
        default=LABEL_COLUMN, description="The column to predict: what the class folders say."
    )
    image_size: Annotated[list[Side], Field(min_length=2, max_length=2)] | None = Field(
        default=None, description="Height and width to which pictures are brought, in pixels."
    )
    augmentation: AugmentationSection = Field(default_factory=AugmentationSection)

    def parameters(self) -> dict[str, Any]:
        """Return what it says as hyperparameters."""
        sizes = dict(zip(("image_height", "image_width"), self.image_size or (), strict=False))
        return sizes | self.augmentation.model_dump(exclude_none=True, exclude={"normalize"})


class ImageSection(PictureSection):
    """The pictures of a folder or a zip file."""

    path: Text = Field(description="Folder or zip file of pictures, relative to this file.")


def layers_told(architecture: Mapping[str, Any]) -> dict[str, Any]:
    """Return what `model.architecture` says as hyperparameters.

    A list of hidden layers is `layer_sizes`. How many features there are, a network finds out.

    Raises:
        InvalidValue: if the number of features is given.
    """
    told = dict(architecture)
    n_features = told.pop("input_dim", None)
    if n_features not in (None, "auto"):
        raise InvalidValue(
            f"model.architecture.input_dim is found out from the columns; {n_features} came.",
            fix="Leave it out, or write auto.",
            sample=str(n_features),
        )
    layers = told.get("hidden_layers")
    if isinstance(layers, list):
        told["layer_sizes"] = ",".join(map(str, layers))
        del told["hidden_layers"]
    return told


class EarlyStoppingSection(Section):
    """When a training ends before its last epoch."""

    enabled: bool = Field(default=True, description="Whether it may.")
    patience: Annotated[int, Field(ge=1)] | None = Field(
        default=None, description="Epochs without a better answer for validation rows."
    )
    monitor: Literal["loss", "accuracy"] | None = Field(
        default=None, description="What is watched on validation rows."
    )


class CheckpointSection(Section):
    """What is kept on the way."""

    enabled: bool | None = Field(
        default=None, description="Keep what a training that is stopped goes on from."
    )
    save_best: bool | None = Field(
        default=None, description="End with the weights of the best epoch, not of the last."
    )
    path: Text | None = Field(
        default=None,
        description="Folder to keep it in, relative to this file; by default that of the project.",
    )


class TrainingSection(Section):
    """How a network is trained; what is not given is as on the card of the algorithm."""

    epochs: Annotated[int, Field(ge=1)] | None = Field(
        default=None, description="Most passes over the rows."
    )
    batch_size: Annotated[int, Field(ge=1)] | None = Field(
        default=None, description="Rows of a step."
    )
    learning_rate: Annotated[float, Field(gt=0)] | None = Field(
        default=None, description="Largest step of the optimizer."
    )
    optimizer: Text | None = Field(default=None, description="Which way the steps go, e.g. adamw.")
    loss: Text | None = Field(default=None, description="What is made small, e.g. cross_entropy.")
    early_stopping: EarlyStoppingSection = Field(default_factory=EarlyStoppingSection)
    checkpoint: CheckpointSection = Field(default_factory=CheckpointSection)

    def parameters(self) -> dict[str, Any]:
        """Return what it says as hyperparameters."""
        stops, kept = self.early_stopping, self.checkpoint
        said = {
            "epochs": self.epochs,
            "batch_size": self.batch_size,
            "learning_rate": self.learning_rate,
            "optimizer": self.optimizer,
            "loss": self.loss,
            "patience": stops.patience if stops.enabled else 0,
            "monitor": stops.monitor,
            "keep_best": kept.save_best,
            "checkpoints": kept.enabled,
        }
        return {name: value for name, value in said.items() if value is not None}
