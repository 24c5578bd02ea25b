"""The page at /docs tells of these very models, needs no other server, and runs nothing foreign."""

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace
from html import escape, unescape
from html.parser import HTMLParser

import pytest

from modelyard.serving.describing import describe
from modelyard.serving.guide import Page, render
from modelyard.serving.options import ServerOptions
from modelyard.serving.shelf import Served

ADDRESS = "http://10.0.0.7:8123"
OPTIONS = ServerOptions()
HOSTILE = "<script>alert('1')</script>"


class _Links(HTMLParser):
    """Collects what a page would load or lead to, and the tags that stay open."""

    def __init__(self) -> None:
        super().__init__()
        self.targets: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.targets += [text or "" for name, text in attrs if name in {"href", "src", "action"}]
        if tag not in {"meta", "link", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def page(two: Mapping[str, Served]) -> Page:
    return render(two, OPTIONS, address=ADDRESS)


def test_every_path_of_the_document_stands_in_it(two: Mapping[str, Served], page: Page) -> None:
    for path in describe(two, OPTIONS)["paths"]:
        assert f"<code>{escape(path)}</code>" in page.html


def test_every_column_stands_in_it_with_what_training_saw(page: Page) -> None:
    assert "33.1 to 59.6" in page.html
    assert "Biscoe, Dream, Torgersen" in page.html


def test_it_loads_nothing_and_leads_to_no_other_server(page: Page) -> None:
    reader = _Links()
    reader.feed(page.html)
    assert reader.open == []
    assert reader.targets
    assert all(re.fullmatch(r"#[\w-]+|[a-z.]+", target) for target in reader.targets)
    assert "@import" not in page.html
    assert "url(" not in page.html


@pytest.mark.parametrize("tag", ["style", "script"])
def test_the_browser_is_let_run_what_stands_in_it_and_nothing_else(page: Page, tag: str) -> None:
    (text,) = re.findall(rf"<{tag}>(.*?)</{tag}>", page.html, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    policy = page.headers["content-security-policy"]
    assert f"{tag}-src 'sha256-{digest}';" in policy
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    assert not re.search(r"\s(style|on\w+)=", page.html.partition("<script>")[0])


def test_examples_ask_where_the_reader_is(page: Page) -> None:
    assert f"{ADDRESS}/models/penguins/predict" in unescape(page.html)
    assert "127.0.0.1" not in page.html


@pytest.mark.parametrize("address", ["http://", "http://a';rm -rf ~;'", "javascript://a", "x"])
def test_an_address_that_is_none_is_not_shown(two: Mapping[str, Served], address: str) -> None:
    html = render(two, OPTIONS, address=address).html
    assert "http://127.0.0.1:8000/models/penguins/predict" in unescape(html)


def test_what_data_is_called_stays_text(two: Mapping[str, Served]) -> None:
    penguins = two["penguins"]
    inputs = [
        replace(column, name=f"{HOSTILE}{at}", categories=(HOSTILE,), example=HOSTILE)
        for at, column in enumerate(penguins.manifest.inputs)
    ]
    manifest = replace(
        penguins.manifest, inputs=tuple(inputs), target=HOSTILE, labels=(HOSTILE, "b", "c")
    )
    package = replace(penguins.package, manifest=manifest)
    html = render({"a": replace(penguins, package=package)}, OPTIONS, address=ADDRESS).html
    assert HOSTILE not in html
    assert escape(HOSTILE) in html
