"""The pictures of a dataset, made small: some of each class, and one by its row."""

from typing import Annotated

from fastapi import Path, Query, Response

from modelyard.api.callers import ProjectOf
from modelyard.api.dataset_paths import Name, Version, reference_of
from modelyard.api.policies import needs_every_model
from modelyard.api.routing import router
from modelyard.domain.galleries import GalleryQuery
from modelyard.wire.bodies import LARGEST
from modelyard.wire.galleries import PicturesAnswer, PicturesQuery

ROUTER = router("Datasets")
READS = [needs_every_model()]

Row = Annotated[int, Path(ge=1, le=LARGEST, description="1 is the first.")]
_JPEG = "image/jpeg"
_AS_DECLARED = {"x-content-type-options": "nosniff"}


@ROUTER.get("/datasets/{name}/versions/{version}/pictures", dependencies=READS)
def list_pictures(
    name: Name, version: Version, project: ProjectOf, query: Annotated[PicturesQuery, Query()]
) -> PicturesAnswer:
    """Show some pictures of each class, made small when the dataset was read."""
    wanted = GalleryQuery(
        label=query.label,
        files=frozenset(query.file),
        after_row=query.cursor,
        limit=query.limit,
    )
    found = project.named_datasets.gallery(reference_of(name, version), wanted)
    return PicturesAnswer.page(found.gallery, found.next_row)


@ROUTER.get(
    "/datasets/{name}/versions/{version}/pictures/{row}",
    dependencies=READS,
    response_class=Response,
    responses={200: {"content": {_JPEG: {"schema": {"type": "string", "format": "binary"}}}}},
)
def show_picture(name: Name, version: Version, row: Row, project: ProjectOf) -> Response:
    """Show the picture of a row, made small, where it is one of those that are shown."""
    found = project.named_datasets.picture(reference_of(name, version), row)
    return Response(found.thumbnail, media_type=_JPEG, headers=_AS_DECLARED)
