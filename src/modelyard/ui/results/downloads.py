"""What may be taken away of a model: links to what the platform hands out, piece by piece."""

from modelyard.ui.parts.texts import plain
from modelyard.wire.results import ResultsAnswer

# Title, what it is good for, and the path below the model in the API.
_FILES = (
    ("Package", "Everything, signed: to predict with in Python, or to serve.", "package"),
    ("ONNX", "One graph with everything inside, for other programs. Made while you wait.", "onnx"),
    ("Report", "The whole report as a page that opens offline, in a tab of its own.", "report"),
    ("Model card", "What the model is for, how good it is, and its limits, as text.", "card"),
    ("Metrics as JSON", "With intervals and baseline.", "metrics?form=json"),
    ("Metrics as CSV", "The same, for a spreadsheet.", "metrics?form=csv"),
    ("Charts", "Every chart as SVG, in a zip file.", "charts"),
)


def show_downloads(results: ResultsAnswer) -> None:
    """Draw a link for each file."""
    import streamlit as st

    for title, about, path in _FILES:
        words, link = st.columns([4, 1], vertical_alignment="center")
        words.markdown(f"**{title}** — {about}")
        link.link_button(
            "Open" if path == "report" else "Download",
            f"/download/models/{results.model}/{path}",
            icon=":material/open_in_new:" if path == "report" else ":material/download:",
            help=plain(f"{title} of {results.model}"),
        )
    st.caption(
        "A single chart as PNG: point at it, and press the camera above it. Predictions for whole "
        "tables are asked for on the page Predict."
    )
