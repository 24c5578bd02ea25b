"""Pictures that are dropped: what a model answers to each, and how sure it is."""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Literal

from modelyard.client.clients import Client
from modelyard.domain.columns import ColumnKind
from modelyard.domain.errors import ModelyardError
from modelyard.kit.hashing import sha256_of
from modelyard.kit.numerals import counted
from modelyard.ui.navigation import link_to
from modelyard.ui.parts.problems import tell, told
from modelyard.ui.parts.texts import plain, short
from modelyard.ui.predicting.answers import show_answer, value_told
from modelyard.ui.theme.options import PICTURE_MB
from modelyard.wire.models import ModelDetail
from modelyard.wire.predictions import PredictAnswer, PredictOptions

# What the platform opens (docs/images.md), by the names that files have.
_NAMES = ["jpg", "jpeg", "png", "gif", "bmp", "tif", "tiff", "webp"]
# As many as a screen shows and a visit holds.
_MOST = 24
_KEPT, _MOST_KEPT = "picture-answers", 100
_COLUMNS, _WIDTH_PX = 3, 320
_STRETCHED: Literal["stretch"] = "stretch"
# From here on an answer is no fault of the picture.
_OF_THE_SERVER = 500


@dataclass(frozen=True)
class _Asked:
    """A picture with its answer, or why there is none."""

    name: str
    content: bytes
    answer: PredictAnswer | ModelyardError


def takes_a_picture(detail: ModelDetail) -> bool:
    """Return whether a model takes one picture and nothing else."""
    return [each.kind for each in detail.columns] == [ColumnKind.IMAGE]


def show_pictures(client: Client, detail: ModelDetail) -> None:
    """Draw the box for pictures, and what is answered to those that lie in it."""
    import streamlit as st

    dropped = st.file_uploader(
        "Drop pictures here",
        _NAMES,
        accept_multiple_files=True,
        max_upload_size=PICTURE_MB,
        key=f"pictures-{detail.id}",
    )
    if not dropped:
        st.caption(
            "One picture or several: JPEG, PNG, GIF, BMP, TIFF or WebP. What is tried out here is "
            "not written down."
        )
        return
    if len(dropped) > _MOST:
        st.info(
            f"The first {_MOST} of {len(dropped)} are answered here. A zip file of any number is "
            "answered under A file.",
            icon=":material/info:",
        )
    with st.spinner("Asking …"):
        asked = [_ask(client, detail, each.name, each.getvalue()) for each in dropped[:_MOST]]
    if len(asked) == 1:
        _show_one(client, detail, asked[0])
        return
    n_told = sum(isinstance(each.answer, PredictAnswer) for each in asked)
    st.markdown(f"**{counted(n_told, 'picture')} answered**")
    for start in range(0, len(asked), _COLUMNS):
        row = asked[start : start + _COLUMNS]
        for place, each in zip(st.columns(_COLUMNS), row, strict=False):
            with place, st.container(border=True):
                _show_tile(detail, each)


def _ask(client: Client, detail: ModelDetail, name: str, content: bytes) -> _Asked:
    """Return what is answered to a picture that is tried out; asked once a visit."""
    import streamlit as st

    kept: OrderedDict[tuple[str, str], PredictAnswer | ModelyardError]
    kept = st.session_state.setdefault(_KEPT, OrderedDict())
    mark = (detail.id, sha256_of(content))
    if mark not in kept:
        try:
            kept[mark] = _answer(client, detail, content, is_trial=True)
        except ModelyardError as error:
            if error.status >= _OF_THE_SERVER:
                # It may be otherwise the next time.
                return _Asked(name, content, error)
            kept[mark] = error
        while len(kept) > _MOST_KEPT:
            kept.popitem(last=False)
    return _Asked(name, content, kept[mark])


def _answer(
    client: Client, detail: ModelDetail, content: bytes, *, is_trial: bool
) -> PredictAnswer:
    options = PredictOptions(trial=is_trial)
    return client.predictions.ask_picture(detail.id, content, options=options)


def _show_one(client: Client, detail: ModelDetail, asked: _Asked) -> None:
    import streamlit as st

    if isinstance(asked.answer, ModelyardError):
        st.markdown(f"**{plain(asked.name)}**")
        tell(asked.answer)
        return
    picture, answer = st.columns([1, 1], gap="large")
    with picture:
        _show_picture(detail, asked, width=_WIDTH_PX)
    with answer:
        show_answer(detail, asked.answer, key="picture")
        if st.button(
            "Write it down",
            icon=":material/edit_note:",
            help="What is tried out here is not logged. This asks once more, for good: the answer "
            "is found on the page Monitor. Of the picture its SHA-256 alone is kept.",
        ):
            with told():
                _write_down(client, detail, asked.content)


def _write_down(client: Client, detail: ModelDetail, content: bytes) -> None:
    import streamlit as st

    id_ = _answer(client, detail, content, is_trial=False).prediction_id
    if id_ is None:
        st.warning("It was answered, but the log takes nothing now.")
        return
    st.success(f"Written down as {plain(id_)}.", icon=":material/check:")
    link_to("monitor", label="See it in Monitor", model=detail.id)


def _show_tile(detail: ModelDetail, asked: _Asked) -> None:
    import streamlit as st

    if isinstance(asked.answer, ModelyardError):
        st.caption(short(asked.name))
        tell(asked.answer)
        return
    _show_picture(detail, asked, width=_STRETCHED)
    extra = asked.answer.model_extra or {}
    value, chances = extra["prediction"], extra.get("probabilities")
    sure = f" · {100 * chances[str(value)]:.1f} %" if chances else ""
    st.markdown(f"**{plain(value_told(detail, value))}**{sure}")


def _show_picture(detail: ModelDetail, asked: _Asked, *, width: int | Literal["stretch"]) -> None:
    """Draw a picture; the deployment has opened it, so that it is one, and not too large."""
    import streamlit as st

    st.image(
        asked.content,
        caption=short(asked.name),
        width=width,
        alt=f"The picture {asked.name}, whose {detail.target} is asked for",
    )
