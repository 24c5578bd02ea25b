"""The threshold of two labels: moved by hand or by what mistakes cost, its outcome seen at once."""

from modelyard.domain.charts import ChartKind, ChartSpec, Series
from modelyard.kit.numerals import UNDEFINED, count, number, share
from modelyard.ui.parts.charts import draw_all
from modelyard.ui.parts.texts import plain
from modelyard.ui.results.deciding import Outcome, cheapest, nearest, outcomes
from modelyard.wire.results import ResultsAnswer

_BY_HAND, _BY_COSTS = "Move the threshold", "Say what mistakes cost"
# Below it a threshold is written with decimals of its own, never as a power of ten: a configuration
# would take that for a word.
_SMALL = 1e-4


def show_threshold(results: ResultsAnswer) -> None:
    """Draw what may be moved, and what comes of it; only this part is drawn again."""
    import streamlit as st

    trade = results.trade_offs
    if trade is None or results.threshold is None:
        st.info(
            "This model was packaged before outcomes of other thresholds were kept. Train it again "
            "to move its threshold here.",
            icon=":material/tune:",
        )
        return
    # Those that are told alike are offered once.
    every = tuple({_told(each.threshold): each for each in outcomes(trade)}.values())
    own = results.threshold

    @st.fragment
    def moved() -> None:
        how = st.segmented_control(
            "How to decide", [_BY_HAND, _BY_COSTS], default=_BY_HAND, key="how-to-decide"
        )
        if how == _BY_COSTS:
            _show_by_costs(results, every, own=own)
        else:
            _show_by_hand(results, every, own=own)

    moved()


def _show_by_hand(results: ResultsAnswer, every: tuple[Outcome, ...], *, own: float) -> None:
    import streamlit as st

    first, second = map(plain, results.labels)
    threshold = st.select_slider(
        f"Answer {second} from this probability on",
        [each.threshold for each in every],
        value=nearest(every, own).threshold,
        format_func=_told,
        key="threshold",
        help=f"Below it the answer is {first}. The model itself answers from {_told(own)} on.",
    )
    outcome = nearest(every, threshold)
    _show_outcome(results, outcome, own=nearest(every, own))
    draw_all([_confusion(results, outcome), _trade_chart(results, every, outcome)], key="threshold")
    _show_how_to_keep(
        f"threshold: {_told(outcome.threshold)}", is_own=_told(outcome.threshold) == _told(own)
    )


def _show_by_costs(results: ResultsAnswer, every: tuple[Outcome, ...], *, own: float) -> None:
    import streamlit as st

    first, second = map(str, results.labels)
    given = results.costs or [[0.0, 1.0], [1.0, 0.0]]
    left, right = st.columns(2)
    of_alarm = left.number_input(
        f"A row that is {plain(first)}, answered as {plain(second)}, costs",
        min_value=0.0,
        value=given[0][1],
        key="cost-of-alarm",
    )
    of_miss = right.number_input(
        f"A row that is {plain(second)}, answered as {plain(first)}, costs",
        min_value=0.0,
        value=given[1][0],
        key="cost-of-miss",
    )
    costs = {"of_alarm": of_alarm, "of_miss": of_miss}
    best, now = cheapest(every, **costs), nearest(every, own)
    st.markdown(
        f"Answering **{plain(second)}** from **{_told(best.threshold)}** on costs least: "
        f"**{number(best.cost(**costs) / best.n_rows)}** a row on the test rows, against "
        f"{number(now.cost(**costs) / now.n_rows)} from {_told(own)} on, as the model answers now."
    )
    _show_outcome(results, best, own=now)
    draw_all([_confusion(results, best), _cost_chart(every, best, **costs)], key="costs")
    st.caption(
        "The cheapest threshold of these very rows looks a little better than it is. A training "
        "with these costs chooses it on other rows, and measures it on the test rows."
    )
    told = f"threshold: costs\ncosts: {{false_positive: {of_alarm:g}, false_negative: {of_miss:g}}}"
    _show_how_to_keep(told, is_own=False)


