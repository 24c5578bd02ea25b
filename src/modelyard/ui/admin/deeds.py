"""The record of deeds: who did what, by filters, and whether nothing in it was altered."""

import json
from collections.abc import Mapping

from modelyard.client.clients import Client
from modelyard.ui.parts.cursors import begin_again, cursor, offer_pages
from modelyard.ui.parts.emptiness import tell_no_match
from modelyard.ui.parts.problems import told
from modelyard.ui.parts.texts import plain
from modelyard.ui.parts.times import local
from modelyard.wire.people import AuditEventAnswer, AuditQuery

_LIST = "deeds"
_PAGE_LENGTH = 50


def show_deeds(client: Client, names: Mapping[str, str]) -> None:
    """Draw the record, the newest deed first.

    Args:
        client: that asks.
        names: id of a user to what they are called.
    """
    import streamlit as st

    _offer_check(client)
    query = _asked()
    page = client.deeds.page(query)
    if page.items:
        st.dataframe(
            [_row(event, names) for event in page.items],
            hide_index=True,
            column_config={"When": st.column_config.DatetimeColumn(format="YYYY-MM-DD HH:mm:ss")},
            alt="Deeds, the newest first.",
        )
    else:
        tell_no_match("deed")
    offer_pages(_LIST, page.next_cursor)


def _asked() -> AuditQuery:
    import streamlit as st

    first, second, third = st.columns(3)

    def filtered(
        place: "st.delta_generator.DeltaGenerator", title: str, *, hint: str
    ) -> str | None:
        text: str = place.text_input(
            title, placeholder=hint, on_change=begin_again, args=(_LIST,), key=f"deeds-{title}"
        )
        return text.strip() or None

    return AuditQuery(
        actor=filtered(first, "By", hint="user:… or key:…"),
        action=filtered(second, "Deed", hint="for example model.promote"),
        target=filtered(third, "On", hint="for example churn@3"),
        limit=_PAGE_LENGTH,
        cursor=cursor(_LIST),
    )


def _row(event: AuditEventAnswer, names: Mapping[str, str]) -> dict[str, object]:
    kind, _, id_ = event.actor.partition(":")
    return {
        "Number": event.number,
        "When": local(event.at),
        "By": names.get(id_, event.actor) if kind == "user" else event.actor,
        "Deed": event.action,
        "On": event.target,
        "Details": json.dumps(event.details, ensure_ascii=False) if event.details else "",
    }


def _offer_check(client: Client) -> None:
    import streamlit as st

    if not st.button("Check that nothing was altered", icon=":material/verified:"):
        return
    with told():
        check = client.deeds.verify()
        if check.is_sound:
            st.success(
                f"All {check.n_events:,} deeds hold. Keep the hash of the last one elsewhere, to "
                "compare later:",
                icon=":material/verified:",
            )
            st.code(check.head, language=None, wrap_lines=True)
        else:
            st.error(
                f"**Deed {check.broken_at} does not hold.** {plain(check.reason)}",
                icon=":material/error:",
            )
