"""Chooses the pictures that a report shows, and makes small copies of them."""

from modelyard.domain.errors import UnreadablePicture
from modelyard.domain.pictures import Album
from modelyard.engine.publishing.drafting import Draft
from modelyard.engine.training import Trained
from modelyard.runtime.explaining.occlusion import saliency_of
from modelyard.runtime.pictures.thumbnails import thumbnail
from modelyard.runtime.predictor import Predictor

_Shown = dict[str, str]


def shown_pictures(trained: Trained, draft: Draft) -> tuple[_Shown, _Shown]:
    """Return small copies of what findings and the worst answers name, and where a model looked.

    Both are by the name that the report calls a picture; a file that is gone meanwhile is left out.
    """
    albums = trained.examination.table.known.albums
    if not albums:
        return {}, {}
    thumbnails: _Shown = {}
    named = {name for each in trained.examination.findings for name in each.pictures}
    for album in albums.values():
        for name in named.intersection(each.name for each in album.looks.values()):
            _show(thumbnails, name, album, name)
    saliency: _Shown = {}
    if len(trained.fitted.recipe.pictures) == 1 and not trained.fitted.recipe.features:
        album = albums[trained.fitted.recipe.pictures[0].column]
        _show_worst(trained, draft, album, thumbnails, saliency)
    return thumbnails, saliency


def _show_worst(
    trained: Trained, draft: Draft, album: Album, thumbnails: _Shown, saliency: _Shown
) -> None:
    weaknesses = trained.evaluation.weaknesses
    session = trained.fitted.session
    predictor = Predictor.reading(draft.manifest, draft.contents, session=session)
    cells = {look.name: cell for cell, look in album.looks.items()}
    for row in weaknesses.worst if weaknesses else ():
        for told in row.inputs.values():
            if told not in cells:
                continue
            picture = album.picture(cells[told])
            _show(thumbnails, told, album, picture.name)
            if told in thumbnails:
                heat = saliency_of(predictor, picture).heat
                saliency[told] = thumbnail(picture.fetch(), picture.name, heat=heat)


def _show(shown: _Shown, told: str, album: Album, name: str) -> None:
    try:
        shown[told] = thumbnail(album.fetch(name), name)
    except (UnreadablePicture, KeyError):
        return
