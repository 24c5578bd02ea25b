"""What if: one column is moved over its range, and the answer is watched."""

from collections.abc import Sequence
from typing import Any

from modelyard.client.clients import Client
from modelyard.domain.columns import ColumnKind
from modelyard.kit.numerals import number
from modelyard.ui.parts.cells import cell_told
from modelyard.ui.parts.frames import draw
from modelyard.ui.parts.problems import told
from modelyard.ui.parts.texts import plain
from modelyard.ui.predicting import pictures
from modelyard.ui.predicting.answers import value_told
from modelyard.ui.predicting.asking import LEVEL, ask_rows, is_number
from modelyard.ui.predicting.rows import as_time, bounds_of, row_of, time_at, written
from modelyard.wire.models import ColumnAnswer, ModelDetail
from modelyard.wire.predictions import PredictAnswer

# Enough for a curve of a thousand pixels to have no corners that are not the model's own.
_N_PLACES = 61
# More are too many bars to be read.
_MOST_CATEGORIES = 25
_MOST_LABELS = 5


def show_moving(client: Client, detail: ModelDetail) -> None:
    """Draw the choice of a column, and how the answer moves with it."""
    import streamlit as st

    @st.fragment
    def look() -> None:
        columns = {each.name: each for each in detail.columns if _is_movable(each)}
        if not columns:
            st.info("None of the columns that this model takes can be moved.")
            return
        st.caption("All other columns stay as they are in the form of one row.")
        name = st.selectbox("Column to move", list(columns), key=f"moved-{detail.id}")
        with told():
            _show_moved(client, detail, columns[name])

    look()


def _is_movable(column: ColumnAnswer) -> bool:
    is_choice = column.kind == ColumnKind.BOOLEAN or bool(column.categories)
    return is_choice or bounds_of(column) is not None


def _show_moved(client: Client, detail: ModelDetail, column: ColumnAnswer) -> None:
    row = row_of(detail)
    cells = _cells(column, row[column.name])
    answer = ask_rows(client, detail, rows=[row | {column.name: cell} for cell in cells])
    told_ = answer.model_extra or {}
    if column.kind == ColumnKind.BOOLEAN or column.categories:
        _show_choices(detail, column, cells, told_=told_)
    else:
        _show_curve(detail, column, cells, answer=answer)
    _tell(detail, column, cells, told_=told_)


def _cells(column: ColumnAnswer, today: Any) -> list[Any]:
    """Return the values that the column is given, the one of the row among them."""
    if column.kind == ColumnKind.BOOLEAN:
        return [True, False]
    if column.categories:
        own = [] if today is None else [str(today)]
        return list(dict.fromkeys([*own, *column.categories[:_MOST_CATEGORIES]]))
    low, high = bounds_of(column) or (0.0, 1.0)
    places = [low + (high - low) * at / (_N_PLACES - 1) for at in range(_N_PLACES)]
    if column.kind == ColumnKind.DATETIME:
        return list(dict.fromkeys(written(column, time_at(place)) for place in places))
    now = [today] if isinstance(today, int | float) and not isinstance(today, bool) else []
    if column.kind == ColumnKind.INTEGER:
        # The row's own stays as it is, digit by digit.
        return sorted({*map(round, places), *now})
    return sorted({*places, *map(float, now)})


def _show_curve(
    detail: ModelDetail, column: ColumnAnswer, cells: Sequence[Any], *, answer: PredictAnswer
) -> None:
    import streamlit as st

    told_ = answer.model_extra or {}
    is_time = column.kind == ColumnKind.DATETIME
    today = row_of(detail)[column.name]
    lines = _lines(detail, told_)
    spans = [each or (None, None) for each in told_.get("intervals") or ()]
    figure = pictures.curve(
        [_moment(column, cell) for cell in cells] if is_time else list(cells),
        lines,
        today=_moment(column, today) if is_time else today,
        ends=([low for low, _ in spans], [high for _, high in spans]) if spans else None,
        is_share=not is_number(detail),
    )
    about = f"How the answer moves with {column.name}."
    draw(figure, key="moving", about=about)
    band = f" The band holds the truth {LEVEL:g} times in a hundred." if spans else ""
    st.caption(
        f"{plain(column.name)} over the range of training; the dashed line is the row now.{band}"
    )


def _show_choices(
    detail: ModelDetail, column: ColumnAnswer, cells: Sequence[Any], *, told_: dict[str, Any]
) -> None:
    import streamlit as st

    today = row_of(detail)[column.name]
    name, values = next(iter(_lines(detail, told_).items()))
    names = [
        f"{cell_told(cell)} (now)" if cell_told(cell) == cell_told(today) else cell_told(cell)
        for cell in cells
    ]
    kept = [(label, value) for label, value in zip(names, values, strict=True) if value is not None]
    words = [number(value) if is_number(detail) else f"{100 * value:.1f} %" for _, value in kept]
    figure = pictures.choices(
        [label for label, _ in kept], [value for _, value in kept], words=words
    )
    draw(figure, key="moving", about=f"The answer for each value of {column.name}.")
    of = plain(detail.target) if is_number(detail) else f"Probability of {plain(name)}"
    st.caption(f"{of} for each value of {plain(column.name)}.")


def _lines(detail: ModelDetail, told_: dict[str, Any]) -> dict[str, list[float | None]]:
    """Return the answers as lines: a number, or the probabilities of the likeliest labels."""
    if is_number(detail):
        return {detail.target: list(told_["predictions"])}
    chances, labels = told_["probabilities"], [str(label) for label in told_["labels"]]
    if len(labels) == 2:
        return {labels[1]: [None if each is None else each[1] for each in chances]}
    peaks = [max((each[at] for each in chances if each), default=0.0) for at in range(len(labels))]
    likeliest = sorted(range(len(labels)), key=lambda at: -peaks[at])[:_MOST_LABELS]
    return {
        labels[at]: [None if each is None else each[at] for each in chances]
        for at in sorted(likeliest)
    }


def _tell(
    detail: ModelDetail, column: ColumnAnswer, cells: Sequence[Any], *, told_: dict[str, Any]
) -> None:
    """Say in words where the answer turns, or between which ends it moves."""
    import streamlit as st

    answers = told_["predictions"]
    if is_number(detail):
        pairs = zip(answers, cells, strict=True)
        known = [(value, cell_told(cell)) for value, cell in pairs if value is not None]
        if known:
            low, high = min(known, key=lambda each: each[0]), max(known, key=lambda each: each[0])
            st.markdown(
                f"From **{number(low[0])}** at {plain(low[1])} to **{number(high[0])}** at "
                f"{plain(high[1])}."
            )
        return
    turns = [
        f"from {plain(cell_told(cells[at]))} on it is **{plain(value_told(detail, answers[at]))}**"
        for at in range(1, len(cells))
        if answers[at] != answers[at - 1]
    ]
    if column.kind == ColumnKind.BOOLEAN or column.categories:
        return
    if not turns:
        st.markdown(f"It stays **{plain(str(answers[0]))}** over the whole range.")
    elif len(turns) <= _MOST_LABELS:
        st.markdown(f"It begins as **{plain(str(answers[0]))}**; {', '.join(turns)}.")


def _moment(column: ColumnAnswer, cell: Any) -> str | None:
    at = as_time(column, cell)
    return None if at is None else at.replace(tzinfo=None).isoformat()
