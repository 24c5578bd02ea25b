"""The pictures of a dataset as the REST API shows them: how many, of which classes, and some."""

import base64
from typing import Annotated, Any, Self

from pydantic import Field

from modelyard.domain.galleries import Gallery, ShownPicture
from modelyard.wire.bodies import LARGEST, Answer, PageOf, Query

FileName = Annotated[str, Field(max_length=4_000)]


class PicturesQuery(Query):
    """Which pictures are asked for."""

    label: str | None = Field(default=None, max_length=2000, description="Only of this class.")
    file: list[FileName] = Field(
        default=[], max_length=20, description="Only these, e.g. those that a finding names."
    )
    limit: int = Field(default=24, ge=1, le=100, description="Most pictures to return.")
    cursor: int = Field(
        default=0, ge=0, le=LARGEST, description="`next_cursor` of the page before; 0 is the first."
    )


class PictureAnswer(Answer):
    """One picture, made small."""

    row: int = Field(description="1 is the first.")
    file: str = Field(description="In the zip file.")
    label: str | None = Field(description="Of its folder; null where that is no class.")
    part: str | None = Field(description="Of a split, where folders name parts.")
    width: int = Field(description="Of the picture itself, upright, in pixels.")
    height: int
    format: str = Field(description="As its bytes say, e.g. `JPEG`.")
    thumbnail: str = Field(description="JPEG in base64, no side longer than 128 pixels.")

    @classmethod
    def of(cls, picture: ShownPicture) -> Self:
        """Return what is told of a picture."""
        told: dict[str, Any] = vars(picture)
        return cls.model_validate(
            told | {"thumbnail": base64.b64encode(picture.thumbnail).decode()}
        )


class ClassAnswer(Answer):
    """The pictures of one class."""

    label: str
    n_pictures: int


class PicturesAnswer(PageOf[PictureAnswer]):
    """Some of the pictures that are shown of a dataset, and what there is in all."""

    n_pictures: int = Field(description="That can be read.")
    n_classes: int
    classes: list[ClassAnswer] = Field(
        description="The largest first, a thousand at most; empty without class folders."
    )

    @classmethod
    def page(cls, gallery: Gallery, next_row: int | None) -> Self:
        """Return a page of a gallery.

        Args:
            gallery: with the pictures of the page.
            next_row: behind which the next one begins; None on the last one.
        """
        return cls(
            items=[PictureAnswer.of(each) for each in gallery.shown],
            next_cursor=None if next_row is None else str(next_row),
            n_pictures=gallery.n_pictures,
            n_classes=gallery.n_classes,
            classes=[ClassAnswer.model_validate(each) for each in gallery.classes],
        )
