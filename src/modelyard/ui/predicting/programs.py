"""How programs ask the same: lines for the very row of the form, to be copied."""

import json

from modelyard.domain.deployments import DeploymentState
from modelyard.domain.identities import LOCAL_CALLER
from modelyard.ui.parts.permissions import caller
from modelyard.ui.parts.texts import plain
from modelyard.ui.predicting.rows import Row, is_rounded, row_of
from modelyard.ui.process import held
from modelyard.wire.models import ModelDetail


def show_programs(detail: ModelDetail) -> None:
    """Draw the lines for the shell, Python and JavaScript."""
    import streamlit as st

    row, has_key = row_of(detail), caller().subject != LOCAL_CALLER.subject
    address = f"{held().browser_api_url.rstrip('/')}/api/v1/ml/models/{detail.id}/predict"
    st.caption("Each asks for the row that stands in the form of one row now.")
    for title, language, text in (
        ("Shell", "bash", curl(address, row, has_key=has_key)),
        ("Python", "python", python(address, row, has_key=has_key)),
        ("JavaScript", "javascript", javascript(address, row, has_key=has_key)),
    ):
        st.markdown(f"**{title}**")
        st.code(text, language=language, wrap_lines=True)
    if has_key:
        st.caption("In place of `YOUR_KEY` goes an API key, which an admin or you yourself make.")
    ready = [each for each in detail.deployments if each.state is DeploymentState.READY]
    if ready and ready[0].predict_url:
        st.caption(
            "Whoever asks often asks the deployment itself, with the same body and an API key: "
            f"{plain(ready[0].predict_url)}"
        )


def curl(address: str, row: Row, *, has_key: bool) -> str:
    """Return the call for a shell."""
    body = json.dumps({"row": row}, ensure_ascii=False).replace("'", "'\\''")
    key = "  -H 'Authorization: Bearer YOUR_KEY' \\\n" if has_key else ""
    return f"curl {address} \\\n  -H 'Content-Type: application/json' \\\n{key}  -d '{body}'"


def python(address: str, row: Row, *, has_key: bool) -> str:
    """Return the call for Python, which needs nothing to be installed."""
    headers = {"Content-Type": "application/json"}
    headers |= {"Authorization": "Bearer YOUR_KEY"} if has_key else {}
    return (
        "import json\n"
        "import urllib.request\n\n"
        f"row = {row!r}\n"
        "request = urllib.request.Request(\n"
        f"    {address!r},\n"
        '    json.dumps({"row": row}).encode(),\n'
        f"    {headers!r},\n"
        ")\n"
        "print(json.load(urllib.request.urlopen(request)))"
    )


def javascript(address: str, row: Row, *, has_key: bool) -> str:
    """Return the call for JavaScript, in Node or in a page that the platform lets in."""
    headers = {"Content-Type": "application/json"}
    headers |= {"Authorization": "Bearer YOUR_KEY"} if has_key else {}
    # A number may come as text, which JavaScript does not round.
    exact = {name: str(cell) if is_rounded(cell) else cell for name, cell in row.items()}
    return (
        f"const row = {json.dumps(exact, ensure_ascii=False)};\n"
        f"const answer = await fetch({json.dumps(address)}, {{\n"
        '  method: "POST",\n'
        f"  headers: {json.dumps(headers)},\n"
        "  body: JSON.stringify({ row }),\n"
        "});\n"
        "console.log(await answer.json());"
    )
