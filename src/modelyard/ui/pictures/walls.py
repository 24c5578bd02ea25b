"""The pictures of a dataset, small, side by side: of every class or of one, page by page."""

from collections.abc import Sequence
from html import escape

from modelyard.client.clients import Client
from modelyard.domain.datasets import DatasetFormat
from modelyard.kit.numerals import count, counted
from modelyard.kit.texts import visible
from modelyard.wire.datasets import DatasetVersionAnswer
from modelyard.wire.galleries import PictureAnswer, PicturesAnswer, PicturesQuery

# Three rows of a desktop, ten of a phone, each of them full.
_N_SHOWN = 30
_EVERY = ""
_LIST = (
    "list-style:none;margin:0;padding:0;display:grid;gap:0.75rem;"
    "grid-template-columns:repeat(auto-fill,minmax(6rem,1fr))"
)
# A ground and an edge that are neither of the schemes' own: white and black pictures end somewhere.
_IMAGE = (
    "width:100%;aspect-ratio:1;object-fit:contain;border-radius:6px;background:#8882;"
    "outline:1px solid #8886;outline-offset:-1px"
)
_NAME = "font-size:0.75rem;overflow:hidden;text-overflow:ellipsis;white-space:nowrap"


def has_pictures(version: DatasetVersionAnswer) -> bool:
    """Return whether a version is a zip file of pictures."""
    return version.format is DatasetFormat.PICTURES


def show_wall(client: Client, version: DatasetVersionAnswer) -> None:
    """Draw pictures of a version that was read."""
    import streamlit as st

    st.subheader("Pictures", anchor=False)
    label = st.session_state.get(_key(version, "class"), _EVERY)
    cursor = st.session_state.get(_key(version, "from"), 0)
    found = client.datasets.pictures(
        version.reference, PicturesQuery(label=label or None, limit=_N_SHOWN, cursor=cursor)
    )
    _offer_classes(found, version)
    st.html(wall_of(found.items))
    _offer_more(found, version, is_first=not cursor)


def show_named(client: Client, version: DatasetVersionAnswer, *, files: Sequence[str]) -> None:
    """Draw the pictures that a finding names, in its order."""
    import streamlit as st

    query = PicturesQuery(file=list(files), limit=len(files))
    found = {each.file: each for each in client.datasets.pictures(version.reference, query).items}
    st.html(wall_of([found[name] for name in files if name in found]))


def wall_of(pictures: Sequence[PictureAnswer]) -> str:
    """Return pictures as a list of HTML, in which no name means anything but itself."""
    items = "".join(_tile(each) for each in pictures)
    return f'<ul style="{_LIST}">{items}</ul>'


def _tile(picture: PictureAnswer) -> str:
    name = escape(visible(picture.file))
    told = escape(visible(picture.label or "without a class"))
    size = f"{picture.width} × {picture.height}"
    return (
        f'<li style="min-width:0" title="{name}, {size}">'
        f'<img src="data:image/jpeg;base64,{escape(picture.thumbnail)}" '
        f'alt="{name}: {told}" style="{_IMAGE}">'
        f'<div style="{_NAME}">{told}</div></li>'
    )


def _offer_classes(found: PicturesAnswer, version: DatasetVersionAnswer) -> None:
    import streamlit as st

    if not found.classes:
        st.caption(f"{counted(found.n_pictures, 'picture')} in no class folders: to predict for.")
        return
    sizes = {each.label: each.n_pictures for each in found.classes}
    every = f"Every class: {counted(found.n_pictures, 'picture')}"
    st.selectbox(
        "Class",
        [_EVERY, *sizes],
        format_func=lambda label: f"{visible(label)}: {count(sizes[label])}" if label else every,
        key=_key(version, "class"),
        on_change=lambda: st.session_state.pop(_key(version, "from"), None),
    )


def _offer_more(found: PicturesAnswer, version: DatasetVersionAnswer, *, is_first: bool) -> None:
    import streamlit as st

    key = _key(version, "from")
    with st.container(horizontal=True):
        if not is_first and st.button("From the first", icon=":material/first_page:"):
            st.session_state.pop(key, None)
            st.rerun()
        if found.next_cursor and st.button("More pictures", icon=":material/navigate_next:"):
            st.session_state[key] = int(found.next_cursor)
            st.rerun()


def _key(version: DatasetVersionAnswer, name: str) -> str:
    # By what it holds: others may call another dataset so, in a visit that goes on as theirs.
    return f"wall-{name}-{version.sha256}"