def _show_outcome(results: ResultsAnswer, outcome: Outcome, *, own: Outcome) -> None:
    import streamlit as st

    first, second = map(plain, results.labels)
    figures = (
        ("Right answers", outcome.accuracy, own.accuracy, "Accuracy."),
        (f"Found of {second}", outcome.recall, own.recall, "Recall."),
        (f"Right when it says {second}", outcome.precision, own.precision, "Precision."),
        ("F1", outcome.f1, own.f1, "Harmonic mean of the two before it."),
    )
    for column, (title, value, before, about) in zip(st.columns(4), figures, strict=True):
        change = None if value is None or before is None else value - before
        column.metric(
            title,
            UNDEFINED if value is None else share(value, 1),
            f"{100 * change:+.1f} points" if change else None,
            help=about,
        )
    st.markdown(
        f"Of {count(outcome.found + outcome.missed)} test rows that are **{second}** it finds "
        f"{count(outcome.found)} and misses {count(outcome.missed)}; of "
        f"{count(outcome.alarms + outcome.passed)} that are **{first}** it takes "
        f"{count(outcome.alarms)} for {second}."
    )


def _confusion(results: ResultsAnswer, outcome: Outcome) -> ChartSpec:
    names = tuple(map(str, results.labels))
    rows = ((outcome.passed, outcome.alarms), (outcome.missed, outcome.found))
    return ChartSpec(
        key="confusion",
        title=f"Answers from {_told(outcome.threshold)} on",
        kind=ChartKind.MATRIX,
        x_label="Answered",
        y_label="Truth",
        series=tuple(Series(name, (0, 1), row) for name, row in zip(names, rows, strict=True)),
        caption="Test rows; on the diagonal the answer is the truth.",
        categories=names,
    )


def _trade_chart(results: ResultsAnswer, every: tuple[Outcome, ...], outcome: Outcome) -> ChartSpec:
    second = results.labels[1]
    at = tuple(each.threshold for each in every)
    return ChartSpec(
        key="trade",
        title="What the threshold trades",
        kind=ChartKind.LINES,
        x_label=f"Probability from which on '{second}' is answered",
        y_label="Share",
        series=(
            Series("found (recall)", at, tuple(_or_nan(each.recall) for each in every)),
            Series(
                "right alarms (precision)", at, tuple(_or_nan(each.precision) for each in every)
            ),
            _mark(outcome, 1.0),
        ),
        caption="A lower threshold finds more and alarms in vain more often; the dashed line is "
        "the one that is chosen.",
    )


def _cost_chart(
    every: tuple[Outcome, ...], best: Outcome, *, of_alarm: float, of_miss: float
) -> ChartSpec:
    costs = tuple(each.cost(of_alarm=of_alarm, of_miss=of_miss) / each.n_rows for each in every)
    return ChartSpec(
        key="cost",
        title="What the answers cost",
        kind=ChartKind.LINES,
        x_label="Threshold",
        y_label="Cost of a row",
        series=(
            Series("cost", tuple(each.threshold for each in every), costs),
            _mark(best, max(costs)),
        ),
        caption="Costs of all mistakes on the test rows, divided by their number; the dashed line "
        "is the cheapest threshold.",
    )


def _mark(outcome: Outcome, height: float) -> Series:
    at = outcome.threshold
    return Series(f"from {_told(at)} on", (at, at), (0.0, height), is_reference=True)


def _show_how_to_keep(configuration: str, *, is_own: bool) -> None:
    import streamlit as st

    if is_own:
        st.caption("This is the threshold that the model answers by.")
        return
    st.markdown(
        "A threshold is part of a signed package, so it is kept by training again with it. In the "
        "configuration of the training:"
    )
    st.code(configuration, language="yaml")


def _told(threshold: float) -> str:
    if 0 < threshold < _SMALL:
        return f"{threshold:.12f}".rstrip("0")
    return f"{threshold:.4g}"


def _or_nan(value: float | None) -> float:
    return float("nan") if value is None else value
