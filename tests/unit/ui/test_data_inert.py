"""Whatever stands in a table, its names and its file's name is text on the pages, nothing else."""

import csv
import io
import re

import pytest

from modelyard.services.uploads import UploadRequest

pytestmark = pytest.mark.extras

NAMES = [
    "<img src=x onerror=alert(1)>",
    "'; DROP TABLE jobs;--",
    "=1+1",
    "a b",
    ":red[loud]",
    "$x^2$",
    "**bold**",
    "[link](http://evil.example)",
    "{{7*7}}",
    "مرحبا",
    "😀" * 3,
    "n" * 300,
]
CELLS = ["<script>alert(1)</script>", "@SUM(A1)", "-1+1", "`code`", ":material/home:", "שלום"]
# What Markdown would take for markup: tags, links, emphasis, directives and formulas.
MARKUP = re.compile(
    r"(?<!\\)<(?:img|script)|(?<!\\)\]\(http|(?<!\\)\*\*bold|:red\[|(?<!\\)\$x|:material/home:"
)


@pytest.fixture
def hostile(project):
    """A dataset of hostile names and cells, from a file of a hostile name."""
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(NAMES)
    for at in range(60):
        # The third column is constant, so that a finding names it and quotes its value.
        writer.writerow([CELLS[(at + n) % len(CELLS)] if n != 2 else "=2+2" for n in range(12)])
    content = stream.getvalue().encode()
    request = UploadRequest("h", len(content), "local", filename="<img src=x>**bold**.csv")
    version = project.uploads.take(request, [content])
    return project.ingesting.ingest(version.reference)


def _marked_down(app):
    """Return everything on a page that Streamlit reads as Markdown."""
    values = [
        str(each.value)
        for shown in (
            app.markdown,
            app.caption,
            app.header,
            app.subheader,
            app.error,
            app.info,
            app.success,
        )
        for each in shown
    ]
    return [*values, *(each.label for each in app.button)]


@pytest.mark.parametrize("show", ["Overview", "Columns", "What goes together", "History"])
def test_names_and_cells_are_no_markup_wherever_they_are_shown(page, hostile, show):
    app = page("data", dataset=hostile.reference, show=show)
    assert not app.exception
    found = [words for words in _marked_down(app) if MARKUP.search(words)]
    assert found == []


def test_cells_are_shown_as_they_are(page, hostile):
    shown = page("data", dataset=hostile.reference).dataframe[0].value
    assert set(CELLS) <= {str(cell) for row in shown.to_numpy() for cell in row}


def test_a_right_to_left_name_does_not_reorder_what_stands_beside_it(page, hostile):
    app = page("data", dataset=hostile.reference, show="Columns")
    app.selectbox(key="column").set_value(9).run()
    assert "\u2068مرحبا\u2069" in [each.value for each in app.subheader]
