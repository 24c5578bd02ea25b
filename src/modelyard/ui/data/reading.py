"""How a text file is read: told, and read otherwise where it was misread or could not be read."""

from collections.abc import Mapping
from typing import Any, TypeVar

from modelyard.client.clients import Client
from modelyard.domain.datasets import DatasetFormat
from modelyard.domain.identities import Role
from modelyard.domain.tables import DELIMITER_NAMES
from modelyard.ui.data.profiles import is_kept, profile_of
from modelyard.ui.navigation import go_to
from modelyard.ui.parts.advice import advised
from modelyard.ui.parts.permissions import may
from modelyard.ui.parts.problems import told
from modelyard.ui.parts.texts import plain
from modelyard.wire.datasets import DatasetVersionAnswer, NewVersionRequest, ReadingRequest

_FOUND_OUT = "find out"
_DELIMITERS = {
    _FOUND_OUT: None,
    "comma  ,": ",",
    "semicolon  ;": ";",
    "tab": "\t",
    "bar  |": "|",
}
_DECIMALS = {_FOUND_OUT: None, "point  1.5": ".", "comma  1,5": ","}
_HEADERS = {"names the columns": None, "is a row like the others": False}
# Those of spreadsheets in Europe, the Americas and Asia, which a file does not always tell by
# itself. Source: WHATWG, Encoding Standard, section 4.2.
_ENCODINGS = {
    _FOUND_OUT: None,
    "UTF-8": "utf-8",
    "UTF-16": "utf-16",
    "Windows, Western Europe": "cp1252",
    "Windows, Central Europe": "cp1250",
    "Windows, Cyrillic": "cp1251",
    "Windows, Greek": "cp1253",
    "Windows, Turkish": "cp1254",
    "Japanese (Shift JIS)": "shift_jis",
    "Chinese (GB 18030)": "gb18030",
    "Korean (EUC-KR)": "euc_kr",
}
Value = TypeVar("Value", str, bool)
_TEXTS = frozenset({DatasetFormat.CSV, DatasetFormat.PACKED_CSV})


def show_refusal(client: Client, version: DatasetVersionAnswer) -> None:
    """Draw why a version could not be read, and what mends it."""
    import streamlit as st

    why = version.refusal
    if why is not None:
        places = [
            *([f"row {why.row:,}"] if why.row is not None else []),
            *([f"column “{plain(why.column)}”"] if why.column else []),
            *([f"what came: {plain(why.sample)}"] if why.sample else []),
        ]
        lines = [f"**{plain(why.detail)}**", advised(why.fix), " · ".join(places)]
        st.error("\n\n".join(line for line in lines if line), icon=":material/error:")
    offer_reading(client, version, is_open=True)


def show_reading(client: Client, version: DatasetVersionAnswer) -> None:
    """Draw how a text file was read, and what was decided about it meanwhile."""
    import streamlit as st

    if version.format not in _TEXTS or not is_kept(version):
        return
    facts = profile_of(client, version)["facts"]
    delimiter = DELIMITER_NAMES.get(facts["delimiter"], facts["delimiter"])
    st.caption(
        f"Read with a {plain(delimiter)} between columns, the encoding {plain(facts['encoding'])} "
        f"and the decimal mark “{plain(facts['decimal'])}”."
    )
    for note in facts["notes"]:
        st.caption(f":material/info: {advised(note)}")


def offer_reading(client: Client, version: DatasetVersionAnswer, *, is_open: bool = False) -> None:
    """Draw the options of reading, for a text file that is misread.

    Args:
        client: of whoever asks.
        version: of the dataset.
        is_open: whether they are seen at once.
    """
    import streamlit as st

    if version.format not in _TEXTS or not may(Role.EDITOR):
        return
    # A single column is most often several that were not told apart.
    is_doubtful = is_open or version.n_columns == 1
    with (
        st.expander("Read the file otherwise", expanded=is_doubtful),
        st.form("reading", border=False),
    ):
        st.caption(
            "Where columns run together, letters look wrong, numbers are taken for text, or the "
            "first row has become the names of the columns."
        )
        wanted = _asked(version)
        if st.form_submit_button("Read it so"):
            with told():
                read = ReadingRequest(**wanted)
                made = client.datasets.derive(
                    version.name, NewVersionRequest(of=version.version, read=read)
                )
                go_to("data", dataset=made.reference)


def _asked(version: DatasetVersionAnswer) -> dict[str, Any]:
    """Draw the options, as they are for the version, and return what is asked for."""
    import streamlit as st

    read = version.read
    first, second = st.columns(2)
    with first:
        delimiter = _choose("Between columns", _DELIMITERS, read.get("delimiter"))
        encoding = _choose("Letters (encoding)", _ENCODINGS, read.get("encoding"))
        header = _choose("The first line", _HEADERS, read.get("header"))
    with second:
        decimal = _choose("Decimal mark", _DECIMALS, read.get("decimal"))
        tokens = st.text_input(
            "Words that mean missing",
            value=", ".join(read.get("missing_tokens") or ()),
            placeholder="e.g. n/a, -, unknown",
            help="With commas between; in place of the usual ones. An empty cell is one of them.",
        )
    words = [word.strip() for word in tokens.split(",") if word.strip()]
    wanted = {"delimiter": delimiter, "decimal": decimal, "encoding": encoding, "header": header}
    asked: dict[str, Any] = {
        name: value for name, value in wanted.items() if value is not None or name in read
    }
    if words:
        asked["missing_tokens"] = ["", *words]
    elif "missing_tokens" in read:
        asked["missing_tokens"] = None
    return asked


def _choose(label: str, options: Mapping[str, Value | None], now: Value | None) -> Value | None:
    import streamlit as st

    values = list(options.values())
    at = values.index(now) if now in values else 0
    return options[st.selectbox(label, list(options), index=at)]
