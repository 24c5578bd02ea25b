"""How long AutoML looks for the best model, and what that time is likely to buy."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from modelyard.domain.approaches import AUTO, Wanted, approach_of
from modelyard.domain.automl import BALANCED, BEST, DEFAULT_TIME_LIMIT_S, FAST, AutoMLConfig
from modelyard.domain.configs import TrainingConfig
from modelyard.kit.numerals import count, counted, size
from modelyard.ui.parts.texts import plain
from modelyard.ui.parts.times import lasting
from modelyard.ui.training.forms import Form
from modelyard.wire.outlines import OutlookAnswer

_MINUTE, _HOUR = 60.0, 3600.0
# From a look around to a night.
_STOPS = (
    10.0, 30.0, _MINUTE, 2 * _MINUTE, 5 * _MINUTE, 10 * _MINUTE, 30 * _MINUTE,
    _HOUR, 2 * _HOUR, 4 * _HOUR, 8 * _HOUR,
)  # fmt: skip
_SERVE: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        FAST: ("Quick answers", "One model, which answers at once."),
        BALANCED: ("Balanced", "The best within what a service bears."),
        BEST: ("Best answers", "Whatever is best, however long an answer takes."),
    }
)


def best_of_all(target: str) -> TrainingConfig:
    """Return what is trained where nothing is said: AutoML."""
    wanted = Wanted(AUTO, None, budget={}, search={}, automl={})
    usual = approach_of(wanted, asks_search="")
    return TrainingConfig(
        target, algorithm=usual.algorithm, automl=usual.automl, shares=usual.shares
    )


def choose_budget(config: TrainingConfig, *, form: Form) -> TrainingConfig:
    """Draw the time and what answers may cost, and return the AutoML that keeps to them."""
    import streamlit as st

    asked = config.automl or AutoMLConfig()
    seconds = choose_seconds(
        "Time to look for the best model",
        asked.time_limit_s or DEFAULT_TIME_LIMIT_S,
        name="seconds",
        form=form,
    )
    serve = st.radio(
        "What its answers may cost",
        list(_SERVE),
        format_func=lambda each: _SERVE[each][0],
        captions=[caption for _, caption in _SERVE.values()],
        key=form.key("serve", asked.serve),
        horizontal=True,
    )
    form.keep("serve", serve)
    automl = replace(asked, time_limit_s=seconds, serve=serve)
    if config.automl is not None:
        return replace(config, automl=automl)
    usual = best_of_all(config.target)
    return replace(
        config,
        algorithm=usual.algorithm,
        parameters={},
        search=None,
        automl=automl,
        shares=usual.shares,
    )


def choose_seconds(label: str, first: float, *, name: str, form: Form) -> float:
    """Draw a time with sensible stops, and return its seconds."""
    import streamlit as st

    stops = sorted({*_STOPS, first})
    seconds: float = form.keep(
        name,
        st.select_slider(
            label,
            stops,
            format_func=_told,
            key=form.key(name, first, among=stops),
            help="It can be ended earlier with the best so far.",
        ),
    )
    return seconds


def show_outlook(outlook: OutlookAnswer, titles: Mapping[str, str]) -> None:
    """Draw what the time is likely to buy.

    Args:
        outlook: of the training.
        titles: of algorithms by key.
    """
    import streamlit as st

    told = [_bought(outlook), _checked(outlook)]
    if outlook.base_bytes + outlook.n_places * outlook.fit_bytes > outlook.memory_bytes:
        told.append(
            f"{size(outlook.base_bytes)} of memory are needed before the first fit, up to "
            f"{size(outlook.fit_bytes)} for each; past {size(outlook.memory_bytes)} the largest "
            "is ended."
        )
    is_too_little = outlook.n_starts + (outlook.n_more or 0) == 0
    draw = st.warning if is_too_little else st.info
    draw(" ".join(told), icon=":material/schedule:")
    if outlook.absences:
        names = [titles.get(each.algorithm, each.algorithm) for each in outlook.absences]
        reasons = [
            f"{name} {each.reason}." for name, each in zip(names, outlook.absences, strict=True)
        ]
        st.caption(plain(f"Left out: {', '.join(names)}."), help=plain(" ".join(reasons)))


def _bought(outlook: OutlookAnswer) -> str:
    n_all = outlook.n_starts + (outlook.n_more or 0)
    within = "" if outlook.time_s is None else f" in {lasting(outlook.time_s)}"
    if not n_all:
        return (
            f"**Hardly anything is likely to be done{within}.** Allow more time, or leave columns "
            "out."
        )
    known = f"{counted(outlook.n_starts, 'setting')} known to do well"
    more = f", then {count(outlook.n_more)} around the best" if outlook.n_more else ""
    return f"**About {counted(n_all, 'model')} will be tried{within}**: {known}{more}."


def _checked(outlook: OutlookAnswer) -> str:
    if outlook.n_folds == 1:
        return "Each is checked on rows that are held out."
    return f"Each is checked on {outlook.n_folds} parts of the rows in turn."


def _told(seconds: float) -> str:
    if seconds < _MINUTE:
        return f"{seconds:.0f} s"
    size_s, unit = (_MINUTE, "min") if seconds < _HOUR else (_HOUR, "h")
    return f"{seconds / size_s:g} {unit}"
