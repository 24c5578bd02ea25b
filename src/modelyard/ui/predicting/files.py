"""Whole files: a table is uploaded or chosen, answered by a job, looked at and downloaded."""

import csv
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from modelyard.client.clients import Client
from modelyard.client.requests import path_of
from modelyard.domain.identities import Role
from modelyard.domain.jobs import JobState
from modelyard.kit.numerals import count, counted
from modelyard.ui.jobs.words import share_done
from modelyard.ui.navigation import link_to, look_at, looked_at
from modelyard.ui.parts.offers import choose_dataset_of
from modelyard.ui.parts.permissions import may
from modelyard.ui.parts.problems import told
from modelyard.ui.parts.texts import plain
from modelyard.ui.parts.times import lasting
from modelyard.ui.predicting.asking import LEVEL, is_number
from modelyard.ui.predicting.dropped import takes_a_picture
from modelyard.ui.uploading.dropping import upload_box
from modelyard.wire.batches import BatchPredictRequest
from modelyard.wire.bodies import PageQuery
from modelyard.wire.jobs import JobDetail
from modelyard.wire.models import ModelDetail

_LOOK_EVERY_S = 1.0
_MOST_OFFERED, _MOST_KEPT = 200, 1_000
# Of the file of answers, what holds some rows of any table.
_GLANCE_BYTES, _GLANCE_ROWS = 65_536, 20
_CHOSEN, _LEFT_OUT = "batch-dataset", "batch-left-out"
# As the platform calls the first column of its answers.
_ANSWER = "prediction"


def show_files(client: Client, detail: ModelDetail) -> None:
    """Draw the job that the address names, else how one is asked for."""
    import streamlit as st

    job_id = looked_at("job")
    if job_id is None:
        _offer_batch(client, detail)
        return
    _follow(client, job_id)
    if st.button("Predict for another file", icon=":material/arrow_back:", type="tertiary"):
        look_at({"job": None})
        st.rerun()


def _offer_batch(client: Client, detail: ModelDetail) -> None:
    import streamlit as st

    if not may(Role.EDITOR):
        st.info(
            "Files are answered for editors and admins. The grid beside takes some rows from you.",
            icon=":material/lock:",
        )
        return
    page = client.datasets.page(PageQuery(limit=_MOST_OFFERED))
    names = [each.name for each in page.items]
    if takes_a_picture(detail):
        st.caption("A zip file of pictures, in class folders or in none.")
    else:
        st.caption(
            f"The table needs the columns that the model takes: {_columns_told(detail)}. The "
            "target may be there or not."
        )
    uploaded = upload_box(key="predict-upload", names=names)
    if uploaded is not None:
        st.session_state[_CHOSEN] = uploaded.partition("@")[0]
        names = list(dict.fromkeys([uploaded.partition("@")[0], *names]))
    is_cut = page.next_cursor is not None
    dataset = choose_dataset_of("Dataset to predict for", names, is_cut=is_cut, key=_CHOSEN)
    if dataset is None:
        return
    request = _options(detail, dataset)
    if st.button("Predict", type="primary", icon=":material/play_arrow:"):
        with told():
            # The file's name stands beside the answer to a picture in any case.
            names = [] if takes_a_picture(detail) else _columns_of(client, dataset)
            _ask(client, request, beside=names, taken=_names_of_answers(detail))


def _columns_told(detail: ModelDetail) -> str:
    named = [plain(each.name) for each in detail.columns[:12]]
    rest = len(detail.columns) - len(named)
    return ", ".join(named) + (f" and {rest} more" if rest > 0 else "")


def _options(detail: ModelDetail, dataset: str) -> dict[str, Any]:
    """Draw what the file is to hold, and return the request."""
    import streamlit as st

    with st.container(horizontal=True):
        form = st.segmented_control(
            "File", ["csv", "parquet"], default="csv", format_func=_FORMS.__getitem__, required=True
        )
        beside = st.toggle(
            f"Intervals ({LEVEL:g} %)" if is_number(detail) else "Probability of every label",
            value=True,
        )
    wish = {"interval": LEVEL} if is_number(detail) else {"probabilities": True}
    return {
        "model": detail.id,
        "dataset": dataset,
        "format": form or "csv",
        "spreadsheet": form != "parquet",
        **(wish if beside else {}),
    }


_FORMS = {"csv": "CSV, for a spreadsheet", "parquet": "Parquet"}


def _columns_of(client: Client, dataset: str) -> list[str]:
    preview = client.datasets.preview(dataset, n_rows=1)
    return [column.name for column in preview.columns][:_MOST_KEPT]


def _names_of_answers(detail: ModelDetail) -> set[str]:
    """Return what the platform calls the columns of its answers."""
    chances = {f"probability_{label}" for label in detail.labels}
    return {_ANSWER, "interval_low", "interval_high", *chances}


def _ask(
    client: Client, request: Mapping[str, Any], *, beside: Sequence[str], taken: Collection[str]
) -> None:
    """Ask for the job, and show it.

    Args:
        client: that asks.
        request: without what is kept.
        beside: names of the columns that are to stand beside the answers.
        taken: names that the answers have, so that no other column may have them.
    """
    import streamlit as st

    keep = [name for name in beside if name not in taken]
    job = client.batches.ask(BatchPredictRequest.model_validate({**request, "keep": keep}))
    st.session_state[_LEFT_OUT] = job.id, [name for name in beside if name in taken]
    look_at({"job": job.id})
    st.rerun()


