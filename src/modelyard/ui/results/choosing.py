"""How a model was chosen: what competed, why the winner won, and what cannot be told from it."""

from modelyard.kit.numerals import count, decimals_for, number, size, span
from modelyard.ui.parts.charts import draw_all
from modelyard.ui.parts.texts import plain
from modelyard.ui.results.sections import charts_of
from modelyard.wire.results import BoardAnswer, CandidateAnswer, ResultsAnswer


def show_choosing(results: ResultsAnswer) -> None:
    """Draw the leaderboard, and how hyperparameters were searched."""
    board = results.board
    if board is not None:
        _show_board(board)
    draw_all(charts_of(results, "leaderboard", "search"), key="choosing")


def is_told(results: ResultsAnswer) -> bool:
    """Return whether there was anything to choose among."""
    return results.board is not None or bool(charts_of(results, "search"))


def _show_board(board: BoardAnswer) -> None:
    import streamlit as st

    st.markdown("\n\n".join(plain(each) for each in board.told))
    rows = [_row(each) for each in board.candidates]
    columns = st.column_config
    right = columns.Column(alignment="right")
    score = f"{board.metric}"
    st.dataframe(
        {
            "Rank": [each.rank for each in board.candidates],
            "Candidate": [each.name for each in board.candidates],
            score: [number(each.score) for each in board.candidates],
            **{title: [row[title] for row in rows] for title in rows[0]},
        },
        hide_index=True,
        column_config={
            "Rank": columns.NumberColumn(width="small", pinned=True),
            "Candidate": columns.Column(pinned=True),
            **dict.fromkeys(
                (score, "Behind the best", "Fit", "One row", "Size", "In the blend"), right
            ),
        },
        alt="Candidates of AutoML, the best first, with what they lack beside the best.",
    )
    for sentence in board.others:
        st.caption(plain(sentence))


def _row(each: CandidateAnswer) -> dict[str, str]:
    return {
        "Behind the best": _behind(each),
        "Tied with it": "yes" if each.is_tied and each.rank > 1 else "",
        "Fit": f"{each.fit_s:.1f} s" if each.fit_s else "",
        "One row": "" if each.row_us is None else f"{count(round(each.row_us))} µs",
        "Size": "" if each.size_bytes is None else size(each.size_bytes),
        "In the blend": f"{100 * each.weight:.0f} %" if each.weight else "",
        "Why it was tried": each.reason,
    }


def _behind(each: CandidateAnswer) -> str:
    low, high = each.behind_low, each.behind_high
    if low is None or high is None:
        return ""
    return span(low, high, decimals=decimals_for(low, high, value=0.0))
