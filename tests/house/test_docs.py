"""The documentation hangs together: links resolve, no page is lost, documented commands exist."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

# An image or a link, without those in code; the target ends before a title.
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)[^)]*\)")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def _pages(root: Path) -> list[Path]:
    outside = [root / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]
    folders = ("docs", "changes.d", "examples")
    return outside + [page for folder in folders for page in sorted((root / folder).rglob("*.md"))]


def _links(page: Path) -> Iterator[str]:
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    for target in LINK.findall(text):
        if not target.startswith(("http://", "https://", "mailto:")):
            yield target


def _anchor(heading: str) -> str:
    """Return the anchor that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.strip().casefold()).replace(" ", "-")


def _anchors(page: Path) -> set[str]:
    return {_anchor(heading) for heading in HEADING.findall(page.read_text(encoding="utf-8"))}


def _command_lines(page: Path) -> Iterator[str]:
    for language, body in FENCE.findall(page.read_text(encoding="utf-8")):
        if language == "console":
            yield from (line[2:] for line in body.splitlines() if line.startswith("$ "))


def test_every_link_leads_somewhere(root):
    broken = set()
    for page in _pages(root):
        for target in _links(page):
            path, _, anchor = target.partition("#")
            place = (page.parent / path).resolve() if path else page
            if not place.exists() or (anchor and anchor not in _anchors(place)):
                broken.add(f"{page.relative_to(root)}: {target}")
    assert broken == set()


def test_every_page_can_be_reached_from_the_index(root):
    reached, waiting = set(), [root / "docs" / "index.md"]
    while waiting:
        page = waiting.pop()
        if page in reached:
            continue
        reached.add(page)
        for target in _links(page):
            place = (page.parent / target.partition("#")[0]).resolve()
            if place.suffix == ".md" and place.exists():
                waiting.append(place)
    assert set((root / "docs").rglob("*.md")) - reached == set()


def test_every_documented_make_target_exists(root):
    makefile = (root / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    named = {
        line.split()[1]
        for page in _pages(root)
        for line in _command_lines(page)
        if line.startswith("make ") and "=" not in line.split()[1]
    }
    assert named, "no page shows a make target"
    assert named - targets == set()


def test_every_documented_command_answers_when_asked_for_help(root):
    documented = {
        line.split()[1]
        for page in _pages(root)
        for line in _command_lines(page)
        if line.startswith("modelyard ") and not line.split()[1].startswith("-")
    }
    for command in sorted(documented):
        result = subprocess.run(
            [sys.executable, "-m", "modelyard", command, "--help"],
            capture_output=True,
            text=True,
            check=False,
        )
        assert result.returncode == 0, f"{command}: {result.stderr}"
        assert command in result.stdout


@pytest.mark.parametrize(
    ("heading", "anchor"),
    [("What is where", "what-is-where"), ("`make check`, all of it", "make-check-all-of-it")],
)
def test_an_anchor_is_made_as_the_reader_of_the_page_makes_it(heading, anchor):
    assert _anchor(heading) == anchor


def test_every_change_is_one_full_sentence_of_a_known_sort(root):
    sorts = {"added", "changed", "fixed", "removed", "security"}
    for path in (root / "changes.d").iterdir():
        if path.name == "README.md":
            continue
        assert re.fullmatch(r"[a-z0-9-]+\.[a-z]+\.md", path.name), path.name
        assert path.suffixes[0].strip(".") in sorts, path.name
        assert path.read_text(encoding="utf-8").strip().endswith("."), path.name


def test_every_decision_says_why_and_what_else_was_weighed(root):
    decisions = sorted((root / "docs" / "decisions").glob("0*.md"))
    assert decisions
    numbers = [int(path.name[:4]) for path in decisions]
    assert numbers == list(range(1, len(numbers) + 1))
    for path in decisions:
        sections = HEADING.findall(path.read_text(encoding="utf-8"))[1:]
        assert sections == ["Context", "Decision", "Consequences", "Weighed"], path.name