def _follow(client: Client, job_id: str) -> None:
    """Draw how far a job is until it has ended, and then what came of it."""
    import streamlit as st

    first = client.batches.show(job_id)
    st.subheader(
        f"Predictions of {plain(first.payload.get('model', ''))} for {plain(first.dataset or '')}",
        anchor=False,
    )
    _tell_left_out(job_id)
    if first.state.is_final:
        _show_end(client, first)
        return

    @st.fragment(run_every=_LOOK_EVERY_S)
    def look() -> None:
        with told():
            job = client.batches.show(job_id)
            if job.state.is_final:
                st.rerun(scope="app")
            words = plain(job.progress.words or job.progress.stage or "")
            waits = "It waits for a worker that has room." if job.state is JobState.QUEUED else ""
            st.progress(share_done(job) or 0.0, text=waits or words or "It predicts.")
            if may(Role.EDITOR) and st.button("Cancel", icon=":material/cancel:"):
                with told():
                    client.jobs.cancel(job_id)

    look()


def _tell_left_out(job_id: str) -> None:
    import streamlit as st

    asked, names = st.session_state.get(_LEFT_OUT, (None, []))
    if asked == job_id and names:
        listed = ", ".join(map(plain, names))
        st.info(
            f"Left out of the file, for the answers have columns of these names: {listed}.",
            icon=":material/info:",
        )


def _show_end(client: Client, job: JobDetail) -> None:
    import streamlit as st

    if job.state is not JobState.SUCCEEDED:
        st.error(plain(job.reason or "It was ended before it was done."), icon=":material/error:")
        link_to("jobs", label="See the job", job=job.id)
        return
    result = job.result
    n_rows, n_failed = int(result["n_rows"]), int(result["n_failed"])
    took = lasting(float(result.get("duration_s") or 0.0))
    st.markdown(f"**{counted(n_rows - n_failed, 'row')} answered** in {took}.")
    form = _form_of(job)
    st.link_button(
        f"Download the answers ({form})",
        f"/download/batch-predict/{job.id}/answers",
        icon=":material/download:",
        type="primary",
    )
    if n_failed:
        _show_failed(n_failed, result["errors"])
    with told():
        _show_glance(client, job)


def _form_of(job: JobDetail) -> str:
    return str(job.payload["options"]["form"])


def _show_failed(n_failed: int, errors: list[dict[str, Any]]) -> None:
    import streamlit as st

    more = f" The first {len(errors)} are listed." if len(errors) < n_failed else ""
    st.warning(
        f"**{counted(n_failed, 'row')} could not be answered.**{more} The answers to them are "
        "empty in the file.",
        icon=":material/warning:",
    )
    st.dataframe(
        {
            "Row": [each.get("row") for each in errors],
            "Column": [each.get("column") or "" for each in errors],
            "Why": [each.get("detail") or each.get("message") or "" for each in errors],
            "What to do": [each.get("fix") or "" for each in errors],
        },
        hide_index=True,
        alt="Rows that could not be answered, with the reason.",
    )


def _show_glance(client: Client, job: JobDetail) -> None:
    """Draw the first rows of a file of text."""
    import streamlit as st

    if _form_of(job) != "csv":
        st.caption("A file in Parquet is looked at with the program that it is for.")
        return
    rows = _first_rows(client, job.id)
    if not rows:
        return
    st.caption(f"The first {count(len(rows) - 1)} rows of the file, the answers first:")
    rows = answers_first(rows)
    cells = list(zip(*rows[1:], strict=True)) or [() for _ in rows[0]]
    st.dataframe(
        dict(zip(rows[0], map(list, cells), strict=True)),
        hide_index=True,
        alt="The first rows with their answers.",
    )


def answers_first(rows: list[list[str]]) -> list[list[str]]:
    """Return rows with the answers, which stand last in the file, before what they answer.

    >>> answers_first([["age", "prediction", "probability_no"], ["41", "no", "0.7"]])
    [['prediction', 'probability_no', 'age'], ['no', '0.7', '41']]
    """
    names = rows[0]
    # The table may have a column of that name; ours is the last.
    at = len(names) - 1 - names[::-1].index(_ANSWER) if _ANSWER in names else 0
    return [[*row[at:], *row[:at]] for row in rows]


def _first_rows(client: Client, job_id: str) -> list[list[str]]:
    """Return the header and the first rows; those alone are fetched."""
    path = path_of("batch-predict", job_id, "answers")
    replies = client.pass_on(path, {"range": f"bytes=0-{_GLANCE_BYTES - 1}"})
    content = b"".join(each.content for each in replies)
    text = content.decode(errors="ignore")
    lines = text.splitlines(keepends=True)
    if len(content) >= _GLANCE_BYTES:
        # The last line is cut.
        lines = lines[:-1]
    rows = [row for row, _ in zip(csv.reader(lines), range(_GLANCE_ROWS + 1), strict=False)]
    return [row for row in rows if len(row) == len(rows[0])]
