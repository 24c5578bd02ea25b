"""What the checks found, worst first, each with repairs that are one click and one version away."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Literal

from modelyard.client.clients import Client
from modelyard.domain.findings import Severity
from modelyard.domain.fixes import EVERY_FINDING, RECOMMENDED, Fix, FixWord
from modelyard.domain.identities import Role
from modelyard.kit.numerals import counted
from modelyard.ui.navigation import go_to
from modelyard.ui.parts.advice import advised
from modelyard.ui.parts.permissions import may, refusal
from modelyard.ui.parts.problems import told
from modelyard.ui.parts.texts import plain, short
from modelyard.ui.pictures.walls import show_named
from modelyard.wire.datasets import DatasetVersionAnswer, NewVersionRequest

Finding = Mapping[str, Any]

# More at once would push the table itself off the screen.
_N_FIRST = 5
_SAID = "repaired"
_Colour = Literal["red", "orange", "blue"]
_SEVERITIES: Mapping[str, tuple[str, str, _Colour]] = MappingProxyType(
    {
        Severity.ERROR: ("Stops a training", ":material/error:", "red"),
        Severity.WARNING: ("Worth a look", ":material/warning:", "orange"),
        Severity.INFO: ("Good to know", ":material/info:", "blue"),
    }
)
_OFFERS: Mapping[FixWord, str] = MappingProxyType(
    {
        FixWord.DROP_COLUMN: "Leave the column out",
        FixWord.DROP_ROWS: "Leave the rows out of the teaching",
        FixWord.DROP_DUPLICATES: "Leave the repeats out of the teaching",
        FixWord.MARK_MISSING: "Read “{}” as missing",
        FixWord.AS_CATEGORY: "Read as categories",
        FixWord.AS_TEXT: "Read as text",
        FixWord.AS_NUMBER: "Read as numbers",
        FixWord.AS_DATE: "Read as dates like {}",
        FixWord.CLIP_OUTLIERS: "Bring outliers to their fence",
        FixWord.MERGE_SPELLINGS: "Merge the spellings",
        FixWord.GROUP_BY: "Keep rows of one “{}” together",
    }
)


def show_findings(client: Client, version: DatasetVersionAnswer) -> None:
    """Draw the findings of a version that was read."""
    import streamlit as st

    _say_repaired()
    found = _worst_first(client.datasets.findings(version.reference))
    if not found:
        st.success("The checks found nothing to mend.", icon=":material/check_circle:")
        return
    _show_heading(client, version, found)
    shows_all = st.session_state.get("all-findings", False)
    for at, finding in enumerate(found if shows_all else found[:_N_FIRST]):
        _show_one(client, version, finding, at=at)
    if len(found) > _N_FIRST:
        st.toggle(f"Show all {counted(len(found), 'finding')}", key="all-findings")


def offered(fix: str) -> str:
    r"""Return a fix as a button offers it, as Markdown.

    >>> offered("mark-missing:-999")
    'Read “\\-999” as missing'
    """
    read = Fix.read(fix)
    return _OFFERS[read.word].format(short(read.value, max_em=12))


def _worst_first(found: Sequence[Finding]) -> list[Finding]:
    ranks = [*_SEVERITIES]
    return sorted(found, key=lambda finding: ranks.index(finding["severity"]))


def _show_heading(client: Client, version: DatasetVersionAnswer, found: Sequence[Finding]) -> None:
    import streamlit as st

    n_safe = sum(bool(finding["safe_fix"]) for finding in found)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(f"{counted(len(found), 'finding')}", anchor=False)
        if n_safe > 1 and st.button(
            f"Make {n_safe} recommended repairs",
            icon=":material/build:",
            disabled=not may(Role.EDITOR),
            help=refusal(Role.EDITOR) or "A new version is made; this one stays as it is.",
        ):
            _repair(client, version, {EVERY_FINDING: RECOMMENDED})


def _show_one(client: Client, version: DatasetVersionAnswer, finding: Finding, *, at: int) -> None:
    import streamlit as st

    title, icon, colour = _SEVERITIES[finding["severity"]]
    with st.container(border=True, gap="xsmall"):
        st.badge(title, icon=icon, color=colour)
        st.markdown(plain(finding["message"]))
        if finding.get("pictures"):
            show_named(client, version, files=finding["pictures"])
        if finding["fix"]:
            st.caption(advised(finding["fix"]))
        if not finding["fixes"]:
            return
        with st.container(horizontal=True, gap="small"):
            for fix in _recommended_first(finding):
                is_safe = fix == finding["safe_fix"]
                if st.button(
                    offered(fix),
                    key=f"repair-{at}-{fix}",
                    icon=":material/build:" if is_safe else None,
                    disabled=not may(Role.EDITOR),
                    help=refusal(Role.EDITOR) or ("Recommended" if is_safe else None),
                ):
                    _repair(client, version, {finding["name"]: fix})


def _recommended_first(finding: Finding) -> list[str]:
    return sorted(finding["fixes"], key=lambda fix: fix != finding["safe_fix"])


def _repair(client: Client, version: DatasetVersionAnswer, fixes: Mapping[str, str]) -> None:
    """Make a version that is mended, and look at it."""
    import streamlit as st

    with told():
        with st.spinner("Mending …"):
            body = NewVersionRequest(of=version.version, fixes=dict(fixes))
            made = client.datasets.derive(version.name, body)
        st.session_state[_SAID] = (version.reference, made.reference)
        go_to("data", dataset=made.reference)


def _say_repaired() -> None:
    import streamlit as st

    said = st.session_state.pop(_SAID, None)
    if said is not None:
        before, after = map(plain, said)
        st.toast(f"{after} was made. {before} is as it was.", icon=":material/check:")
