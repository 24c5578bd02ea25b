"""How programs ask about a picture: lines for the shell, Python and JavaScript, to be copied."""

import json

from modelyard.domain.identities import LOCAL_CALLER
from modelyard.ui.parts.permissions import caller
from modelyard.ui.process import held
from modelyard.wire.models import ModelDetail

_KEY = "Bearer YOUR_KEY"
_FILE = "picture.jpg"
_BYTES = {"Content-Type": "application/octet-stream"}


def show_picture_programs(detail: ModelDetail) -> None:
    """Draw the lines."""
    import streamlit as st

    has_key = caller().subject != LOCAL_CALLER.subject
    address = f"{held().browser_api_url.rstrip('/')}/api/v1/ml/models/{detail.id}/predict/image"
    st.caption("Each sends a picture as it is, and prints the answer.")
    for title, language, text in (
        ("Shell", "bash", curl(address, has_key=has_key)),
        ("Python", "python", python(address, has_key=has_key)),
        ("JavaScript", "javascript", javascript(address, has_key=has_key)),
    ):
        st.markdown(f"**{title}**")
        st.code(text, language=language, wrap_lines=True)
    if has_key:
        st.caption("In place of `YOUR_KEY` goes an API key, which an admin or you yourself make.")


def curl(address: str, *, has_key: bool) -> str:
    """Return the call for a shell."""
    key = f"  -H 'Authorization: {_KEY}' \\\n" if has_key else ""
    kind = "  -H 'Content-Type: application/octet-stream' \\\n"
    return f"curl {address} \\\n{kind}{key}  --data-binary @{_FILE}"


def python(address: str, *, has_key: bool) -> str:
    """Return the call for Python, which needs nothing to be installed."""
    return (
        "import json\n"
        "import urllib.request\n"
        "from pathlib import Path\n\n"
        "request = urllib.request.Request(\n"
        f"    {address!r},\n"
        f"    Path({_FILE!r}).read_bytes(),\n"
        f"    {_headers(has_key)!r},\n"
        ")\n"
        "print(json.load(urllib.request.urlopen(request)))"
    )


def javascript(address: str, *, has_key: bool) -> str:
    """Return the call for JavaScript in Node."""
    return (
        'import { readFile } from "node:fs/promises";\n\n'
        f"const answer = await fetch({json.dumps(address)}, {{\n"
        '  method: "POST",\n'
        f"  headers: {json.dumps(_headers(has_key))},\n"
        f"  body: await readFile({json.dumps(_FILE)}),\n"
        "});\n"
        "console.log(await answer.json());"
    )


def _headers(has_key: bool) -> dict[str, str]:
    return _BYTES | ({"Authorization": _KEY} if has_key else {})
